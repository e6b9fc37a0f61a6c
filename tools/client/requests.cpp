#include "tools/client/requests.h"

#include "trusted/crypto/hash.h"
#include "trusted/crypto/rsa.h"
#include "trusted/json/write.h"

namespace passport::client {
namespace {

std::string UserJson(std::string_view username) {
  return json::ObjectWriter().Text("username", username).Finish();
}

json::ObjectWriter SignedConfig(const DeveloperKey& key, std::string_view config_json) {
  const std::string config = ToBase64(AsBytes(config_json));
  json::ObjectWriter out;
  out.Text("config", config)
      .Text("signature", ToBase64(key.Sign(config)))
      .Text("public_key", ToBase64(key.EncodePublic()));
  return out;
}

}  // namespace

std::string CallBody(std::string_view method, std::string_view params_json) {
  return json::ObjectWriter()
      .Text("jsonrpc", "2.0")
      .U64("id", 1)
      .Text("method", method)
      .Raw("params", params_json)
      .Finish();
}

Result<DeveloperClient> DeveloperClient::Make(DeveloperKey key, std::string scope_id, ByteSpan envelope_spki,
                                              crypto::Rng& rng) {
  crypto::SecretKey32 aes_key = rng.Key();
  const std::string text = ToBase64(aes_key.Expose());
  PASSPORT_TRY(const Bytes wrapped, crypto::SealToEnvelope(envelope_spki, AsBytes(text)));
  return DeveloperClient(std::move(key), std::move(scope_id), std::move(aes_key), ToBase64(wrapped), rng);
}

std::string DeveloperClient::Encrypt(std::string_view text) {
  return ToBase64(crypto::SealAesGcm(aes_key_.Expose(), AsBytes(text), rng_));
}

std::string DeveloperClient::KeyAssertion(const std::string& ciphertext) {
  return Encrypt(json::ObjectWriter()
                     .Text("kind", "key")
                     .Text("id", ToBase64(key_.EncodePublic()))
                     .Text("clientData", ciphertext)
                     .Text("signature", ToBase64(key_.Sign(ciphertext)))
                     .Text("algorithm", "SHA256")
                     .Finish());
}

Request DeveloperClient::Register(std::string_view username) {
  const std::string user = Encrypt(UserJson(username));
  const std::string credential = json::ObjectWriter().Text("KeySignature", KeyAssertion(user)).Finish();
  const std::string params =
      json::ObjectWriter().Text("encrypted_user", user).Raw("encrypted_credential", credential).Finish();
  return {scope_id_, encrypted_key_, Encrypt("null"), "", CallBody("delegatedRegistration", params)};
}

Request DeveloperClient::Wallet(std::string_view username, std::string_view method,
                                std::string_view params_json) {
  return WithUser(UserJson(username), method, params_json);
}

Request DeveloperClient::WalletAt(std::string_view username, std::string_view path, std::string_view method,
                                  std::string_view params_json) {
  return WithUser(json::ObjectWriter().Text("username", username).Text("derivation_path", path).Finish(),
                  method, params_json);
}

Request DeveloperClient::BoundWallet(std::string_view username, std::string_view method,
                                     std::string_view params_json, std::string_view network_id,
                                     std::uint64_t issued_at_ms) {
  const std::string bind = json::ObjectWriter()
                               .Text("network_id", network_id)
                               .Text("scope_id", scope_id_)
                               .Text("method", method)
                               .Text("params_sha256", ToHex(crypto::HashSha256(AsBytes(params_json))))
                               .Text("nonce", ToHex(rng_.Array<16>()))
                               .U64("issued_at", issued_at_ms)
                               .Finish();
  return WithUser(json::ObjectWriter().Text("username", username).Raw("bind", bind).Finish(), method,
                  params_json);
}

Request DeveloperClient::WithUser(std::string_view user_json, std::string_view method,
                                  std::string_view params_json) {
  std::string user = Encrypt(user_json);
  std::string assertion = KeyAssertion(user);
  return {scope_id_, encrypted_key_, std::move(user), std::move(assertion), CallBody(method, params_json)};
}

Request DeveloperClient::PersonalSign(std::string_view username, ByteSpan message) {
  const std::string params[] = {json::Quote("0x" + ToHex(message)), json::Quote("0x" + std::string(40, '0'))};
  return Wallet(username, "personal_sign", json::ArrayOf(params));
}

Request DeveloperClient::SignTypedData(std::string_view username, std::string_view payload_json) {
  const std::string params[] = {json::Quote("0x" + std::string(40, '0')), std::string(payload_json)};
  return Wallet(username, "eth_signTypedData_v4", json::ArrayOf(params));
}

Request DeveloperClient::SignTransaction(std::string_view username, std::string_view transaction_json) {
  const std::string params[] = {std::string(transaction_json)};
  return Wallet(username, "eth_signTransaction", json::ArrayOf(params));
}

Request CreateScope(const DeveloperKey& key, std::string_view config_json) {
  return {"", "", "", "", CallBody("createScope", SignedConfig(key, config_json).Finish())};
}

Request UpdateScope(const DeveloperKey& key, std::string_view scope_id, std::string_view config_json) {
  json::ObjectWriter params = SignedConfig(key, config_json);
  params.Text("scope_id", scope_id);
  return {"", "", "", "", CallBody("updateScope", params.Finish())};
}

}  // namespace passport::client
