#include "tests/sim/soft_passkey.h"

#include "trusted/crypto/hash.h"
#include "trusted/json/write.h"

namespace passport::sim {
namespace {

std::string ClientDataJson(ByteSpan challenge, std::string_view type, const std::string& origin) {
  return json::ObjectWriter()
      .Text("type", type)
      .Text("challenge", ToBase64Url(challenge))
      .Text("origin", origin)
      .Bool("crossOrigin", false)
      .Finish();
}

std::string CredentialJson(const Bytes& id, const json::ObjectWriter& response) {
  return json::ObjectWriter()
      .Text("type", "public-key")
      .Text("id", ToBase64Url(id))
      .Text("rawId", ToBase64Url(id))
      .Raw("response", response.Finish())
      .Finish();
}

void PutBig(Bytes& out, std::uint32_t value, unsigned bytes) {
  while (bytes-- > 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
}

void PutText(Bytes& out, std::string_view cbor_head, std::string_view text) {
  Append(out, AsBytes(cbor_head));
  Append(out, AsBytes(text));
}

}  // namespace

SoftPasskey SoftPasskey::Make(std::string id, std::uint32_t counter) {
  SoftPasskey out{client::DeveloperKey::Generate(), ToBytes(id)};
  out.counter = counter;
  return out;
}

Bytes SoftPasskey::AuthenticatorData(bool with_credential) {
  Bytes out = ToBytes(crypto::HashSha256(AsBytes(rp_id)));
  out.push_back(static_cast<std::uint8_t>(flags | (with_credential ? 0x40 : 0)));
  PutBig(out, counter, 4);
  if (!with_credential) return out;
  out.resize(out.size() + 16);  // aaguid
  PutBig(out, static_cast<std::uint32_t>(id.size()), 2);
  Append(out, id);
  // COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y}; x and y end the SPKI.
  const Bytes spki = key.EncodePublic();
  Append(out, ParseHex("a5010203262001215820").value());
  Append(out, ByteSpan(spki).subspan(27, 32));
  Append(out, ParseHex("225820").value());
  Append(out, ByteSpan(spki).subspan(59, 32));
  return out;
}

std::string SoftPasskey::Create(ByteSpan challenge, std::string_view type) {
  const Bytes data = AuthenticatorData(true);
  Bytes object = ParseHex("a3").value();
  PutText(object, "\x63", "fmt");
  PutText(object, "\x64", "none");
  PutText(object, "\x67", "attStmt");
  Append(object, ParseHex("a0").value());
  PutText(object, "\x68", "authData");
  const bool is_short = data.size() < 256;  // CBOR lengths are as short as they can be
  object.push_back(is_short ? 0x58 : 0x59);
  PutBig(object, static_cast<std::uint32_t>(data.size()), is_short ? 1 : 2);
  Append(object, data);
  attested = object;
  json::ObjectWriter response;
  response.Text("clientDataJSON", ToBase64Url(AsBytes(ClientDataJson(challenge, type, origin))))
      .Text("attestationObject", ToBase64Url(object));
  return CredentialJson(id, response);
}

std::string SoftPasskey::Get(ByteSpan challenge, std::string_view type) {
  if (counter > 0) ++counter;
  const Bytes data = AuthenticatorData(false);
  const std::string client_data = ClientDataJson(challenge, type, origin);
  Bytes message = data;
  Append(message, crypto::HashSha256(AsBytes(client_data)));
  json::ObjectWriter response;
  response.Text("clientDataJSON", ToBase64Url(AsBytes(client_data)))
      .Text("authenticatorData", ToBase64Url(data))
      .Text("signature", ToBase64Url(key.Sign(AsText(message))))
      .Null("userHandle");
  return CredentialJson(id, response);
}

}  // namespace passport::sim
