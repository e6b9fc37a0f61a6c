#include "trusted/launcher/keys.h"

#include <cerrno>

#include "edl/base/codec.h"
#include "trusted/crypto/hash.h"
#include "trusted/release/release.h"

namespace passport::launcher {
namespace {

constexpr std::string_view kProduct = "passport-enclave";

crypto::SecretKey32 Derive(const crypto::SecretKey32& from, std::string_view label, ByteSpan more) {
  Bytes info = ToBytes(label);
  Append(info, more);
  crypto::SecretKey32 out;
  crypto::HkdfSha256(AsBytes(kRootSalt), from.Expose(), info, out.ExposeMutable());
  return out;
}

}  // namespace

crypto::SecretKey32 DeriveUniqueKey(const crypto::SecretKey32& root, const Hash32& measurement) {
  return Derive(root, "unique", measurement);
}

crypto::SecretKey32 DeriveProductKey(const crypto::SecretKey32& root, const platform::Release& release) {
  PASSPORT_CHECK(release.svn <= release::kSvnMax);
  Writer product;
  if (release.signer_sha256 == Hash32{}) {
    product.Raw(AsBytes(kProduct));
  } else {
    product.Raw(release.signer_sha256).U16(release.product_id);
  }
  crypto::SecretKey32 key = Derive(root, "product", product.bytes());
  for (std::uint32_t at = release::kSvnMax; at > release.svn; --at) key = Derive(key, "svn-step", {});
  return key;
}

platform::SealingKeys DeriveKeys(const Root& root, const Hash32& measurement,
                                 const platform::Release& release, std::uint32_t key_epoch) {
  return {DeriveUniqueKey(root.key, measurement), DeriveProductKey(root.key, release), root.source_mask,
          key_epoch};
}

Result<platform::Release, Problem> CheckRelease(const Options& options, const Hash32& measurement) {
  if (options.release_path.empty()) return platform::Release{.svn = kSvnUnsigned};
  const std::string& path = options.release_path;
  const Bytes file = ReadSmallFile(path, release::kFileBytesMax);
  if (file.empty())
    return Fail("cannot read the release file " + path + ": " + ErrorText(errno) + "; put it there");
  PASSPORT_TRY(const release::Release release,
               release::TakeRelease(AsText(file), path, *options.release_key, measurement));
  return platform::Release{crypto::HashSha256(release.signer), release.product_id, release.svn,
                           release.build};
}

platform::Release ReleaseBefore(const Options& options, const platform::Release& now) {
  platform::Release out = now;
  out.product_id = release::kProductEnclave;  // of which an unsigned one is none
  if (const auto& key = options.previous_release_key)
    out.signer_sha256 = *key == Hash32{} ? Hash32{} : crypto::HashSha256(*key);
  return out;
}

}  // namespace passport::launcher
