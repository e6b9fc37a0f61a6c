#include "tests/unit/policy/scope_acceptor.h"

#include "edl/base/uuid.h"

namespace passport::policy_test {
namespace {

core::Identity MakeIdentity(const peer::Manifest& manifest) {
  return {manifest, {}, PartyIndex{1}, BootId{}, crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{1})),
          {}};
}

peer::Manifest ManifestOf(peer::Profile profile) {
  peer::Manifest out;
  out.profile = profile;
  return out;
}

}  // namespace

api::SignedConfig Sign(const client::DeveloperKey& key, std::string_view config) {
  return {std::string(config), key.Sign(config), key.EncodePublic()};
}

ScopeId IdOf(const api::SignedConfig& creation) {
  return policy::ScopeIdFor(crypto::ParseP256(creation.public_key).value(),
                            crypto::ParseP256Signature(creation.signature).value().r);
}
std::string UuidOf(const api::SignedConfig& creation) { return FormatUuid(IdOf(creation).bytes); }

ScopeAcceptor::ScopeAcceptor(bool devnet)
    : ScopeAcceptor(ManifestOf(devnet ? peer::Profile::kDevnet : peer::Profile::kProduction)) {}
ScopeAcceptor::ScopeAcceptor(const peer::Manifest& manifest)
    : identity_(MakeIdentity(manifest)), rules_(identity_, seen_) {}

Verdict ScopeAcceptor::Create(const api::SignedConfig& config) {
  const auto key = crypto::ParseP256(config.public_key);
  const auto signature = crypto::ParseP256Signature(config.signature);
  const bool named = key.ok() && signature.ok();
  return Judge(named ? policy::ScopeRecordId(IdOf(config)) : RecordId{}, core::ScopeCreation{config});
}

Verdict ScopeAcceptor::Update(const ScopeId& scope, const api::SignedConfig& config) {
  return Judge(policy::ScopeRecordId(scope), core::ScopeUpdate{config});
}

policy::Scope ScopeAcceptor::At(const ScopeId& scope) const {
  return policy::Scope::Parse(records_.at(policy::ScopeRecordId(scope)).value).value();
}

void ScopeAcceptor::Learn(const policy::Scope& scope) {
  replica::Version& version = records_[policy::ScopeRecordId(scope.id)];
  version = {version.number + 1, {}, scope.Encode()};
  seen_.Add(scope);
}

Verdict ScopeAcceptor::Judge(const RecordId& id, const core::Change& change) {
  const auto judged = rules_.Judge(id, records_[id], core::EncodeChange(change), PartyIndex{2});
  if (const auto* refused = std::get_if<replica::Refused>(&judged))
    return api::RowOf(static_cast<api::ErrorCode>(refused->code)).name;
  Learn(policy::Scope::Parse(std::get<Bytes>(judged)).value());
  return "";
}

}  // namespace passport::policy_test
