#include "trusted/launcher/keys.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "trusted/crypto/hash.h"
#include "trusted/launcher/descriptor.h"

namespace passport::launcher {
namespace {

constexpr std::string_view kSalt = "passport/launcher/v1";
constexpr std::string_view kProduct = "passport-enclave";
constexpr std::uint32_t kSvnMax = 1024;
constexpr timespec kLockPause{0, 100'000'000};
constexpr int kLockTries = 20;

Result<Unit, Problem> MakeRootKey(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400));
  if (!file.ok() && errno == EEXIST) return Unit{};
  if (!file.ok())
    return Fail("cannot make root key " + path + ": " + ErrorText(errno) + "; make its folder first");
  crypto::SecretKey32 key;
  randombytes_buf(key.ExposeMutable().data(), key.Expose().size());
  if (write(file.get(), key.Expose().data(), 32) != 32 || fsync(file.get()) != 0)
    return Fail("cannot write root key " + path + ": " + ErrorText(errno) + "; remove it and try again");
  return Unit{};
}

crypto::SecretKey32 Derive(const crypto::SecretKey32& from, std::string_view label, ByteSpan more) {
  Bytes info = ToBytes(label);
  Append(info, more);
  crypto::SecretKey32 out;
  crypto::HkdfSha256(AsBytes(kSalt), from.Expose(), info, out.ExposeMutable());
  return out;
}

}  // namespace

Result<crypto::SecretKey32, Problem> LoadRootKey(const std::string& path, bool make) {
  if (make) PASSPORT_TRY_VOID(MakeRootKey(path));
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.ok())
    return Fail("cannot open root key " + path + ": " + ErrorText(errno) +
                "; put it back, or, for a new node, make one with --make-root-key");
  struct stat info;
  if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size != 32)
    return Fail("root key " + path + " is not a file of exactly 32 bytes; name the right file");
  if (info.st_uid != geteuid() || (info.st_mode & 077) != 0)
    return Fail("root key " + path + " must belong to this user with mode 0400: chown and chmod 0400 it");
  crypto::SecretKey32 key;
  if (read(file.get(), key.ExposeMutable().data(), 32) != 32)
    return Fail("cannot read root key " + path + ": " + ErrorText(errno) + "; check the disk");
  return key;
}

Result<Descriptor, Problem> LockRootKey(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.ok()) return Fail("cannot open root key " + path + ": " + ErrorText(errno) + "; put it back");
  for (int i = 0; i < kLockTries; ++i) {
    if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
    nanosleep(&kLockPause, nullptr);
  }
  return Fail("root key " + path +
              " is in use by another passportd, so this node runs already; stop that one first");
}

crypto::SecretKey32 DeriveUniqueKey(const crypto::SecretKey32& root, const Hash32& measurement) {
  return Derive(root, "unique", measurement);
}

crypto::SecretKey32 DeriveProductKey(const crypto::SecretKey32& root, std::uint32_t svn) {
  PASSPORT_CHECK(svn <= kSvnMax);
  crypto::SecretKey32 key = Derive(root, "product", AsBytes(kProduct));
  for (std::uint32_t at = kSvnMax; at > svn; --at) key = Derive(key, "svn-step", {});
  return key;
}

}  // namespace passport::launcher
