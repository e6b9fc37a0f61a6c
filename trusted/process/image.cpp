#include "trusted/process/image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "trusted/crypto/hash.h"
#include "trusted/platform/build_kind.h"
#include "trusted/platform/uapi.h"

namespace passport::process {
namespace {

using platform::Layer;
using platform::State;

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
    if (size < 0) return Fail("cannot read an image: " + ErrorText(errno) + "; check the disk");
    if (size == 0) return hash.Final();
    const ByteSpan bytes = ByteSpan(block).first(static_cast<std::size_t>(size));
    hash.Update(bytes);
    if (copy >= 0 && !WriteAll(copy, bytes))
      return Fail("cannot copy an image: " + ErrorText(errno) + "; free some memory");
  }
}

Descriptor MakeExecutableMemfd(const std::string& name) {
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  int fd = memfd_create(name.c_str(), flags | platform::uapi::kMfdExec);
  if (fd < 0 && errno == EINVAL) fd = memfd_create(name.c_str(), flags);  // before Linux 6.3
  return Descriptor(fd);
}

// A sanitizer runtime reads its own mappings, which an execute-only image refuses.
Result<Unit, Problem> Seal(int memfd, bool readable) {
  const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (fchmod(memfd, platform::kSanitized || readable ? 0555 : 0111) != 0 ||
      (fcntl(memfd, F_ADD_SEALS, seals | platform::uapi::kSealExec) != 0 &&
       fcntl(memfd, F_ADD_SEALS, seals) != 0))
    return Fail("cannot seal an image: " + ErrorText(errno) + "; a kernel of 5.14 or later is needed");
  return Unit{};
}

}  // namespace

Result<Image, Problem> MeasureImage(const std::string& name, const std::string& path,
                                    platform::LayerSet without) {
  Descriptor source(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));  // a FIFO would be waited for
  struct stat info;
  if (!source.ok() || fstat(source.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return Fail("cannot open the image " + path + "; give its path with --enclave or --verifier");
  Image image{name, {}, {}, {State::kOff, 0}};
  if (!without.Has(Layer::kSealedImage)) {
    image.file = MakeExecutableMemfd(name);
    image.sealed = image.file.ok()
                       ? platform::LayerState{State::kApplied, 0}
                       : platform::LayerState{State::kUnavailable, static_cast<std::uint16_t>(errno)};
  }
  if (!image.file.ok() && ((info.st_uid != 0 && info.st_uid != geteuid()) || (info.st_mode & 022) != 0))
    return Fail("no executable memfd here, and " + path +
                " could be changed by others: chown it to root and chmod go-w it");
  PASSPORT_TRY(image.measurement, HashAndCopy(source.get(), image.file.get()));
  if (image.file.ok()) {
    PASSPORT_TRY_VOID(Seal(image.file.get(), without.Has(Layer::kExecuteOnlyImage)));
  } else {
    image.file = std::move(source);
  }
  return image;
}

}  // namespace passport::process
