#include "tests/unit/policy/proofs.h"

#include "edl/base/uuid.h"
#include "trusted/json/write.h"

namespace passport::policy_test {

std::string ToJson(const Members& members) {
  json::ObjectWriter out;
  for (const auto& [name, value] : members) out.Raw(name, value);
  return out.Finish();
}

std::string UserJson(std::string_view username) { return ToJson({{"username", json::Quote(username)}}); }

std::string Envelope::Seal(std::string_view text) {
  return ToBase64(crypto::SealAesGcm(key_.Expose(), AsBytes(text), rng_));
}

Members KeyAssertion(const client::DeveloperKey& key, std::string_view client_data) {
  return {{"kind", "\"key\""},
          {"id", json::Quote(ToBase64(key.EncodePublic()))},
          {"clientData", json::Quote(client_data)},
          {"signature", json::Quote(ToBase64(key.Sign(client_data)))},
          {"algorithm", "\"SHA256\""}};
}

policy::Scope ScopeOf(const client::DeveloperKey& key, std::string_view config) {
  policy::Scope out;
  out.id =
      ScopeId{{0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x42, 0xd3, 0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0}};
  out.owners = {crypto::ParseP256(key.EncodePublic()).value()};
  out.config = config;
  return out;
}

curve::Point BasePoint() { return curve::MulBase(curve::Scalar::FromU64(1)).value(); }

policy::Account ActiveAccount(const ScopeId& scope, policy::Control control) {
  policy::Account out;
  out.scope = scope;
  out.id = AccountId{{0x20}};
  out.control = control;
  out.state = policy::AccountState::kActive;
  policy::AccountKey key;
  key.id = KeyId{{0x30}};
  key.public_key = BasePoint().Encode();
  key.holders = {PartyIndex{1}, PartyIndex{2}, PartyIndex{3}};
  out.keys = {key};
  return out;
}

auth::Evidence WalletEvidence(Envelope& envelope, const client::DeveloperKey& key, const ScopeId& scope,
                              std::string_view username, std::string_view body) {
  auth::Evidence out;
  out.scope_id = FormatUuid(scope.bytes);
  out.encrypted_user = envelope.Seal(UserJson(username));
  out.encrypted_key_signature = envelope.Seal(ToJson(KeyAssertion(key, out.encrypted_user)));
  out.has_key = true;
  out.client_key = envelope.key().Clone();
  out.body = ToBytes(body);
  return out;
}

auth::Evidence RegistrationEvidence(Envelope& envelope, const client::DeveloperKey& key, const ScopeId& scope,
                                    std::string_view username) {
  const std::string user = envelope.Seal(UserJson(username));
  const std::string proof = envelope.Seal(ToJson(KeyAssertion(key, user)));
  auth::Evidence out;
  out.scope_id = FormatUuid(scope.bytes);
  out.encrypted_user = envelope.Seal("null");
  out.has_key = true;
  out.client_key = envelope.key().Clone();
  out.body =
      ToBytes(RpcBody("delegatedRegistration",
                      ToJson({{"encrypted_user", json::Quote(user)},
                              {"encrypted_credential", ToJson({{"KeySignature", json::Quote(proof)}})}})));
  return out;
}

std::string RpcBody(std::string_view method, std::string_view params) {
  return ToJson({{"jsonrpc", "\"2.0\""},
                 {"id", "1"},
                 {"method", json::Quote(method)},
                 {"params", std::string(params)}});
}

}  // namespace passport::policy_test
