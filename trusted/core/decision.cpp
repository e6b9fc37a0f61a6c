#include "trusted/core/decision.h"

#include "edl/base/uuid.h"
#include "trusted/core/session_gate.h"

namespace passport::core {

using api::ErrorCode;
using api::MakeError;
using replica::NeedRecords;

void WriteRecordRef(Writer& out, const RecordRef& ref) {
  out.Raw(ref.id.bytes).U64(ref.version).Raw(ref.hash);
}

RecordRef ReadRecordRef(Reader& in) {
  RecordRef out;
  out.id = RecordId{in.Array<32>()};
  out.version = in.U64();
  out.hash = in.Array<32>();
  return out;
}

Judged<policy::Scope> FindScope(const auth::Evidence& evidence, RegisterView& view, RecordRef* ref) {
  if (evidence.scope_id.empty()) return MakeError(ErrorCode::kMissingHeader, "X-Scope-Id");
  const auto uuid = ParseUuid(evidence.scope_id);
  if (!uuid.ok()) return MakeError(ErrorCode::kUnknownScope, "X-Scope-Id is not a UUID");
  const RecordId id = policy::ScopeRecordId(ScopeId{uuid.value()});
  const replica::Version* version = view.Local(id);
  if (version == nullptr) return NeedRecords{{id}};
  if (version->number == 0) return MakeError(ErrorCode::kUnknownScope);
  auto scope = policy::Scope::Parse(version->value);
  if (!scope.ok()) return MakeError(ErrorCode::kInternal);
  *ref = {id, version->number, version->HashFor(id)};
  return std::move(scope).value();
}

policy::NetworkFacts FactsOf(const peer::Manifest& manifest) {
  return {manifest.network_id, IsDevnet(manifest)};
}

namespace {

Judged<AccountFacts> FindByKey(const auth::Evidence& evidence, const Deciding& with) {
  AccountFacts out;
  auto found = FindScope(evidence, with.view, &out.scope_ref);
  if (auto* error = std::get_if<api::Error>(&found)) return std::move(*error);
  if (auto* need = std::get_if<NeedRecords>(&found)) return std::move(*need);
  const auto& scope = std::get<policy::Scope>(found);
  // The proof comes before the look-up: without it nobody learns whether a name is registered.
  auto caller = policy::Authenticate(evidence, scope);
  if (!caller.ok()) return std::move(caller).error();
  out.caller = std::move(caller).value();
  auto config = policy::ParseScopeConfig(scope.config, with.network.devnet);
  if (!config.ok()) return std::move(config).error();
  out.config = std::move(config).value();
  const RecordId id = policy::AccountRecordId(scope.id, out.caller.username);
  const replica::Version* version = with.view.Local(id);
  if (version == nullptr) return NeedRecords{{id}};
  if (version->number == 0) return MakeError(ErrorCode::kUnknownUser);
  auto account = policy::Account::Parse(version->value);
  if (!account.ok()) return MakeError(ErrorCode::kInternal);
  out.account_ref = {id, version->number, version->HashFor(id)};
  out.account = std::move(account).value();
  return out;
}

}  // namespace

// A session names its account; without one the header's user does.
Judged<AccountFacts> FindAccount(const auth::Evidence& evidence, const Deciding& with) {
  return evidence.encrypted_session.empty() ? FindByKey(evidence, with) : FindBySession(evidence, with);
}

void LogGrant(Outbox& outbox, const RequestId& request, PartyIndex party, const AccountFacts& facts) {
  outbox.Log(Event::kDecisionGranted, request, party, facts.scope_ref.version);
  outbox.Log(Event::kDecisionAccount, request, party, facts.account_ref.version);
}

// Only a derived key needs the chain code, and so a share: any node can be the gateway of an account's own.
Judged<policy::SigningKey> FindKey(const AccountFacts& facts, const Deciding& with) {
  Hash32 chain_code{};
  if (!facts.caller.path.indices().empty() && !facts.account.keys.empty()) {
    auto found = with.chain_codes.Of(facts.account.keys.front());
    if (auto* error = std::get_if<api::Error>(&found)) return std::move(*error);
    if (auto* need = std::get_if<NeedRecords>(&found)) return std::move(*need);
    chain_code = std::get<Hash32>(found);
  }
  auto key = policy::KeyAt(facts.account, facts.caller.path, chain_code);
  if (!key.ok()) return std::move(key).error();
  return std::move(key).value();
}

auth::Checked<Unit> Remember(const auth::Evidence& evidence, const AccountFacts& facts,
                             const Deciding& with) {
  const RecordId& account = facts.account_ref.id;
  if (facts.caller.bind) return with.memory.TakeBound(with.request, account, *facts.caller.bind);
  // A session has an end of its own, and its headers are one set for all its requests.
  const bool by_session = facts.caller.session && !facts.caller.developer_key;
  if (facts.config.replay_window_s == 0 || by_session) return Unit{};
  return with.memory.TakeLegacy(account, AsBytes(evidence.encrypted_user), facts.config.replay_window_s);
}

Judged<Decision> Decide(const auth::Evidence& evidence, const Deciding& with) {
  auto call = api::ParseCall(evidence.body);
  if (!call.ok()) return std::move(call).error().error;
  auto found = FindAccount(evidence, with);
  if (auto* error = std::get_if<api::Error>(&found)) return std::move(*error);
  if (auto* need = std::get_if<NeedRecords>(&found)) return std::move(*need);
  auto facts = std::get<AccountFacts>(std::move(found));
  const auto control = policy::CheckControl(facts.caller, facts.account);
  if (!control.ok()) return control.error();
  auto key = FindKey(facts, with);
  if (auto* error = std::get_if<api::Error>(&key)) return std::move(*error);
  if (auto* need = std::get_if<NeedRecords>(&key)) return std::move(*need);
  const auto& signing = std::get<policy::SigningKey>(key);
  auto grant = policy::Authoriser::Authorise(facts.caller, facts.config, facts.account, call.value(),
                                             with.network, signing);
  if (!grant.ok()) return std::move(grant).error();
  const auto remembered = Remember(evidence, facts, with);
  if (!remembered.ok()) return remembered.error();
  return Decision{std::move(facts), signing, std::move(call).value().request, std::move(grant).value()};
}

}  // namespace passport::core
