#include "trusted/core/ceremony_changes.h"

#include "trusted/core/decision.h"
#include "trusted/passkey/session.h"
#include "trusted/policy/account_passkeys.h"
#include "trusted/policy/completion.h"
#include "trusted/replica/certificate.h"

namespace passport::core {
namespace {

using api::ErrorCode;
using api::MakeError;
using passkey::CeremonyKind;
using replica::Judgement;
using replica::NeedRecords;
using replica::Refused;

constexpr std::size_t kCeremonyBytesMax = 8'192;

Refused RefuseCeremony(ErrorCode code) { return {static_cast<std::uint16_t>(code)}; }

auth::Evidence ReadEvidence(Reader& in) {
  auto evidence = auth::Evidence::Parse(in.Var(replica::kEvidenceBytesMax));
  if (evidence.ok()) return std::move(evidence).value();
  in.Reject();
  return {};
}

}  // namespace

std::vector<RecordId> CeremonyCompletion::RestsOn() const {
  if (policy::KindOf(ceremony.terms.account) != policy::RecordKind::kAccount) return {};
  std::vector<RecordId> out = {policy::ScopeRecordId(ceremony.terms.scope)};
  if (ceremony.terms.kind != CeremonyKind::kRegister) out.push_back(ceremony.terms.account);
  return out;
}

std::vector<RecordId> PasskeyReservation::RestsOn() const {
  const auto outcome = policy::Outcome::Parse(ceremony.committed.version.value);
  const auto* made = outcome.ok() ? std::get_if<policy::Registered>(&outcome.value().what) : nullptr;
  return made == nullptr ? std::vector<RecordId>{} : std::vector{policy::ScopeRecordId(made->scope)};
}

auth::Checked<policy::Outcome> CertifiedCeremony::Verify(const peer::Manifest& manifest) const {
  auto outcome = policy::Outcome::Parse(committed.version.value);
  const bool holds = replica::IsCertified(RosterOf(manifest), AckQuorum(manifest), record(), committed);
  if (!holds || !outcome.ok()) return Fail(MakeError(ErrorCode::kInvalidRequest));
  return std::move(outcome).value();
}

void Write(Writer& out, const CeremonyCompletion& c) {
  out.Var(c.evidence.Encode()).Var(c.ceremony.Encode());
}

void WriteCertified(Writer& out, const CertifiedCeremony& c) {
  out.Raw(c.challenge);
  replica::WriteCommitted(out, c.committed);
}

void Write(Writer& out, const PasskeyReservation& c) {
  out.Raw(c.request.bytes).U64(c.now_ms);
  WriteCertified(out, c.ceremony);
}
void Write(Writer& out, const CeremonyUse& c) { WriteCertified(out, c.ceremony); }
void Write(Writer& out, const SessionRevocation& c) {
  out.Var(c.evidence.Encode());
  WriteCertified(out, c.by);
}

CeremonyCompletion ReadCompletion(Reader& in) {
  CeremonyCompletion out{ReadEvidence(in), {}};
  auto ceremony = passkey::Ceremony::Parse(in.Var(kCeremonyBytesMax));
  if (ceremony.ok()) {
    out.ceremony = std::move(ceremony).value();
  } else {
    in.Reject();
  }
  return out;
}

CertifiedCeremony ReadCertified(Reader& in) {
  CertifiedCeremony out;
  out.challenge = in.Array<32>();
  out.committed = replica::ReadCommitted(in);
  return out;
}

PasskeyReservation ReadPasskeyReservation(Reader& in) {
  PasskeyReservation out{RequestId{in.Array<16>()}, in.U64(), {}};
  out.ceremony = ReadCertified(in);
  return out;
}

SessionRevocation ReadRevocation(Reader& in) {
  SessionRevocation out{ReadEvidence(in), {}};
  out.by = ReadCertified(in);
  return out;
}

Judged<policy::Outcome> JudgeCeremony(const CeremonyCompletion& change, const Identity& identity,
                                      RegisterView& view) {
  const passkey::Ceremony& ceremony = change.ceremony;
  const peer::Manifest& manifest = identity.manifest;
  const Hash32& network = identity.manifest_hash;
  // A name from outside: no other record is looked up.
  if (policy::KindOf(ceremony.terms.account) != policy::RecordKind::kAccount)
    return MakeError(ErrorCode::kChallenge);
  if (!ceremony.Verify(network, RosterOf(manifest), AckQuorum(manifest), view.LatestMs()).ok())
    return MakeError(ErrorCode::kChallenge);
  const RecordId scope_id = policy::ScopeRecordId(ceremony.terms.scope);
  const replica::Version* version = view.Local(scope_id);
  if (version == nullptr) return NeedRecords{{scope_id}};
  const auto scope = policy::Scope::Parse(version->value);
  if (!scope.ok()) return MakeError(ErrorCode::kUnknownScope);
  policy::Account account;
  if (ceremony.terms.kind != CeremonyKind::kRegister) {
    version = view.Local(ceremony.terms.account);
    if (version == nullptr) return NeedRecords{{ceremony.terms.account}};
    auto known = policy::Account::Parse(version->value);
    if (!known.ok()) return MakeError(ErrorCode::kUnknownUser);
    account = std::move(known).value();
  }
  const Hash32 challenge = ceremony.Challenge(network);
  auto outcome = policy::JudgeCompletion(change.evidence,
                                         {ceremony, challenge, scope.value(), &account, FactsOf(manifest)});
  if (!outcome.ok()) return std::move(outcome).error();
  return std::move(outcome).value();
}

auth::Checked<Hash32> ClaimedSession(const auth::Evidence& evidence) {
  if (!evidence.has_key) return Fail(MakeError(ErrorCode::kMissingHeader, "X-Encrypted-Key"));
  if (evidence.encrypted_session.empty())
    return Fail(MakeError(ErrorCode::kMissingHeader, "X-Encrypted-Session"));
  PASSPORT_TRY(const std::string token,
               auth::OpenText(evidence.client_key, evidence.encrypted_session, "X-Encrypted-Session"));
  const auto challenge = passkey::CeremonyOf(token);
  if (!challenge.ok())
    return Fail(MakeError(ErrorCode::kUnknownSession, "not a session token of this network"));
  return challenge.value();
}

Judgement NetworkRules::Apply(const RecordId& id, const replica::Version& before,
                              const CeremonyCompletion& change) const {
  if (id != policy::CeremonyRecordId(change.ceremony.Challenge(identity_.manifest_hash)))
    return RefuseCeremony(ErrorCode::kInvalidRequest);
  if (before.number != 0) return RefuseCeremony(ErrorCode::kChallenge);
  // What comes of it keeps its time, and nothing may be from the future for ever. Timeless, as in
  // reservations.
  if (IsAhead(change.ceremony.BegunMs())) return RefuseCeremony(ErrorCode::kNotReady);
  auto judged = JudgeCeremony(change, identity_, *view_);
  if (auto* need = std::get_if<NeedRecords>(&judged)) return std::move(*need);
  if (const auto* error = std::get_if<api::Error>(&judged)) return RefuseCeremony(error->code);
  return std::get<policy::Outcome>(judged).Encode();
}

Judgement NetworkRules::Apply(const RecordId& id, const replica::Version& before,
                              const PasskeyReservation& change) const {
  if (IsAhead(change.now_ms)) return RefuseCeremony(ErrorCode::kNotReady);
  const auto outcome = change.ceremony.Verify(identity_.manifest);
  if (!outcome.ok()) return RefuseCeremony(outcome.error().code);
  const auto* registered = std::get_if<policy::Registered>(&outcome.value().what);
  if (registered == nullptr || registered->account != id) return RefuseCeremony(ErrorCode::kInvalidRequest);
  // Whether the scope has room for one more account is judged of every reservation.
  const RecordId scope = policy::ScopeRecordId(registered->scope);
  if (view_->Local(scope) == nullptr) return NeedRecords{{scope}};
  return Reserve(id, before, change.request, change.now_ms,
                 policy::FirstAccount(*registered, change.ceremony.challenge, outcome.value().begun_ms));
}

Judgement NetworkRules::Apply(const RecordId& id, const replica::Version& before,
                              const CeremonyUse& change) const {
  const auto account = policy::Account::Parse(before.value);
  const auto outcome = change.ceremony.Verify(identity_.manifest);
  if (!outcome.ok()) return RefuseCeremony(outcome.error().code);
  if (!account.ok() || policy::AccountOf(outcome.value()) != id)
    return RefuseCeremony(ErrorCode::kInvalidRequest);
  const auto after = policy::Apply(outcome.value(), change.ceremony.challenge, account.value());
  if (!after.ok()) return RefuseCeremony(after.error().code);
  return after.value().Encode();
}

Judgement NetworkRules::Apply(const RecordId& id, const replica::Version& before,
                              const SessionRevocation& change) const {
  auto outcome = policy::Outcome::Parse(before.value);
  auto* ended = outcome.ok() ? std::get_if<policy::Authenticated>(&outcome.value().what) : nullptr;
  if (ended == nullptr) return RefuseCeremony(ErrorCode::kUnknownSession);
  if (ended->session.revoked) return RefuseCeremony(ErrorCode::kSessionOver);
  const auto by = change.by.Verify(identity_.manifest);
  if (!by.ok()) return RefuseCeremony(by.error().code);
  const auto* session = std::get_if<policy::Authenticated>(&by.value().what);
  const auto claimed = ClaimedSession(change.evidence);
  const auto call = api::ParseCall(change.evidence.body);
  const auto* request = call.ok() ? std::get_if<api::RevokeSession>(&call.value().request) : nullptr;
  const bool fits = session != nullptr && request != nullptr && claimed.ok() &&
                    claimed.value() == change.by.challenge &&
                    session->session.account == ended->session.account &&
                    request->session.value_or(change.by.record()) == id;
  if (!fits) return RefuseCeremony(ErrorCode::kUnauthorized);
  ended->session.revoked = true;
  return outcome.value().Encode();
}

}  // namespace passport::core
