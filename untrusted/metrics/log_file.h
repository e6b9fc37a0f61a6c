// A log file of bounded size, and one previous one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "edl/base/result.h"

namespace passport::host::metrics {

// Appends lines to a file. One that would grow beyond the bound becomes PATH.1, in place of the one before,
// and a new file begins; where that cannot be done it is emptied. A line that cannot be written is lost: a
// full disk must not stop the node.
class LogFile {
 public:
  // A sentence for the operator if the file cannot be opened.
  static Result<LogFile, std::string> Open(const std::string& path, std::uint64_t bytes_max);
  LogFile(LogFile&& other) noexcept;
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  LogFile& operator=(LogFile&&) = delete;
  ~LogFile();

  // `text` ends with a newline.
  void Append(std::string_view text);

 private:
  LogFile(std::string path, std::uint64_t bytes_max, int fd, std::uint64_t size)
      : path_(std::move(path)), bytes_max_(bytes_max), fd_(fd), size_(size) {}
  void Rotate();

  std::string path_;
  std::uint64_t bytes_max_;
  int fd_;
  std::uint64_t size_;
};

}  // namespace passport::host::metrics
