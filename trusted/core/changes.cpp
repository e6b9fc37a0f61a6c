#include "trusted/core/changes.h"

#include <algorithm>

#include "edl/base/uuid.h"
#include "trusted/core/scope_creation.h"
#include "trusted/crypto/rsa.h"
#include "trusted/policy/authorise.h"

namespace passport::core {
namespace {

using api::ErrorCode;
using replica::Judgement;
using replica::NeedRecords;
using replica::Refused;

constexpr std::size_t kDerBytesMax = 256;
constexpr std::size_t kEnvelopeKeyBytesMax = 4'096;
constexpr std::uint32_t kEnvelopeKeysMax = 8;
constexpr std::size_t kCertificateBytesMax = 16'384;

Refused Refuse(ErrorCode code) { return {static_cast<std::uint16_t>(code)}; }

void WriteConfig(Writer& out, const api::SignedConfig& config) {
  out.Text(config.config).Var(config.signature).Var(config.public_key);
}
api::SignedConfig ReadConfig(Reader& in) {
  api::SignedConfig out;
  out.config = in.Text(policy::kConfigBytesMax);
  out.signature = ToBytes(in.Var(kDerBytesMax));
  out.public_key = ToBytes(in.Var(kDerBytesMax));
  return out;
}

void Write(Writer& out, const ScopeCreation& c) { WriteConfig(out, c.config); }
void Write(Writer& out, const ScopeUpdate& c) { WriteConfig(out, c.config); }
void Write(Writer& out, const AccountReservation& c) {
  out.Raw(c.request.bytes).U64(c.now_ms).Var(c.evidence.Encode());
}
void Write(Writer& out, const AccountActivation& c) { out.Raw(c.request.bytes).Var(c.certificate.Encode()); }
void Write(Writer& out, const EnvelopeCreation& c) { out.Var(c.key); }
void Write(Writer& out, const AccountRefresh& c) { out.Var(c.certificate.Encode()); }
void Write(Writer& out, const HolderStatement& c) {
  out.U16(c.party.value).Raw(c.key.bytes).U8(c.holds ? 1 : 0).Raw(c.signature);
}

Change ReadReservation(Reader& in) {
  AccountReservation out{RequestId{in.Array<16>()}, in.U64(), {}};
  auto evidence = auth::Evidence::Parse(in.Var(replica::kEvidenceBytesMax));
  if (!evidence.ok()) {
    in.Reject();
  } else {
    out.evidence = std::move(evidence).value();
  }
  return out;
}

Result<Change> ReadActivation(Reader& in) {
  const RequestId request{in.Array<16>()};
  PASSPORT_TRY(dkg::KeyCertificate certificate, dkg::KeyCertificate::Parse(in.Var(kCertificateBytesMax)));
  return Change(AccountActivation{request, std::move(certificate)});
}

Result<Change> ReadRefresh(Reader& in) {
  PASSPORT_TRY(dkg::KeyCertificate certificate, dkg::KeyCertificate::Parse(in.Var(kCertificateBytesMax)));
  return Change(AccountRefresh{std::move(certificate)});
}

Change ReadHolder(Reader& in) {
  HolderStatement out{PartyIndex{in.U16()}, KeyId{in.Array<32>()}, false, {}};
  const std::uint8_t holds = in.U8();
  if (holds > 1) in.Reject();
  out.holds = holds == 1;
  out.signature = in.Array<64>();
  return out;
}

Result<Change> ReadChange(Reader& in) {
  switch (in.U8()) {
    case 1:
      return Change(ScopeCreation{ReadConfig(in)});
    case 2:
      return Change(ScopeUpdate{ReadConfig(in)});
    case 3:
      return ReadReservation(in);
    case 4:
      return ReadActivation(in);
    case 5:
      return Change(EnvelopeCreation{ToBytes(in.Var(kEnvelopeKeyBytesMax))});
    case 6:
      return ReadRefresh(in);
    case 7:
      return ReadHolder(in);
    case 8:
      return Change(ReadCompletion(in));
    case 9:
      return Change(ReadPasskeyReservation(in));
    case 10:
      return Change(CeremonyUse{ReadCertified(in)});
    case 11:
      return Change(ReadRevocation(in));
    default:
      return Fail(Status::kMalformed);
  }
}

// Whether a reservation that a proposer makes at now_ms may take over an older one. Never overflows.
bool IsExpired(const policy::Account& account, std::uint64_t now_ms) {
  return now_ms >= account.reserved_at_ms && now_ms - account.reserved_at_ms >= policy::kReservationMs;
}

}  // namespace

Bytes EncodeChange(const Change& change) {
  Writer out;
  out.U8(static_cast<std::uint8_t>(change.index() + 1));
  std::visit([&out](const auto& c) { Write(out, c); }, change);
  return out.Take();
}

Result<Change> ParseChange(ByteSpan bytes) {
  Reader in(bytes);
  PASSPORT_TRY(Change out, ReadChange(in));
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes EncodeEnvelopeKeys(std::span<const Bytes> keys) {
  Writer out;
  out.U8(1).U32(static_cast<std::uint32_t>(keys.size()));
  for (const Bytes& key : keys) out.Var(key);
  return out.Take();
}

Result<std::vector<Bytes>> ParseEnvelopeKeys(ByteSpan value) {
  Reader in(value);
  if (in.U8() != 1) return Fail(Status::kMalformed);
  std::vector<Bytes> out;
  const std::uint32_t count = in.Count(kEnvelopeKeysMax);
  for (std::uint32_t i = 0; i < count; ++i) out.push_back(ToBytes(in.Var(kEnvelopeKeyBytesMax)));
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Hash32 KeygenDigest(const Hash32& manifest_hash, const RecordId& account, const RequestId& request,
                    std::span<const PartyIndex> dealers) {
  Writer quorum;
  quorum.U32(static_cast<std::uint32_t>(dealers.size()));
  for (const PartyIndex party : dealers) quorum.U16(party.value);
  return crypto::TaggedHash(crypto::tag::kDkgProposal, manifest_hash,
                            {account.bytes, request.bytes, quorum.bytes()});
}

Hash32 HolderStatement::SignedHash(const Hash32& manifest_hash, const RecordId& account,
                                   const Hash32& before) const {
  Writer out;
  out.Raw(account.bytes).Raw(before).Raw(key.bytes).U16(party.value).U8(holds ? 1 : 0);
  return crypto::TaggedHash(crypto::tag::kHolder, manifest_hash, {out.bytes()});
}

AccountId AccountIdOf(const RecordId& account, const ScopeId& scope) {
  return AccountId{UuidFrom(crypto::TaggedHash(crypto::tag::kAccountId, account.bytes, {scope.bytes}))};
}

std::uint16_t AckQuorum(const peer::Manifest& manifest) { return std::max(manifest.W(), manifest.t); }

std::size_t KeygenQuorum(const peer::Manifest& manifest) {
  return std::max({manifest.t, manifest.W(), manifest.keygen_quorum});
}

dkg::Roster RosterOf(const peer::Manifest& manifest) {
  dkg::Roster out;
  for (const peer::ManifestRow& row : manifest.rows) out.emplace(row.party, row.identity_key);
  return out;
}

bool IsDevnet(const peer::Manifest& manifest) { return manifest.profile == peer::Profile::kDevnet; }

Judgement NetworkRules::Judge(const RecordId& id, const replica::Version& before, ByteSpan evidence,
                              PartyIndex) {
  auto change = ParseChange(evidence);
  if (!change.ok()) return Refuse(ErrorCode::kInvalidRequest);
  Judgement judged = std::visit([&](const auto& c) { return Apply(id, before, c); }, change.value());
  const bool is_new = policy::KindOf(id) == policy::RecordKind::kAccount && before.number == 0;
  if (is_new && !HasRoom(judged)) return Refuse(ErrorCode::kNotPermitted);
  return judged;
}

bool NetworkRules::HasRoom(const Judgement& judged) const {
  const auto* value = std::get_if<Bytes>(&judged);
  if (value == nullptr || accounts_ == nullptr) return true;
  const auto account = policy::Account::Parse(*value);
  if (!account.ok()) return true;
  const replica::Version* version = view_->Local(policy::ScopeRecordId(account.value().scope));
  const auto scope = version == nullptr ? Fail(Status::kNotFound) : policy::Scope::Parse(version->value);
  if (!scope.ok()) return false;  // it was there when the account was judged
  const auto config = policy::ParseScopeConfig(scope.value().config, IsDevnet(identity_.manifest));
  return config.ok() &&
         (!config.value().accounts_max || accounts_->HasRoom(scope.value().id, *config.value().accounts_max));
}

// A reservation looks at its scope, a ceremony at its scope and, unless it makes one, its account. Nothing
// looks at a ceremony: what follows from one carries it certified, so that there is no circle.
std::vector<RecordId> NetworkRules::RestsOn(ByteSpan evidence) {
  const auto change = ParseChange(evidence);
  if (!change.ok()) return {};
  if (const auto* completion = std::get_if<CeremonyCompletion>(&change.value())) return completion->RestsOn();
  if (const auto* reserved = std::get_if<PasskeyReservation>(&change.value())) return reserved->RestsOn();
  const auto* reservation = std::get_if<AccountReservation>(&change.value());
  if (reservation == nullptr) return {};
  const auto scope = ParseUuid(reservation->evidence.scope_id);
  if (!scope.ok()) return {};
  return {policy::ScopeRecordId(ScopeId{scope.value()})};
}

Judgement NetworkRules::Apply(const RecordId& id, const replica::Version& before,
                              const ScopeCreation& change) const {
  const auto verified = policy::VerifyConfig(change.config, IsDevnet(identity_.manifest));
  if (!verified.ok()) return Refuse(verified.error().code);
  const auto permitted = CheckCreation(identity_.manifest, verified.value());
  if (!permitted.ok()) return Refuse(permitted.error().code);
  const auto scope = policy::CreateScope(verified.value(), seen_);
  if (!scope.ok()) return Refuse(scope.error().code);
  if (id != policy::ScopeRecordId(scope.value().id)) return Refuse(ErrorCode::kInvalidRequest);
  if (before.number != 0) return Refuse(ErrorCode::kReplay);
  return scope.value().Encode();
}

Judgement NetworkRules::Apply(const RecordId& id, const replica::Version& before,
                              const ScopeUpdate& change) const {
  if (before.number == 0) return Refuse(ErrorCode::kUnknownScope);
  const auto scope = policy::Scope::Parse(before.value);
  if (!scope.ok() || id != policy::ScopeRecordId(scope.value().id)) return Refuse(ErrorCode::kInternal);
  const bool devnet = IsDevnet(identity_.manifest);
  const auto verified = policy::VerifyConfig(change.config, devnet);
  if (!verified.ok()) return Refuse(verified.error().code);
  const auto after = policy::UpdateScope(scope.value(), verified.value(), devnet, seen_);
  if (!after.ok()) return Refuse(after.error().code);
  return after.value().Encode();
}

// The whole registration is judged again from what the client sent, on this enclave's copy of the scope.
// Its time is bounded in the future only: clocks rise, so what was right once stays right, and a half-done
// reservation can still be completed long after it was proposed. The bound makes a reservation end at most
// kClockSkewMs + kReservationMs from now; a time in the past only shortens the proposer's own reservation.
// It is by the likely time, which a minority of liars cannot move: by the earliest one of them could have all
// reservations refused, by the latest one of them could make his own last for ever.
Judgement NetworkRules::Apply(const RecordId& id, const replica::Version& before,
                              const AccountReservation& change) const {
  if (policy::KindOf(id) != policy::RecordKind::kAccount) return Refuse(ErrorCode::kInvalidRequest);
  if (IsAhead(change.now_ms)) return Refuse(ErrorCode::kNotReady);
  const auto call = api::ParseCall(change.evidence.body);
  if (!call.ok()) return Refuse(call.error().error.code);
  const auto* registration = std::get_if<api::DelegatedRegistration>(&call.value().request);
  const auto scope_id = ParseUuid(change.evidence.scope_id);
  if (registration == nullptr || !scope_id.ok()) return Refuse(ErrorCode::kInvalidRequest);
  const RecordId scope_record = policy::ScopeRecordId(ScopeId{scope_id.value()});
  const replica::Version* scope_version = view_->Local(scope_record);
  if (scope_version == nullptr) return NeedRecords{{scope_record}};
  const auto scope = policy::Scope::Parse(scope_version->value);
  if (!scope.ok()) return Refuse(ErrorCode::kUnknownScope);
  const auto caller = policy::AuthenticateRegistration(change.evidence, *registration, scope.value());
  if (!caller.ok()) return Refuse(caller.error().code);
  const auto config =
      policy::CheckRegistration(scope.value(), policy::Control::kDeveloper,
                                {identity_.manifest.network_id, IsDevnet(identity_.manifest)});
  if (!config.ok()) return Refuse(config.error().code);
  if (id != policy::AccountRecordId(scope.value().id, caller.value().username))
    return Refuse(ErrorCode::kInvalidRequest);
  policy::Account account;
  account.scope = scope.value().id;
  account.control = policy::Control::kDeveloper;
  account.binding = config.value().binding;
  return Reserve(id, before, change.request, change.now_ms, std::move(account));
}

// `account`: what the proof makes of it; what every reservation has is added.
Judgement NetworkRules::Reserve(const RecordId& id, const replica::Version& before, const RequestId& request,
                                std::uint64_t now_ms, policy::Account account) const {
  if (before.number != 0) {
    const auto known = policy::Account::Parse(before.value);
    if (!known.ok()) return Refuse(ErrorCode::kInternal);
    if (known.value().state == policy::AccountState::kActive)
      return Refuse(ErrorCode::kDuplicateRegistration);
    // A takeover is a `not before`: by the earliest time here, and by the proposer's clock. Neither what he
    // says nor the own host's clock can end another's reservation early.
    if (!IsExpired(known.value(), std::min(now_ms, earliest_ms_)) && known.value().reserved_by != request)
      return Refuse(ErrorCode::kPending);
  }
  account.id = AccountIdOf(id, account.scope);
  account.identifier_hash = crypto::TaggedHash(crypto::tag::kIdentifier, id.bytes, {account.scope.bytes});
  account.reserved_by = request;
  account.reserved_at_ms = now_ms;
  return account.Encode();
}

Judgement NetworkRules::Apply(const RecordId& id, const replica::Version& before,
                              const AccountActivation& change) const {
  auto account = policy::Account::Parse(before.value);
  if (policy::KindOf(id) != policy::RecordKind::kAccount) return Refuse(ErrorCode::kInvalidRequest);
  if (!account.ok() || account.value().state != policy::AccountState::kReserved ||
      account.value().reserved_by != change.request) {
    return Refuse(ErrorCode::kPending);
  }
  const dkg::KeyFacts& facts = change.certificate.facts;
  const peer::Manifest& manifest = identity_.manifest;
  const Hash32 digest = KeygenDigest(identity_.manifest_hash, id, change.request, facts.proposal.dealers);
  const bool as_agreed =
      facts.proposal.digest == digest && facts.proposal.n == manifest.n && facts.proposal.t == manifest.t;
  if (!as_agreed || !change.certificate.Verify(RosterOf(manifest), KeygenQuorum(manifest)).ok()) {
    return Refuse(ErrorCode::kInvalidRequest);
  }
  policy::AccountKey key;
  key.id = facts.Id();
  key.public_key = facts.PublicKey().Encode();
  for (const auto& [party, signature] : change.certificate.confirmations) key.holders.push_back(party);
  account.value().state = policy::AccountState::kActive;
  account.value().keys.push_back(std::move(key));
  return account.value().Encode();
}

// All holders of the new epoch have signed that they hold it, for this very key and network (dkls23.md
// 7.3.3). An epoch never falls, so a record that names one keeps nodes that know only older ones from
// signing.
Judgement NetworkRules::Apply(const RecordId&, const replica::Version& before,
                              const AccountRefresh& change) const {
  auto account = policy::Account::Parse(before.value);
  if (!account.ok() || account.value().state != policy::AccountState::kActive)
    return Refuse(ErrorCode::kPending);
  policy::AccountKey& key = account.value().keys.front();
  const dkg::KeyFacts& facts = change.certificate.facts;
  if (facts.epoch <= key.epoch) return Refuse(ErrorCode::kReplay);
  const peer::Manifest& manifest = identity_.manifest;
  const bool fits = facts.Id() == key.id && facts.PublicKey().Encode() == key.public_key &&
                    facts.proposal.n == manifest.n && facts.proposal.t == manifest.t;
  if (!fits || !change.certificate.Verify(RosterOf(manifest), KeygenQuorum(manifest)).ok())
    return Refuse(ErrorCode::kInvalidRequest);
  key.epoch = facts.epoch;
  key.holders = facts.proposal.dealers;
  return account.value().Encode();
}

// Nobody but the node itself can say whether it holds its share; what it says decides whom others ask to
// sign, and nothing else.
Judgement NetworkRules::Apply(const RecordId& id, const replica::Version& before,
                              const HolderStatement& change) const {
  auto account = policy::Account::Parse(before.value);
  if (policy::KindOf(id) != policy::RecordKind::kAccount || !account.ok())
    return Refuse(ErrorCode::kInvalidRequest);
  auto& keys = account.value().keys;
  const auto key = std::ranges::find(keys, change.key, &policy::AccountKey::id);
  const peer::ManifestRow* row = identity_.manifest.Row(change.party);
  if (key == keys.end() || row == nullptr) return Refuse(ErrorCode::kInvalidRequest);
  const auto place = std::ranges::lower_bound(key->holders, change.party);
  const bool held = place != key->holders.end() && *place == change.party;
  if (held == change.holds) return Refuse(ErrorCode::kReplay);
  const Hash32 hash = change.SignedHash(identity_.manifest_hash, id, before.HashFor(id));
  if (!crypto::VerifyEd25519(row->identity_key, hash, change.signature))
    return Refuse(ErrorCode::kInvalidRequest);
  if (change.holds) {
    key->holders.insert(place, change.party);
  } else {
    key->holders.erase(place);
  }
  return account.value().Encode();
}

Judgement NetworkRules::Apply(const RecordId& id, const replica::Version& before,
                              const EnvelopeCreation& change) const {
  if (id != policy::EnvelopeRecordId() || before.number != 0) return Refuse(ErrorCode::kInvalidRequest);
  // It is in force for ever: one that opens nothing would make a network that no client can talk to.
  const auto key = crypto::EnvelopeKey::Parse(change.key);
  if (!key.ok() || !key.value().OpensItsOwn()) return Refuse(ErrorCode::kInvalidRequest);
  return EncodeEnvelopeKeys({{change.key}});
}

}  // namespace passport::core
