#include "tools/cli/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tools/cli/deadline.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

constexpr std::chrono::seconds kLockTime{60};
constexpr std::size_t kBlockBytes = 65536;
constexpr std::size_t kFileBytesMax = std::size_t{16} << 20;

[[noreturn]] void ThrowErrno(const std::string& what, const fs::path& path) {
  const int error = errno;
  throw Problem(what + " " + path.string() + ": " + std::strerror(error));
}

void WriteAll(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t count = write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      close(fd);
      ThrowErrno("cannot write", path);
    }
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  if (fsync(fd) != 0 || close(fd) != 0) ThrowErrno("cannot write", path);
}

}  // namespace

int OpenRegular(const fs::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) ThrowErrno("cannot read", path);
  struct stat info {};
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) return fd;
  close(fd);
  throw Problem("cannot read " + path.string() + ": it is " +
                (S_ISDIR(info.st_mode) ? "a folder; give the name of a file in it"
                                       : "no regular file; give the name of one: pipes and devices are not "
                                         "waited for"));
}

std::string ReadFile(const fs::path& path) {
  const int fd = OpenRegular(path);
  std::string out;
  char block[kBlockBytes];
  ssize_t count = 0;
  while (out.size() <= kFileBytesMax) {
    count = read(fd, block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    out.append(block, static_cast<std::size_t>(count));
  }
  const int error = errno;
  close(fd);
  errno = error;
  if (count < 0) ThrowErrno("cannot read", path);
  if (out.size() > kFileBytesMax) {
    throw Problem("cannot read " + path.string() + ": it is longer than " +
                  std::to_string(kFileBytesMax >> 20) + " MiB; check that it is the right file");
  }
  return out;
}

void WriteFile(const fs::path& path, std::string_view content, mode_t mode) {
  const fs::path next = path.string() + ".next";
  unlink(next.c_str());
  WriteNewFile(next, content, mode);
  if (rename(next.c_str(), path.c_str()) != 0) ThrowErrno("cannot replace", path);
}

void WriteNewFile(const fs::path& path, std::string_view content, mode_t mode) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0 && errno == EEXIST) {
    throw Problem(
        path.string() +
        " exists already and is not overwritten; give another name, or move it away if nobody needs it");
  }
  if (fd < 0) ThrowErrno("cannot make", path);
  WriteAll(fd, content, path);
}

void MakeFolder(const fs::path& path, mode_t mode) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) throw Problem("cannot make the folder " + path.parent_path().string() + ": " + error.message());
  if (mkdir(path.c_str(), mode) == 0) {
    if (chmod(path.c_str(), mode) != 0) ThrowErrno("cannot set the mode of", path);  // whatever the umask
  } else if (errno != EEXIST || !fs::is_directory(path, error)) {
    ThrowErrno("cannot make the folder", path);
  }
}

fs::path ProgramFolder() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) throw Problem("cannot find the folder of this program: " + error.message());
  return self.parent_path();
}

FolderLock::FolderLock(const fs::path& folder) {
  const fs::path path = folder / "lock";
  fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) ThrowErrno("cannot open", path);
  const Deadline deadline(kLockTime);
  while (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    if (!deadline.Pause()) {
      close(fd_);
      throw Problem("another `passport devnet` is at work in " + folder.string() + "; wait for it");
    }
  }
}

FolderLock::~FolderLock() { close(fd_); }

}  // namespace passport::cli
