#include "trusted/webauthn/response.h"

#include "trusted/json/json.h"
#include "trusted/webauthn/authenticator_data.h"
#include "trusted/webauthn/client_data.h"

namespace passport::webauthn {
namespace {

constexpr std::size_t kResponseBytesMax = 65'536;
constexpr std::size_t kAttestationBytesMax = 16'384;
constexpr std::size_t kAuthenticatorDataBytesMax = 4'096;
constexpr std::size_t kSignatureBytesMax = 512;
constexpr std::size_t kUserHandleBytesMax = 64;  // WebAuthn 4, User Handle

Result<Bytes> Binary(const json::Value& object, std::string_view name, std::size_t size_max) {
  PASSPORT_TRY(const std::string_view text, object.GetString(name));
  PASSPORT_TRY(Bytes out, ParseBase64Url(text));
  if (out.empty() || out.size() > size_max) return Fail(Status::kWebauthnFormat);
  return out;
}

// The members that both kinds have; `response` is the inner object.
struct Common {
  Bytes id;
  Bytes client_data;
  const json::Value* response = nullptr;
};

Result<Common> ReadCommon(const json::Value& value) {
  Common out;
  PASSPORT_TRY(out.id, Binary(value, "id", kCredentialIdBytesMax));
  PASSPORT_TRY(const Bytes raw_id, Binary(value, "rawId", kCredentialIdBytesMax));
  if (raw_id != out.id) return Fail(Status::kWebauthnFormat);
  if (value.Find("type") != nullptr) {
    PASSPORT_TRY(const std::string_view type, value.GetString("type"));
    if (type != "public-key") return Fail(Status::kWebauthnFormat);
  }
  PASSPORT_TRY(out.response, value.Get("response"));
  PASSPORT_TRY(out.client_data, Binary(*out.response, "clientDataJSON", kClientDataBytesMax));
  return out;
}

Result<RegistrationResponse> ReadRegistration(const json::Value& value) {
  PASSPORT_TRY(Common common, ReadCommon(value));
  RegistrationResponse out{std::move(common.id), std::move(common.client_data), {}};
  PASSPORT_TRY(out.attestation_object, Binary(*common.response, "attestationObject", kAttestationBytesMax));
  return out;
}

Result<AssertionResponse> ReadAssertion(const json::Value& value) {
  PASSPORT_TRY(Common common, ReadCommon(value));
  AssertionResponse out{std::move(common.id), std::move(common.client_data), {}, {}, {}};
  PASSPORT_TRY(out.authenticator_data,
               Binary(*common.response, "authenticatorData", kAuthenticatorDataBytesMax));
  PASSPORT_TRY(out.signature, Binary(*common.response, "signature", kSignatureBytesMax));
  const json::Value* handle = common.response->Find("userHandle");
  if (handle == nullptr || handle->IsNull()) return out;
  PASSPORT_TRY(const std::string_view text, handle->AsString());
  if (text.empty()) return out;
  PASSPORT_TRY(out.user_handle, Binary(*common.response, "userHandle", kUserHandleBytesMax));
  return out;
}

// Whatever a reader below refuses is the format's fault.
template <class Response>
Result<Response> ParseWith(std::string_view text, Result<Response> (*read)(const json::Value&)) {
  const auto value = json::Parse(text, {.text_bytes_max = kResponseBytesMax});
  if (!value.ok()) return Fail(Status::kWebauthnFormat);
  Result<Response> out = read(value.value());
  if (!out.ok()) return Fail(Status::kWebauthnFormat);
  return out;
}

}  // namespace

Result<RegistrationResponse> RegistrationResponse::Parse(std::string_view json) {
  return ParseWith(json, &ReadRegistration);
}

Result<AssertionResponse> AssertionResponse::Parse(std::string_view json) {
  return ParseWith(json, &ReadAssertion);
}

}  // namespace passport::webauthn
