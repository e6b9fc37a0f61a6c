// Passkey ceremonies at the gateway: a challenge made with the others, its answer as a register, and what
// follows from it for the account (wire-api.md 8).
#include "edl/base/uuid.h"
#include "trusted/core/client_desk.h"
#include "trusted/crypto/aead.h"
#include "trusted/json/write.h"
#include "trusted/policy/account_passkeys.h"
#include "trusted/policy/completion.h"

namespace passport::core {
namespace {

using api::ErrorCode;
using api::MakeError;
using passkey::CeremonyKind;
using policy::AccountState;
using replica::NeedRecords;

std::string NameText(ByteSpan bytes) { return "0x" + ToHex(bytes); }

// What the other enclaves need to judge the answer, and no more.
auth::Evidence WithoutOtherProofs(const auth::Evidence& evidence) {
  auth::Evidence out = evidence.Clone();
  out.encrypted_session.clear();
  out.encrypted_webauthn_signature.clear();
  out.encrypted_key_signature.clear();
  out.encrypted_user.clear();
  return out;
}

}  // namespace

std::string ClientDesk::SealFor(const Operation& op, std::string_view text) {
  return ToBase64(crypto::SealAesGcm(op.evidence.client_key.Expose(), AsBytes(text), parts_.rng));
}

// Nothing changes before the ceremony completes (rules.md 30).
void ClientDesk::Decide(const RequestId& id, Operation& op, const api::BeginCeremony& request) {
  RecordRef scope_ref;
  auto found = FindScope(op.evidence, view_, &scope_ref);
  if (auto* error = std::get_if<api::Error>(&found)) return RefuseOrRead(id, op, std::move(*error));
  if (std::holds_alternative<NeedRecords>(found)) return;
  const policy::Scope& scope = std::get<policy::Scope>(found);
  const auto config = policy::PasskeyConfigOf(scope, IsDevnet(parts_.identity.manifest));
  if (!config.ok()) return RefuseOrRead(id, op, config.error());
  const auto opened = auth::OpenText(op.evidence.client_key, request.encrypted_user, "params.encrypted_user");
  if (!opened.ok()) return ReplyError(id, opened.error());
  const auto user = auth::ParseUser(opened.value());
  if (!user.ok()) return ReplyError(id, user.error());
  op.account_record = policy::AccountRecordId(scope.id, user.value().username);
  const replica::Version* version = view_.Local(op.account_record);
  if (version == nullptr) return;
  const auto account = policy::Account::Parse(version->value);
  const bool active = account.ok() && account.value().state == AccountState::kActive;
  op.options = {
      config.value().rp->id, config.value().rp->name,   AccountIdOf(op.account_record, scope.id).bytes,
      user.value().username, user.value().display_name, {}};
  if (request.kind == CeremonyKind::kRegister) {
    if (active) return ReplyError(id, MakeError(ErrorCode::kDuplicateRegistration));
    // A name that was just taken elsewhere is refused before its user makes a passkey in vain.
    if (op.read.insert(op.account_record).second) return StartRead(id, op, op.account_record);
  } else {
    if (!account.ok() || account.value().passkeys.empty())
      return RefuseOrRead(id, op, MakeError(ErrorCode::kUnknownUser));
    if (!active) return RefuseOrRead(id, op, MakeError(ErrorCode::kPending));
    op.options.rp_id = account.value().terms.rp_id;
    for (const policy::Passkey& passkey : account.value().passkeys)
      op.options.credentials.push_back(passkey.credential.id);
    const bool has = std::ranges::any_of(op.options.credentials, [&](const Bytes& credential) {
      return passkey::CredentialName(credential) == request.credential;
    });
    if (request.kind == CeremonyKind::kRemoveCredential && !has)
      return RefuseOrRead(id, op, MakeError(ErrorCode::kCredential), op.account_record);
  }
  op.stage = Stage::kGathering;
  const bool begun = parts_.ceremonies.Begin(
      id, {request.kind, scope.id, op.account_record, request.regenerate_seed, request.credential});
  if (!begun) ReplyBusy(id, kLimitMs);
}

void ClientDesk::OnCeremony(const RequestId& request, passkey::Ceremony ceremony) {
  const auto entry = operations_.find(request);
  if (entry == operations_.end() || entry->second.stage != Stage::kGathering) return;
  const Operation& op = entry->second;
  const CeremonyKind kind = ceremony.terms.kind;
  const Hash32 challenge = ceremony.Challenge(parts_.identity.manifest_hash);
  json::ObjectWriter out;
  out.Text("challenge_id", SealFor(op, AsText(ceremony.Encode())));
  if (kind == CeremonyKind::kRegister || kind == CeremonyKind::kAddCredential)
    out.Text("encrypted_creation_challenge", SealFor(op, passkey::CreationJson(op.options, challenge)));
  if (kind != CeremonyKind::kRegister)
    out.Text("encrypted_request_challenge", SealFor(op, passkey::RequestJson(op.options, challenge)));
  ReplyResult(request, out.Finish());
}

void ClientDesk::OnCeremonyFailed(const RequestId& request, std::vector<PartyIndex> missing) {
  const auto entry = operations_.find(request);
  if (entry == operations_.end() || entry->second.stage != Stage::kGathering) return;
  api::Error error =
      MakeError(ErrorCode::kTooFewNodes, "a challenge needs a quorum of nodes; start the missing ones");
  error.missing = std::move(missing);
  ReplyError(request, error);
}

// Judged here first: what every enclave will refuse is refused with its reason, and spends nothing.
void ClientDesk::Decide(const RequestId& id, Operation& op, const api::CompleteCeremony& request) {
  const auto opened = auth::OpenText(op.evidence.client_key, request.challenge_id, "params.challenge_id");
  const auto ceremony = passkey::Ceremony::Parse(opened.ok() ? AsBytes(opened.value()) : ByteSpan{});
  if (!ceremony.ok()) return ReplyError(id, MakeError(ErrorCode::kChallenge));
  const passkey::CeremonyTerms& terms = ceremony.value().terms;
  op.account_record = terms.account;
  CeremonyCompletion completion{WithoutOtherProofs(op.evidence), ceremony.value()};
  auto judged = JudgeCeremony(completion, parts_.identity, view_);
  if (auto* error = std::get_if<api::Error>(&judged)) return RefuseOrRead(id, op, std::move(*error));
  if (std::holds_alternative<NeedRecords>(judged)) return;
  const replica::Version* version = view_.Local(op.account_record);
  if (version == nullptr) return;
  auto account = policy::Account::Parse(version->value);
  const bool active = account.ok() && account.value().state == AccountState::kActive;
  if (request.kind == CeremonyKind::kRegister && active)
    return ReplyError(id, MakeError(ErrorCode::kDuplicateRegistration));
  op.ceremony.challenge = ceremony.value().Challenge(parts_.identity.manifest_hash);
  version = view_.Local(op.ceremony.record());
  if (version == nullptr) return;
  if (version->number != 0) return ReplyError(id, MakeError(ErrorCode::kChallenge));
  // Each is a register for ever.
  const bool allowed = request.kind == CeremonyKind::kRegister
                           ? registrations_.Allow(policy::ScopeRecordId(terms.scope), now_ms_)
                           : sign_ins_.Allow(op.account_record, now_ms_);
  if (!allowed) return ReplyBusy(id, kLimitMs);
  if (active) op.key = account.value().keys.front();
  StartChange(id, op, Stage::kCompleting, op.ceremony.record(), std::move(completion));
}

void ClientDesk::StartUse(const RequestId& id, Operation& op) {
  const replica::Committed* committed = parts_.replica.Certified(op.ceremony.record());
  const auto outcome =
      policy::Outcome::Parse(committed == nullptr ? ByteSpan{} : ByteSpan(committed->version.value));
  if (!outcome.ok()) return ReplyError(id, MakeError(ErrorCode::kInternal));
  op.ceremony.committed = *committed;
  if (std::holds_alternative<policy::Registered>(outcome.value().what)) {
    return StartChange(id, op, Stage::kReserving, op.account_record,
                       PasskeyReservation{id, likely_unix_ms_, op.ceremony});
  }
  if (!policy::Changes(outcome.value())) return FinishCeremony(id, op);
  StartChange(id, op, Stage::kUsing, op.account_record, CeremonyUse{op.ceremony});
}

bool ClientDesk::IsPlainSession(const CertifiedCeremony& ceremony) {
  const auto outcome = policy::Outcome::Parse(ceremony.committed.version.value);
  const auto* session = outcome.ok() ? std::get_if<policy::Authenticated>(&outcome.value().what) : nullptr;
  return session != nullptr && !session->regenerates;
}

void ClientDesk::FinishCeremony(const RequestId& id, Operation& op) {
  const auto outcome = policy::Outcome::Parse(op.ceremony.committed.version.value);
  if (!outcome.ok() || !op.key) return ReplyError(id, MakeError(ErrorCode::kInternal));
  parts_.outbox.Log(Event::kDecisionGranted, id, {}, op.ceremony.committed.version.number);
  json::ObjectWriter out;
  const auto& what = outcome.value().what;
  if (const auto* session = std::get_if<policy::Authenticated>(&what)) {
    const std::string token =
        passkey::SessionToken(session->session, op.ceremony.challenge, op.key->public_key, op.key->id);
    out.Text("encrypted_jwt", SealFor(op, token));
    // Whoever signs in will sign soon.
    const auto scope = ParseUuid(op.evidence.scope_id);
    if (scope.ok() && parts_.records.HasShareOf(op.account_record))
      parts_.presign.Want(policy::ScopeRecordId(ScopeId{scope.value()}), op.account_record, 1);
    if (session->regenerates) out.Text("applied", AppliedText(op.account_record));
    return ReplyResult(id, out.Finish());
  }
  if (const auto* added = std::get_if<policy::Added>(&what))
    out.Text("credential_hash", NameText(passkey::CredentialName(added->credential.id)));
  if (const auto* removed = std::get_if<policy::Removed>(&what))
    out.Text("credential_hash", NameText(removed->credential));
  ReplyResult(id, out.Text("applied", AppliedText(op.account_record)).Finish());
}

}  // namespace passport::core
