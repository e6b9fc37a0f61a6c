#include "trusted/process/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "trusted/process/descriptor.h"

namespace passport::process {

Bytes ReadSmallFile(const std::string& path, std::size_t size_max) {
  // Without O_NONBLOCK a FIFO would be waited for.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat info;
  const bool regular = file.ok() && fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode);
  if (file.ok() && !regular) errno = EINVAL;
  Bytes out(size_max + 1);
  const ssize_t size = regular ? read(file.get(), out.data(), out.size()) : -1;
  out.resize(size > 0 && static_cast<std::size_t>(size) <= size_max ? static_cast<std::size_t>(size) : 0);
  return out;
}

Result<Unit, Problem> WriteNewFile(const std::string& path, ByteSpan content) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400));
  if (!file.ok() ||
      write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()) ||
      syncfs(file.get()) != 0)  // with its name
    return Fail("cannot write " + path + ": " + ErrorText(errno) +
                "; make its folder first, remove what is there");
  return Unit{};
}

}  // namespace passport::process
