#include "trusted/auth/user.h"

#include "edl/base/uuid.h"
#include "trusted/crypto/hash.h"
#include "trusted/json/json.h"

namespace passport::auth {
namespace {

using api::ErrorCode;
using api::MakeError;

constexpr std::size_t kUsernameBytesMax = 256;
constexpr std::size_t kBindMembers = 6;

Checked<std::string_view> BindText(const json::Value& bind, std::string_view key) {
  const auto text = bind.GetString(key);
  if (!text.ok()) return Fail(MakeError(ErrorCode::kProof, "bind." + std::string(key) + " must be a string"));
  return text.value();
}

Checked<ByteArray<16>> BindUuid(const json::Value& bind, std::string_view key) {
  PASSPORT_TRY(const std::string_view text, BindText(bind, key));
  const auto uuid = ParseUuid(text);
  if (!uuid.ok()) return Fail(MakeError(ErrorCode::kProof, "bind." + std::string(key) + " must be a UUID"));
  return uuid.value();
}

template <std::size_t kSize>
Checked<ByteArray<kSize>> BindHex(const json::Value& bind, std::string_view key) {
  PASSPORT_TRY(const std::string_view text, BindText(bind, key));
  const auto bytes = ParseHex(text);
  const auto array = bytes.ok() ? ToArray<kSize>(bytes.value()) : Fail(Status::kBadHex);
  if (!array.ok()) {
    return Fail(MakeError(ErrorCode::kProof, "bind." + std::string(key) + " must be " +
                                                 std::to_string(2 * kSize) + " hex digits"));
  }
  return array.value();
}

Checked<Binding> ParseBinding(const json::Value& bind) {
  if (!bind.IsObject() || bind.AsObject().value().size() != kBindMembers) {
    return Fail(MakeError(ErrorCode::kProof,
                          "bind must be an object of exactly network_id, scope_id, method, params_sha256, "
                          "nonce and issued_at"));
  }
  Binding out;
  PASSPORT_TRY(out.network, BindUuid(bind, "network_id"));
  PASSPORT_TRY(out.scope.bytes, BindUuid(bind, "scope_id"));
  PASSPORT_TRY(out.method, BindText(bind, "method"));
  PASSPORT_TRY(out.params_sha256, BindHex<32>(bind, "params_sha256"));
  PASSPORT_TRY(out.nonce, BindHex<16>(bind, "nonce"));
  const auto issued_at = bind.GetU64("issued_at");
  if (!issued_at.ok())
    return Fail(MakeError(ErrorCode::kProof, "bind.issued_at must be Unix time in milliseconds"));
  out.issued_at_ms = issued_at.value();
  return out;
}

Result<Unit, api::Error> NotBound(const char* what) { return Fail(MakeError(ErrorCode::kNotBound, what)); }

}  // namespace

Checked<User> ParseUser(std::string_view user_json) {
  const auto user = json::Parse(user_json);
  if (!user.ok() && user.error() == Status::kJsonDuplicateKey) {
    return Fail(MakeError(ErrorCode::kInvalidParams, "the encrypted user has an object with one key twice"));
  }
  if (!user.ok() && user.error() == Status::kJsonUtf8)
    return Fail(MakeError(ErrorCode::kInvalidParams, "the encrypted user is not valid UTF-8"));
  if (!user.ok() || !user.value().IsObject()) {
    return Fail(
        MakeError(ErrorCode::kInvalidParams, "the encrypted user is not a JSON object: call setUserData"));
  }
  const auto username = user.value().GetString("username");
  if (!username.ok() || username.value().empty() || username.value().size() > kUsernameBytesMax)
    return Fail(MakeError(ErrorCode::kInvalidParams, "username must be a string of 1 to 256 bytes"));
  User out{std::string(username.value()), {}, {}, std::string(username.value())};
  if (user.value().Find("userDisplayName") != nullptr) {
    const auto display_name = user.value().GetString("userDisplayName");
    if (!display_name.ok() || display_name.value().size() > kUsernameBytesMax) {
      return Fail(
          MakeError(ErrorCode::kInvalidParams, "userDisplayName must be a string of at most 256 bytes"));
    }
    out.display_name = display_name.value();
  }
  if (user.value().Find("derivation_path") != nullptr) {
    const auto path = user.value().GetString("derivation_path");
    // An empty one is a program's mistake, not a wish for the account's own key.
    if (!path.ok() || path.value().empty())
      return Fail(MakeError(ErrorCode::kInvalidParams, "derivation_path must be a string like m/0/1"));
    out.derivation_path = path.value();
  }
  if (const json::Value* bind = user.value().Find("bind"); bind != nullptr) {
    PASSPORT_TRY(out.bind, ParseBinding(*bind));
  }
  return out;
}

Checked<Unit> CheckBinding(const Binding& binding, const RequestFacts& facts) {
  if (binding.network != facts.network) return NotBound("bind.network_id is another network's");
  if (binding.scope != facts.scope) return NotBound("bind.scope_id is another scope's");
  if (binding.method != facts.method) return NotBound("bind.method is not the method of the body");
  if (binding.params_sha256 != crypto::HashSha256(facts.params))
    return NotBound("bind.params_sha256 is not the SHA-256 of params as they stand in the body");
  return Unit{};
}

}  // namespace passport::auth
