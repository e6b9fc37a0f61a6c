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
  return open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
}

}  // namespace

Result<LogFile, std::string> LogFile::Open(const std::string& path, std::uint64_t bytes_max) {
  const int fd = OpenForAppend(path);
  if (fd < 0)
    return Fail("cannot open the log " + path + ": " + std::strerror(errno) + "; correct --log-file");
  struct stat info {};
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    return Fail("the log " + path + " is not a regular file; correct --log-file");
  }
  return LogFile(path, bytes_max, fd, static_cast<std::uint64_t>(info.st_size));
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
  // The new file is there before the old one moves: without descriptors or space the old one is emptied in
  // its place.
  const std::string fresh = path_ + ".new";
  const int next = OpenForAppend(fresh);
  const bool moved = next >= 0 && rename(path_.c_str(), (path_ + ".1").c_str()) == 0 &&
                     rename(fresh.c_str(), path_.c_str()) == 0;
  if (moved) {
    close(fd_);
    fd_ = next;
  } else {
    if (next >= 0) {
      close(next);
      unlink(fresh.c_str());
    }
    if (ftruncate(fd_, 0) != 0) return;
  }
  size_ = 0;
}

}  // namespace passport::host::metrics
