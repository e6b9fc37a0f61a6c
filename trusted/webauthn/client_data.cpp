#include "trusted/webauthn/client_data.h"

#include "trusted/json/json.h"

namespace passport::webauthn {
namespace {

Result<ClientData> Read(const json::Value& value) {
  ClientData out;
  PASSPORT_TRY(out.type, value.GetString("type"));
  PASSPORT_TRY(const std::string_view challenge, value.GetString("challenge"));
  PASSPORT_TRY(out.challenge, ParseBase64Url(challenge));
  PASSPORT_TRY(out.origin, value.GetString("origin"));
  if (value.Find("crossOrigin") != nullptr) {
    PASSPORT_TRY(out.cross_origin, value.GetBool("crossOrigin"));
  }
  return out;
}

}  // namespace

Result<ClientData> ClientData::Parse(ByteSpan json) {
  const auto value = json::Parse(json, {.text_bytes_max = kClientDataBytesMax});
  if (!value.ok()) return Fail(Status::kWebauthnFormat);
  Result<ClientData> out = Read(value.value());
  if (!out.ok()) return Fail(Status::kWebauthnFormat);
  return out;
}

}  // namespace passport::webauthn
