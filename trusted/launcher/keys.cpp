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
  const Result<release::Release> parsed = release::Release::Parse(AsText(file));
  if (!parsed.ok()) return Fail("the release file " + path + " is damaged or no release file: copy it again");
  const release::Release& release = parsed.value();
  if (release.signer != *options.release_key)
    return Fail("the release file " + path + " is signed by " + ToHex(release.signer) +
                ", not by the key of --release-key: take a release of that signer");
  if (!release.Verifies())
    return Fail("the signature of the release file " + path +
                " does not verify: it was changed; copy it again");
  if (release.measurement != measurement)
    return Fail("the release file " + path + " is of another image: install image and file of one release");
  if (release.product_id != release::kProductEnclave)
    return Fail("the release file " + path + " is of product " + std::to_string(release.product_id) +
                ", not of the enclave: name the enclave's");
  if (release.svn > release::kSvnMax)
    return Fail("the release file " + path + " has security version " + std::to_string(release.svn) +
                ", above the highest, 1024: ask for another release");
  return platform::Release{crypto::HashSha256(release.signer), release.product_id, release.svn,
                           release.build};
}

}  // namespace passport::launcher
