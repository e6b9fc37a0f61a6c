#include "tests/sim/passkey_client.h"

#include "trusted/crypto/aead.h"
#include "trusted/crypto/hash.h"
#include "trusted/crypto/rsa.h"
#include "trusted/json/write.h"

namespace passport::sim {
namespace {

// Own methods have a prefix that the SDK's have not.
std::string MethodName(std::string_view half, std::string_view kind) {
  const bool own = kind.ends_with("Credential");
  return std::string(own ? "passport_" : "") + std::string(half) + std::string(kind);
}

Bytes ChallengeIn(const std::string& options) {
  const auto parsed = json::Parse(options).value();
  return ParseBase64Url(parsed.Find("publicKey")->GetString("challenge").value()).value();
}

}  // namespace

std::string Member(const std::string& body, std::string_view name) {
  const auto parsed = json::Parse(body);
  const json::Value* result = parsed.ok() ? parsed.value().Find("result") : nullptr;
  if (result == nullptr || !result->IsObject()) return "";
  const auto text = result->GetString(name);
  return text.ok() ? std::string(text.value()) : "";
}

PasskeyClient::PasskeyClient(Network& network, std::string scope_id, crypto::Rng& rng, PartyIndex gateway)
    : scope(std::move(scope_id)), network_(network), rng_(rng), aes_(rng.Key()) {
  const auto claims = json::Parse(network.Enclave(gateway)).value();
  const Bytes spki = ParseBase64(claims.GetString("enclave_public_key").value()).value();
  encrypted_key_ = ToBase64(crypto::SealToEnvelope(spki, AsBytes(ToBase64(aes_.Expose()))).value());
}

std::string PasskeyClient::Encrypt(std::string_view text) {
  return ToBase64(crypto::SealAesGcm(aes_.Expose(), AsBytes(text), rng_));
}

std::string PasskeyClient::Decrypt(const std::string& ciphertext) {
  const auto opened = crypto::OpenAesGcm(aes_.Expose(), ParseBase64(ciphertext).value());
  return opened.ok() ? std::string(AsText(opened.value())) : "";
}

std::string PasskeyClient::User(std::string_view username) {
  json::ObjectWriter user;
  user.Text("username", username).Text("userDisplayName", username);
  if (!bind.empty()) user.Raw("bind", bind);
  return Encrypt(user.Finish());
}

client::Request PasskeyClient::Plain(std::string_view method, const std::string& params) {
  return {scope, encrypted_key_, Encrypt("null"), "", client::CallBody(method, params)};
}

client::Request PasskeyClient::Initiate(std::string_view kind, std::string_view username,
                                        std::string_view more_params) {
  const std::string params =
      "{\"encrypted_user\":" + json::Quote(User(username)) + std::string(more_params) + "}";
  return Plain(MethodName("initiate", kind), params);
}

Challenge PasskeyClient::Begin(PartyIndex gateway, std::string_view kind, std::string_view username,
                               std::string_view more_params) {
  Challenge out;
  out.reply = network_.Ask(gateway, Initiate(kind, username, more_params));
  out.id = Member(out.reply, "challenge_id");
  for (const char* name : {"encrypted_creation_challenge", "encrypted_request_challenge"}) {
    const std::string ciphertext = Member(out.reply, name);
    if (ciphertext.empty()) continue;
    out.json = Decrypt(ciphertext);
    out.bytes = ChallengeIn(out.json);
  }
  return out;
}

client::Request PasskeyClient::Complete(std::string_view kind, const Challenge& challenge,
                                        std::string_view username, const std::string& attestation,
                                        const std::string& assertion, const client::DeveloperKey* developer) {
  const std::string user = User(username);
  json::ObjectWriter params;
  params.Text("challenge_id", challenge.id).Text("encrypted_user", user);
  if (!attestation.empty()) params.Text("encrypted_attestation", Encrypt(attestation));
  if (!assertion.empty()) params.Text("encrypted_assertion", Encrypt(assertion));
  if (developer != nullptr) {
    params.Raw("encrypted_credential",
               json::ObjectWriter().Text("KeySignature", KeyAssertion(*developer, user)).Finish());
  }
  return Plain(MethodName("complete", kind), params.Finish());
}

std::string PasskeyClient::KeyAssertion(const client::DeveloperKey& key, const std::string& ciphertext) {
  return Encrypt(json::ObjectWriter()
                     .Text("kind", "key")
                     .Text("id", ToBase64(key.EncodePublic()))
                     .Text("clientData", ciphertext)
                     .Text("signature", ToBase64(key.Sign(ciphertext)))
                     .Finish());
}

std::string PasskeyClient::Register(PartyIndex gateway, std::string_view username, SoftPasskey& passkey,
                                    const client::DeveloperKey* developer) {
  const Challenge challenge = Begin(gateway, "Registration", username);
  if (!challenge.ok()) return challenge.reply;
  return network_.Ask(
      gateway, Complete("Registration", challenge, username, passkey.Create(challenge.bytes), "", developer));
}

std::string PasskeyClient::Login(PartyIndex gateway, std::string_view username, SoftPasskey& passkey,
                                 bool regenerate) {
  network_.Run(20);  // ceremonies are in order by time
  const Challenge challenge =
      Begin(gateway, "Authentication", username, regenerate ? ",\"regenerate_seed\":true" : "");
  if (!challenge.ok()) return challenge.reply;
  return network_.Ask(gateway,
                      Complete("Authentication", challenge, username, "", passkey.Get(challenge.bytes)));
}

std::string PasskeyClient::Add(PartyIndex gateway, std::string_view username, SoftPasskey& passkey,
                               SoftPasskey& added) {
  const Challenge challenge = Begin(gateway, "AddCredential", username);
  if (!challenge.ok()) return challenge.reply;
  const std::string attestation = added.Create(challenge.bytes);
  const Hash32 step_up = crypto::HashSha256({challenge.bytes, crypto::HashSha256(added.attested)});
  return network_.Ask(gateway,
                      Complete("AddCredential", challenge, username, attestation, passkey.Get(step_up)));
}

std::string PasskeyClient::Remove(PartyIndex gateway, std::string_view username, SoftPasskey& passkey,
                                  std::string_view credential_hash) {
  const Challenge challenge =
      Begin(gateway, "RemoveCredential", username, ",\"credential_hash\":" + json::Quote(credential_hash));
  if (!challenge.ok()) return challenge.reply;
  const Hash32 name = ToArray<32>(ParseHex(credential_hash.substr(2)).value()).value();
  const Hash32 signed_challenge = crypto::HashSha256({challenge.bytes, name});
  return network_.Ask(gateway,
                      Complete("RemoveCredential", challenge, username, "", passkey.Get(signed_challenge)));
}

client::Request PasskeyClient::With(const std::string& session, std::string_view method,
                                    std::string_view params) {
  client::Request out = Plain(method, std::string(params));
  out.encrypted_session = session;
  return out;
}

client::Request PasskeyClient::Sign(const std::string& session, std::string_view message) {
  const std::string params[] = {json::Quote("0x" + ToHex(AsBytes(message)))};
  return With(session, "personal_sign", json::ArrayOf(params));
}

std::string PasskeyClient::SessionIn(const std::string& body) { return Member(body, "encrypted_jwt"); }

}  // namespace passport::sim
