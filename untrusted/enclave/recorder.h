// A file with every record to and from the enclave, for debugging and for replaying a run (tests/replay).
#pragma once

#include <memory>
#include <string>

#include "edl/base/bytes.h"
#include "edl/base/result.h"

namespace passport::host::enclave {

enum class Direction : std::uint8_t { kToEnclave = 1, kFromEnclave = 2 };

// What failed, and what to do next.
struct RecorderError {
  std::string what;
  std::string next;
  std::string Text() const { return what + "; " + next; }
};

// Each record is one direction byte, a u32 length (little endian) and the bytes. A file that exists is
// continued: the request with sequence number 1 begins the session of a new enclave.
class Recorder {
 public:
  // Makes the file with mode 0600; a symbolic link is refused.
  static Result<std::unique_ptr<Recorder>, RecorderError> Open(const std::string& path);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Appends one record in one write. After an error the file may end within a record.
  Result<Unit, RecorderError> Add(Direction direction, ByteSpan record);

 private:
  Recorder(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_;
};

}  // namespace passport::host::enclave
