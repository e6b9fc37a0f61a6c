#include "untrusted/metrics/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace passport::host::metrics {
namespace {

int OpenForAppend(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
}

}  // namespace

Result<LogFile, std::string> LogFile::Open(const std::string& path, std::uint64_t bytes_max) {
  const int fd = OpenForAppend(path);
  if (fd < 0)
    return Fail("cannot open the log " + path + ": " + std::strerror(errno) + "; correct --log-file");
  struct stat info {};
  const bool known = fstat(fd, &info) == 0;
  return LogFile(path, bytes_max, fd, known ? static_cast<std::uint64_t>(info.st_size) : 0);
}

LogFile::LogFile(LogFile&& other) noexcept
    : path_(std::move(other.path_)),
      bytes_max_(other.bytes_max_),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_) {}

LogFile::~LogFile() {
  if (fd_ >= 0) close(fd_);
}

void LogFile::Append(std::string_view text) {
  if (size_ > 0 && size_ + text.size() > bytes_max_) Rotate();
  const ssize_t written = write(fd_, text.data(), text.size());
  if (written > 0) size_ += static_cast<std::uint64_t>(written);
}

void LogFile::Rotate() {
  const int next = rename(path_.c_str(), (path_ + ".1").c_str()) == 0 ? OpenForAppend(path_) : -1;
  if (next >= 0) {
    close(fd_);
    fd_ = next;
  } else if (ftruncate(fd_, 0) != 0) {
    return;
  }
  size_ = 0;
}

}  // namespace passport::host::metrics
