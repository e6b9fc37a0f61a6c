#include "trusted/auth/key_assertion.h"

#include <algorithm>

#include "trusted/json/json.h"

namespace passport::auth {
namespace {

using api::ErrorCode;
using api::MakeError;

Checked<std::string_view> Member(const json::Value& assertion, std::string_view key) {
  const auto text = assertion.GetString(key);
  if (!text.ok()) return Fail(MakeError(ErrorCode::kProof, std::string(key) + " must be a string"));
  return text.value();
}

}  // namespace

Checked<Unit> VerifyKeyAssertion(std::string_view assertion_json, std::string_view signed_ciphertext,
                                 std::span<const crypto::P256PublicKey> scope_keys) {
  const auto assertion = json::Parse(assertion_json);
  if (!assertion.ok() || !assertion.value().IsObject())
    return Fail(MakeError(ErrorCode::kProof, "not a JSON object"));
  PASSPORT_TRY(const std::string_view kind, Member(assertion.value(), "kind"));
  PASSPORT_TRY(const std::string_view id, Member(assertion.value(), "id"));
  PASSPORT_TRY(const std::string_view client_data, Member(assertion.value(), "clientData"));
  PASSPORT_TRY(const std::string_view signature_text, Member(assertion.value(), "signature"));
  if (kind != "key") return Fail(MakeError(ErrorCode::kProof, "kind must be \"key\""));
  if (assertion.value().Find("algorithm") != nullptr) {
    PASSPORT_TRY(const std::string_view algorithm, Member(assertion.value(), "algorithm"));
    if (algorithm != "SHA256") return Fail(MakeError(ErrorCode::kProof, "algorithm must be \"SHA256\""));
  }
  if (client_data != signed_ciphertext) {
    return Fail(MakeError(ErrorCode::kUnauthorized, "clientData is not the encrypted user it came with"));
  }
  const auto key_der = ParseBase64(id);
  const auto signature_der = ParseBase64(signature_text);
  if (!key_der.ok() || !signature_der.ok()) return Fail(MakeError(ErrorCode::kBadBase64, "key assertion"));
  const auto key = crypto::ParseP256(key_der.value());
  if (!key.ok()) return Fail(MakeError(ErrorCode::kProof, "id is not a P-256 public key"));
  if (std::ranges::find(scope_keys, key.value()) == scope_keys.end())
    return Fail(MakeError(ErrorCode::kWrongOwner));
  const auto signature = crypto::ParseP256Signature(signature_der.value());
  if (!signature.ok() || !crypto::VerifyP256(key.value(), AsBytes(client_data), signature.value())) {
    return Fail(MakeError(ErrorCode::kUnauthorized));
  }
  return Unit{};
}

}  // namespace passport::auth
