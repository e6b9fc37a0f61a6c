#include "trusted/launcher/roots.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "trusted/crypto/ct.h"
#include "trusted/crypto/hash.h"

namespace passport::launcher {
namespace {

constexpr timespec kLockPause{0, 100'000'000};
constexpr int kLockTries = 20;

crypto::SecretKey32 MakeKey() {
  crypto::SecretKey32 key;
  randombytes_buf(key.ExposeMutable().data(), key.Expose().size());
  return key;
}

// 32 bytes that only this TPM gives back, in the state it is in and to this image.
Result<crypto::SecretKey32, Problem> LoadFromTpm(const Sources& sources, Helper& platform) {
  const std::string& path = sources.tpm2_blob;
  crypto::SecretKey32 key;
  if (sources.make && access(path.c_str(), F_OK) != 0) {
    PASSPORT_TRY(const Bytes blob, platform.Ask(platform_link::Op::kSeal, MakeKey().Expose()));
    PASSPORT_TRY_VOID(WriteNewFile(path, blob));
  }
  const Bytes blob = ReadSmallFile(path, kBlobBytesMax);
  if (blob.empty())
    return Fail("cannot read " + path + ": put it back, or, for a new node, make one with --make-root-key");
  PASSPORT_TRY(Bytes opened, platform.Ask(platform_link::Op::kUnseal, blob));
  if (opened.size() != 32)
    return Fail("the TPM gave back another size than 32 bytes: " + path + " is not ours");
  std::copy(opened.begin(), opened.end(), key.ExposeMutable().begin());
  crypto::Wipe(opened);
  if (sources.tpm2_next) {
    crypto::SecretBytes wish{Bytes(64)};
    const auto next = std::copy(key.Expose().begin(), key.Expose().end(), wish.ExposeMutable().begin());
    std::copy(sources.tpm2_next->begin(), sources.tpm2_next->end(), next);
    PASSPORT_TRY(const Bytes next_blob, platform.Ask(platform_link::Op::kSeal, wish.Expose()));
    PASSPORT_TRY_VOID(WriteNewFile(path + ".next", next_blob));
  }
  return key;
}

// Where systemd puts what LoadCredentialEncrypted= names; outside of a service a path that leads nowhere.
std::string PathOfCredential(const std::string& name) {
  const char* folder = getenv("CREDENTIALS_DIRECTORY");
  return std::string(folder == nullptr ? "/$CREDENTIALS_DIRECTORY" : folder) + "/" + name;
}

}  // namespace

Result<crypto::SecretKey32, Problem> LoadRootKey(const std::string& path, bool make) {
  if (make && access(path.c_str(), F_OK) != 0) PASSPORT_TRY_VOID(WriteNewFile(path, MakeKey().Expose()));
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
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

std::string PathOfRoot(const Sources& sources) {
  if (!sources.keyfile.empty()) return sources.keyfile;
  return sources.credential.empty() ? sources.tpm2_blob : PathOfCredential(sources.credential);
}

Result<Root, Problem> LoadRoot(const Sources& sources, Helper& platform) {
  Root root;
  // Label, LE32 length, key, for each source; sized for all three, so that no copy stays behind.
  constexpr ByteArray<4> kLength = {32, 0, 0, 0};
  crypto::SecretBytes all{Bytes()};
  all.ExposeMutable().reserve(256);
  const auto add = [&](std::uint8_t source, std::string_view label, crypto::SecretKey32 key) {
    root.source_mask = static_cast<std::uint8_t>(root.source_mask | source);
    for (const ByteSpan part : {AsBytes(label), ByteSpan(kLength), ByteSpan(key.Expose())})
      Append(all.ExposeMutable(), part);
    root.key = std::move(key);
  };
  if (!sources.keyfile.empty()) {
    PASSPORT_TRY(crypto::SecretKey32 key, LoadRootKey(sources.keyfile, sources.make));
    add(kSourceKeyfile, "keyfile", std::move(key));
  }
  if (!sources.credential.empty()) {
    PASSPORT_TRY(crypto::SecretKey32 key, LoadRootKey(PathOfCredential(sources.credential), false));
    add(kSourceCredential, "credential", std::move(key));
  }
  if (!sources.tpm2_blob.empty()) {
    PASSPORT_TRY(crypto::SecretKey32 key, LoadFromTpm(sources, platform));
    add(kSourceTpm2, "tpm2", std::move(key));
  }
  if (root.source_mask != kSourceKeyfile)
    crypto::HkdfSha256(AsBytes(kRootSalt), all.Expose(), AsBytes("root"), root.key.ExposeMutable());
  return root;
}

Result<Unit, Problem> CheckPrevious(const Sources& sources, const Root& now, const Root& before) {
  if (sources.empty() || !crypto::EqualCt(now.key.Expose(), before.key.Expose())) return Unit{};
  return Fail(
      "the root key before is the root key itself, by whatever path: name the former file with "
      "--previous-root-key and the new one with --root-key, and all other sources that it had "
      "(--previous-tpm2-blob, -credential); if the root key stays, leave all of these out");
}

}  // namespace passport::launcher
