// A file with every record to and from the enclave, for debugging and for replaying a run (tests/replay).
#include "untrusted/enclave/recorder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "edl/base/codec.h"

namespace passport::host::enclave {

Result<std::unique_ptr<Recorder>, RecorderError> Recorder::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return Fail(RecorderError{"cannot open the record file " + path + ": " + std::strerror(errno),
                              "name a file that the host's uid may write"});
  }
  return std::unique_ptr<Recorder>(new Recorder(path, fd));
}

Recorder::~Recorder() { close(fd_); }

Result<Unit, RecorderError> Recorder::Add(Direction direction, ByteSpan record) {
  Writer out;
  out.U8(static_cast<std::uint8_t>(direction)).Var(record);
  ssize_t written = 0;
  do {
    written = write(fd_, out.bytes().data(), out.bytes().size());
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(out.bytes().size())) return Unit{};
  const std::string reason = written < 0 ? std::strerror(errno) : "no room for the whole record";
  return Fail(RecorderError{"cannot write the record file " + path_ + ": " + reason,
                            "free space, or start without --record"});
}

}  // namespace passport::host::enclave
