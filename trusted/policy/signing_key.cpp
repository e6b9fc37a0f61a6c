#include "trusted/policy/signing_key.h"

namespace passport::policy {

using api::ErrorCode;
using api::MakeError;
using auth::Checked;

eth::Address SigningKey::Address() const { return eth::AddressOfPublicKey(public_key.EncodeXY()); }

Checked<derive::Path> ParsePath(std::string_view text) {
  if (text.empty()) return derive::Path();
  auto path = derive::Path::Parse(text);
  if (path.ok()) return std::move(path).value();
  return Fail(MakeError(ErrorCode::kInvalidParams,
                        "derivation_path must be m/i/j/... of at most 16 decimal indices below 2^31, none "
                        "hardened"));
}

Checked<SigningKey> KeyAt(const Account& account, const derive::Path& path, const Hash32& chain_code) {
  if (account.keys.empty()) return Fail(MakeError(ErrorCode::kPending));
  const AccountKey& key = account.keys.front();
  const auto root = curve::Point::Parse(key.public_key);
  if (!root.ok()) return Fail(MakeError(ErrorCode::kInternal));
  const auto derived = derive::Derive({root.value(), chain_code}, path);
  if (!derived.ok())
    return Fail(MakeError(ErrorCode::kInvalidParams, "BIP-32 has no key at this path: take the next index"));
  return SigningKey{key.id, path.Digest(), derived.value().key.public_key, derived.value().tweak};
}

}  // namespace passport::policy
