// Requests of an account's owner that sign nothing: what he may see, and the end of his sessions.
#include "edl/base/uuid.h"
#include "trusted/core/client_desk.h"
#include "trusted/core/session_gate.h"
#include "trusted/json/write.h"

namespace passport::core {
namespace {

using api::ErrorCode;
using api::MakeError;
using policy::Control;
using replica::NeedRecords;

std::string HashText(ByteSpan bytes) { return "0x" + ToHex(bytes); }

std::string InfoJson(const policy::Account& account, const std::string& address) {
  const char* control = account.control == Control::kUser        ? "user"
                        : account.control == Control::kDeveloper ? "developer"
                                                                 : "hybrid";
  return json::ObjectWriter()
      .Text("account_id", FormatUuid(account.id.bytes))
      .Text("identifier_hash", HashText(account.identifier_hash))
      .Text("control", control)
      .Text("address", address)
      .Text("rp_id", account.terms.rp_id)
      .U64("credentials", account.passkeys.size())
      .Finish();
}

std::string CredentialsJson(const policy::Account& account) {
  std::vector<std::string> out;
  for (const policy::Passkey& passkey : account.passkeys) {
    const webauthn::Credential& credential = passkey.credential;
    out.push_back(json::ObjectWriter()
                      .Text("credential_hash", HashText(passkey::CredentialName(credential.id)))
                      .Raw("algorithm", std::to_string(credential.key.algorithm()))
                      .Bool("self_attested", credential.attestation == webauthn::Attestation::kSelf)
                      .Bool("backup_eligible", credential.backup_eligible)
                      .U64("sign_count", credential.sign_count)
                      .Finish());
  }
  return json::ArrayOf(out);
}

}  // namespace

// A bound account is shown to bound requests only: one rule for all that its proofs are good for.
Judged<std::string> ClientDesk::AddressOf(const Operation& op, const AccountFacts& facts,
                                          const Deciding& with) {
  const auto control = policy::CheckControl(facts.caller, facts.account);
  if (!control.ok()) return control.error();
  auto call = api::ParseCall(op.evidence.body);
  if (!call.ok()) return std::move(call).error().error;
  const auto bound = policy::CheckBound(facts.caller, facts.account, call.value(), with.network);
  if (!bound.ok()) return bound.error();
  auto key = FindKey(facts, with);
  if (auto* error = std::get_if<api::Error>(&key)) return std::move(*error);
  if (auto* need = std::get_if<NeedRecords>(&key)) return std::move(*need);
  const auto remembered = Remember(op.evidence, facts, with);
  if (!remembered.ok()) return remembered.error();
  return eth::ToLowerText(std::get<policy::SigningKey>(key).Address());
}

std::optional<ClientDesk::Owned> ClientDesk::FindOwned(const RequestId& id, Operation& op) {
  const Deciding with = With(id);
  auto found = FindAccount(op.evidence, with);
  if (std::holds_alternative<NeedRecords>(found)) return std::nullopt;
  if (auto* error = std::get_if<api::Error>(&found)) {
    RefuseOrRead(id, op, std::move(*error));
    return std::nullopt;
  }
  auto& facts = std::get<AccountFacts>(found);
  auto address = AddressOf(op, facts, with);
  if (const auto* need = std::get_if<NeedRecords>(&address)) {
    view_.Lack(need->ids.front());
    return std::nullopt;
  }
  if (auto* error = std::get_if<api::Error>(&address)) {
    RefuseOrRead(id, op, std::move(*error));
    return std::nullopt;
  }
  LogGrant(parts_.outbox, id, {}, facts);
  return Owned{std::move(facts), std::get<std::string>(std::move(address))};
}

void ClientDesk::Decide(const RequestId& id, Operation& op, const api::Addresses&) {
  const auto owned = FindOwned(id, op);
  if (!owned) return;
  const std::string items[] = {json::Quote(owned->address)};
  ReplyResult(id, json::ArrayOf(items));
}

void ClientDesk::Decide(const RequestId& id, Operation& op, const api::AccountQuery& request) {
  const auto owned = FindOwned(id, op);
  if (!owned) return;
  const AccountFacts& facts = owned->facts;
  if (request.about == api::AccountQuery::About::kAccount)
    return ReplyResult(id, InfoJson(facts.account, owned->address));
  if (request.about == api::AccountQuery::About::kCredentials)
    return ReplyResult(id, CredentialsJson(facts.account));
  const std::uint64_t now_ms = view_.LatestMs();
  std::vector<std::string> sessions;
  for (const auto& [record, session] : parts_.records.SessionsOf(facts.account_ref.id, now_ms)) {
    if (!CheckSession(session, facts.account, now_ms).ok()) continue;
    sessions.push_back(json::ObjectWriter()
                           .Text("session", HashText(record.bytes))
                           .Text("credential_hash", HashText(session.credential))
                           .U64("begun_at", session.begun_ms / 1'000)
                           .U64("expires_at", session.expires_ms / 1'000)
                           .Bool("current", facts.session_ref && facts.session_ref->id == record)
                           .Finish());
  }
  ReplyResult(id, json::ArrayOf(sessions));
}

void ClientDesk::Decide(const RequestId& id, Operation& op, const api::RevokeSession& request) {
  const auto owned = FindOwned(id, op);
  if (!owned) return;
  const AccountFacts& facts = owned->facts;
  const auto challenge = ClaimedSession(op.evidence);
  if (!facts.session_ref || !challenge.ok())
    return ReplyError(id, MakeError(ErrorCode::kMissingHeader, "X-Encrypted-Session"));
  const RecordId target = request.session.value_or(facts.session_ref->id);
  if (policy::KindOf(target) != policy::RecordKind::kCeremony)
    return ReplyError(id, MakeError(ErrorCode::kUnknownSession));
  // Acceptors do not judge whether this session still holds, so it is judged here by what a quorum knows.
  for (const RecordId& record : {facts.session_ref->id, facts.account_ref.id, target}) {
    if (op.read.insert(record).second) return StartRead(id, op, record);
  }
  const replica::Version* version = view_.Local(target);
  if (version == nullptr) return;
  if (version->number == 0) return ReplyError(id, MakeError(ErrorCode::kUnknownSession));
  const replica::Committed* own = parts_.replica.Certified(facts.session_ref->id);
  if (own == nullptr) return ReplyError(id, MakeError(ErrorCode::kInternal));
  op.account_record = target;
  StartChange(id, op, Stage::kRevoking, target,
              SessionRevocation{op.evidence.Clone(), {challenge.value(), *own}});
}

// How many nodes have signed that they hold the record's newest version (rules.md 8); the others are told.
std::string ClientDesk::AppliedText(const RecordId& record) const {
  const replica::Committed* committed = parts_.replica.Certified(record);
  const std::size_t applied = committed == nullptr ? 0 : committed->certificate.size();
  return std::to_string(applied) + " of " + std::to_string(parts_.identity.manifest.n);
}

}  // namespace passport::core
