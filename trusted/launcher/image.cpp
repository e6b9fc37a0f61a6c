#include "trusted/launcher/image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "trusted/crypto/hash.h"
#include "trusted/platform/build_kind.h"
#include "trusted/platform/uapi.h"

namespace passport::launcher {
namespace {

// A sanitizer runtime reads its own mappings, which an execute-only image refuses.
constexpr mode_t kImageMode = platform::kSanitized ? 0555 : 0111;

bool WriteAll(int fd, ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t size = write(fd, bytes.data(), bytes.size());
    if (size <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

// Hashes `source` from its start; copies each block to `copy` unless that is -1.
Result<Hash32, Problem> HashAndCopy(int source, int copy) {
  crypto::Sha256 hash;
  Bytes block(std::size_t{1} << 16);
  for (;;) {
    const ssize_t size = read(source, block.data(), block.size());
    if (size < 0) return Fail("cannot read the enclave image: " + ErrorText(errno) + "; check the disk");
    if (size == 0) return hash.Final();
    const ByteSpan bytes = ByteSpan(block).first(static_cast<std::size_t>(size));
    hash.Update(bytes);
    if (copy >= 0 && !WriteAll(copy, bytes))
      return Fail("cannot copy the enclave image: " + ErrorText(errno) + "; free some memory");
  }
}

Descriptor MakeExecutableMemfd() {
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  int fd = memfd_create("passport-enclave", flags | platform::uapi::kMfdExec);
  if (fd < 0 && errno == EINVAL) fd = memfd_create("passport-enclave", flags);  // before Linux 6.3
  return Descriptor(fd);
}

Result<Unit, Problem> Seal(int memfd) {
  const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (fchmod(memfd, kImageMode) != 0 || (fcntl(memfd, F_ADD_SEALS, seals | platform::uapi::kSealExec) != 0 &&
                                         fcntl(memfd, F_ADD_SEALS, seals) != 0))
    return Fail("cannot seal the enclave image: " + ErrorText(errno) +
                "; a kernel of 5.14 or later is needed");
  return Unit{};
}

}  // namespace

Result<Image, Problem> MeasureImage(const std::string& path) {
  Descriptor source(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info;
  if (!source.ok() || fstat(source.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return Fail("cannot open the enclave image " + path + "; give its path with --enclave");
  Image image;
  image.file = MakeExecutableMemfd();
  if (!image.file.ok()) {
    image.memfd_error = errno;
    if ((info.st_uid != 0 && info.st_uid != geteuid()) || (info.st_mode & 022) != 0)
      return Fail("no executable memfd here (" + ErrorText(errno) + "), and " + path +
                  " could be changed by others: chown it to root and chmod go-w it");
  }
  PASSPORT_TRY(image.measurement, HashAndCopy(source.get(), image.file.get()));
  if (image.file.ok()) {
    PASSPORT_TRY_VOID(Seal(image.file.get()));
  } else {
    image.file = std::move(source);
  }
  return image;
}

}  // namespace passport::launcher
