#include "trusted/auth/envelope.h"

#include "trusted/crypto/aead.h"
#include "trusted/crypto/hash.h"
#include "trusted/json/json.h"

namespace passport::auth {
namespace {

constexpr std::size_t kUsernameBytesMax = 256;

}  // namespace

Checked<crypto::SecretKey32> KeyOpener::Open(std::string_view header) {
  const Hash32 hash = crypto::HashSha256(AsBytes(header));
  const std::string name(AsText(hash));
  if (const auto known = by_header_.find(name); known != by_header_.end()) {
    recent_.splice(recent_.begin(), recent_, known->second);
    return known->second->key.Clone();
  }
  const auto ciphertext = ParseBase64(header);
  if (!ciphertext.ok()) return Fail(api::MakeError(api::ErrorCode::kBadBase64, "X-Encrypted-Key"));
  for (const crypto::EnvelopeKey& key : keys_) {
    const auto opened = key.Open(ciphertext.value());
    if (!opened.ok()) continue;
    auto bytes = ParseBase64(AsText(opened.value().Expose()));
    if (!bytes.ok() || bytes.value().size() != 32) continue;
    crypto::SecretKey32 out(ToArray<32>(bytes.value()).value());
    crypto::Wipe(bytes.value());
    recent_.push_front({hash, out.Clone()});
    by_header_[name] = recent_.begin();
    if (recent_.size() > remembered_max_) {
      by_header_.erase(std::string(AsText(recent_.back().header)));
      recent_.pop_back();
    }
    return out;
  }
  return Fail(api::MakeError(
      api::ErrorCode::kEnvelope,
      "X-Encrypted-Key does not open with this network's key; compare enclavePublicKey with GET /enclave"));
}

Checked<std::string> OpenText(const crypto::SecretKey32& key, std::string_view value, std::string_view name) {
  const auto sealed = ParseBase64(value);
  if (!sealed.ok()) return Fail(api::MakeError(api::ErrorCode::kBadBase64, std::string(name)));
  const auto opened = crypto::OpenAesGcm(key.Expose(), sealed.value());
  if (!opened.ok()) return Fail(api::MakeError(api::ErrorCode::kEnvelope, std::string(name)));
  return std::string(AsText(opened.value()));
}

Checked<std::string> ParseUsername(std::string_view user_json) {
  const auto user = json::Parse(user_json);
  if (!user.ok() || !user.value().IsObject()) {
    return Fail(api::MakeError(api::ErrorCode::kInvalidParams,
                               "the encrypted user is not a JSON object: call setUserData"));
  }
  const auto username = user.value().GetString("username");
  if (!username.ok() || username.value().empty() || username.value().size() > kUsernameBytesMax) {
    return Fail(
        api::MakeError(api::ErrorCode::kInvalidParams, "username must be a string of 1 to 256 bytes"));
  }
  return std::string(username.value());
}

}  // namespace passport::auth
