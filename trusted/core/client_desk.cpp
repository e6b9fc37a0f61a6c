#include "trusted/core/client_desk.h"

#include <algorithm>

#include "edl/base/uuid.h"
#include "trusted/core/scope_creation.h"
#include "trusted/core/session_gate.h"
#include "trusted/json/write.h"

namespace passport::core {
namespace {

using api::ErrorCode;
using api::MakeError;
using policy::AccountState;
using replica::NeedRecords;

constexpr std::size_t kOperationsMax = 2'048;
constexpr std::uint64_t kOperationMs = 20'000;
constexpr unsigned kDecisionsMax = 6;
constexpr std::uint32_t kBusyMs = 250;  // when a client may try again after too many requests here
// Counted from the request, and again from each quorum that answered: a client hears within 2 s which nodes
// are missing.
constexpr std::uint64_t kPatienceMs = 1'700;
constexpr std::size_t kEvidenceBytesMax =
    150'000;  // what one message to another enclave can carry, with room

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

constexpr std::string_view kIfGone =
    "; if they are gone for good, as many operators as the threshold sign `passport admin resume`";

std::string Text(ByteSpan bytes) { return std::string(AsText(bytes)); }
std::string HexText(ByteSpan bytes) { return "0x" + ToHex(bytes); }

}  // namespace

void ClientDesk::OnRequest(const edl::ClientRequestCall& call) {
  const RequestId id = MakeRequestId(parts_.identity.self, parts_.rng);
  auto parsed = api::ParseCall(call.body);
  Operation op;
  op.token = call.token;
  op.deadline_ms = now_ms_ + kOperationMs;
  op.patience_ms = now_ms_ + kPatienceMs;
  if (!parsed.ok()) {
    op.json_id = parsed.error().id;
    operations_.emplace(id, std::move(op));
    return ReplyError(id, parsed.error().error);
  }
  op.json_id = std::move(parsed.value().id);
  op.metric = api::MetricNumber(parsed.value().request);
  op.request = std::move(parsed).value().request;
  parts_.outbox.Log(Event::kRequest, id, {}, op.metric);
  const auto taken = TakeHeaders(call, op);
  const bool busy = operations_.size() >= kOperationsMax;
  operations_.emplace(id, std::move(op));
  if (busy) return ReplyBusy(id, kBusyMs);
  if (!taken.ok()) return ReplyError(id, taken.error());
  Advance(id);
}

// createScope and updateScope carry an envelope that nobody here can open (wire-api.md 6.3): it is not looked
// at.
Result<Unit, api::Error> ClientDesk::TakeHeaders(const edl::ClientRequestCall& call, Operation& op) {
  op.evidence.body = ToBytes(call.body);
  op.evidence.scope_id = Text(call.scope_id);
  op.evidence.encrypted_user = Text(call.encrypted_user);
  op.evidence.encrypted_session = Text(call.encrypted_session);
  op.evidence.encrypted_key_signature = Text(call.encrypted_key_signature);
  op.evidence.encrypted_webauthn_signature = Text(call.encrypted_webauthn_signature);
  if (op.evidence.Encode().size() > kEvidenceBytesMax) return Fail(MakeError(ErrorCode::kTooLarge));
  const bool needed = !std::holds_alternative<api::CreateScope>(op.request) &&
                      !std::holds_alternative<api::UpdateScope>(op.request) &&
                      !std::holds_alternative<api::ChainNotice>(op.request);
  if (!needed) return Unit{};
  if (call.encrypted_key.empty()) return Fail(MakeError(ErrorCode::kMissingHeader, "X-Encrypted-Key"));
  op.encrypted_key = Text(call.encrypted_key);
  return Unit{};
}

// False: the network's envelope key is not there yet, or the request has been refused.
bool ClientDesk::OpenEnvelope(const RequestId& id, Operation& op) {
  if (op.encrypted_key.empty() || op.evidence.has_key) return true;
  if (parts_.opener.empty()) return false;
  auto key = parts_.opener.Open(op.encrypted_key);
  if (!key.ok()) {
    ReplyError(id, key.error());
    return false;
  }
  op.evidence.client_key = std::move(key).value();
  op.evidence.has_key = true;
  return true;
}

void ClientDesk::Advance(const RequestId& id) {
  const replica::Replica::OnBehalfOf cause(parts_.replica, id);
  Operation& op = operations_.at(id);
  op.stage = Stage::kDeciding;
  if (++op.decisions > kDecisionsMax) return ReplyError(id, MakeError(ErrorCode::kTimeout));
  op.lacks.reset();
  if (!OpenEnvelope(id, op)) return;
  static_cast<void>(view_.TakeLacked());
  std::visit([&](const auto& request) { Decide(id, op, request); }, op.request);
  const auto entry = operations_.find(id);
  if (entry != operations_.end()) entry->second.lacks = view_.TakeLacked();
}

void ClientDesk::Decide(const RequestId& id, Operation& op, const api::CreateScope& request) {
  const bool devnet = IsDevnet(parts_.identity.manifest);
  const auto verified = policy::VerifyConfig(request.signed_config, devnet);
  if (!verified.ok()) return ReplyError(id, verified.error());
  const auto permitted = CheckCreation(parts_.identity.manifest, verified.value());
  if (!permitted.ok()) return ReplyError(id, permitted.error());
  const auto scope = policy::CreateScope(verified.value(), parts_.records.seen());
  if (!scope.ok()) return ReplyError(id, scope.error());
  if (!scopes_.Allow(RecordId{}, now_ms_)) return ReplyBusy(id, kLimitMs);
  StartChange(id, op, Stage::kChanging, policy::ScopeRecordId(scope.value().id),
              ScopeCreation{request.signed_config});
}

// The signature comes before the look-up: who cannot sign anything makes nobody look anything up.
void ClientDesk::Decide(const RequestId& id, Operation& op, const api::UpdateScope& request) {
  const bool devnet = IsDevnet(parts_.identity.manifest);
  const auto verified = policy::VerifyConfig(request.signed_config, devnet);
  if (!verified.ok()) return ReplyError(id, verified.error());
  const RecordId record = policy::ScopeRecordId(request.scope);
  const replica::Version* version = view_.Local(record);
  if (version == nullptr) return;
  const auto scope = policy::Scope::Parse(version->value);
  if (!scope.ok()) {
    op.evidence.scope_id = FormatUuid(request.scope.bytes);
    return RefuseOrRead(id, op, MakeError(ErrorCode::kUnknownScope));
  }
  const auto after = policy::UpdateScope(scope.value(), verified.value(), devnet, parts_.records.seen());
  if (!after.ok()) return ReplyError(id, after.error());
  StartChange(id, op, Stage::kChanging, record, ScopeUpdate{request.signed_config});
}

void ClientDesk::Decide(const RequestId& id, Operation& op, const api::DelegatedRegistration& request) {
  RecordRef scope_ref;
  auto scope = FindScope(op.evidence, view_, &scope_ref);
  if (auto* error = std::get_if<api::Error>(&scope)) return RefuseOrRead(id, op, std::move(*error));
  if (std::holds_alternative<NeedRecords>(scope)) return;
  const auto caller = policy::AuthenticateRegistration(op.evidence, request, std::get<policy::Scope>(scope));
  if (!caller.ok()) return ReplyError(id, caller.error());
  const auto config = policy::CheckRegistration(std::get<policy::Scope>(scope), policy::Control::kDeveloper,
                                                FactsOf(parts_.identity.manifest));
  if (!config.ok()) return RefuseOrRead(id, op, config.error());
  op.account_record = policy::AccountRecordId(std::get<policy::Scope>(scope).id, caller.value().username);
  const replica::Version* version = view_.Local(op.account_record);
  if (version == nullptr) return;
  const auto account = policy::Account::Parse(version->value);
  if (account.ok() && account.value().state == AccountState::kActive) {
    return ReplyError(id, MakeError(ErrorCode::kDuplicateRegistration));
  }
  if (!registrations_.Allow(scope_ref.id, now_ms_)) return ReplyBusy(id, kLimitMs);
  AccountReservation reservation{id, likely_unix_ms_, op.evidence.Clone()};
  reservation.evidence.encrypted_user.clear();  // a registration's proof is in its params
  StartChange(id, op, Stage::kReserving, op.account_record, std::move(reservation));
}

void ClientDesk::Decide(const RequestId& id, Operation&, const api::ChainNotice&) { ReplyResult(id, "null"); }

// personal_sign, eth_signTypedData_v4, eth_signTransaction.
template <class SigningRequest>
void ClientDesk::Decide(const RequestId& id, Operation& op, const SigningRequest&) {
  auto judged = core::Decide(op.evidence, With(id));
  if (auto* error = std::get_if<api::Error>(&judged)) return RefuseOrRead(id, op, std::move(*error));
  if (const auto* need = std::get_if<NeedRecords>(&judged)) return view_.Lack(need->ids.front());
  auto& decision = std::get<Decision>(judged);
  if (!limit_.Allow(decision.facts.account_ref.id, now_ms_)) return ReplyBusy(id, kLimitMs);
  const policy::AccountKey& key = decision.facts.account.keys.front();
  op.stage = Stage::kSigning;
  parts_.leader.Lead({id, op.evidence.Clone(), decision.facts.scope_ref, decision.facts.account_ref,
                      decision.facts.session_ref, decision.grant.digest(), key.id, decision.key.path,
                      parts_.epochs.Known(key), decision.key.public_key, key.holders,
                      parts_.records.HasShareOf(decision.facts.account_ref.id), op.next_attempt});
}

std::optional<RecordId> ClientDesk::RecordBehind(const Operation& op, ErrorCode code) {
  const bool of_account = code == ErrorCode::kUnknownUser || code == ErrorCode::kPending;
  if (of_account && op.account_record != RecordId{}) return op.account_record;
  if (!op.evidence.encrypted_session.empty()) {
    const std::vector<RecordId> records = RecordsOfSession(op.evidence, view_);
    if (code == ErrorCode::kUnknownSession && !records.empty()) return records.front();
    const bool by_account = of_account || code == ErrorCode::kSessionOver;
    return by_account && records.size() > 1 ? std::optional(records.back()) : std::nullopt;
  }
  const auto uuid = ParseUuid(op.evidence.scope_id);
  if (!uuid.ok()) return std::nullopt;
  const ScopeId scope{uuid.value()};
  if (code == ErrorCode::kUnknownScope || code == ErrorCode::kNotPermitted)
    return policy::ScopeRecordId(scope);
  if (!of_account) return std::nullopt;
  const auto username = policy::ClaimedUsername(op.evidence);
  if (!username.ok()) return std::nullopt;
  return policy::AccountRecordId(scope, username.value());
}

void ClientDesk::RefuseOrRead(const RequestId& id, Operation& op, api::Error error) {
  const auto record = RecordBehind(op, error.code);
  if (!record) return ReplyError(id, error);
  RefuseOrRead(id, op, std::move(error), *record);
}

void ClientDesk::RefuseOrRead(const RequestId& id, Operation& op, api::Error error, const RecordId& record) {
  if (!op.read.insert(record).second) return ReplyError(id, error);
  StartRead(id, op, record);
}

void ClientDesk::StartRead(const RequestId& id, Operation& op, const RecordId& record) {
  op.stage = Stage::kReading;
  op.ticket = next_ticket_++;
  tickets_[op.ticket] = id;
  parts_.replica.Read(op.ticket, id, record, op.patience_ms);
}

void ClientDesk::StartChange(const RequestId& id, Operation& op, Stage stage, const RecordId& record,
                             const Change& change) {
  Bytes evidence = EncodeChange(change);
  if (evidence.size() > replica::kEvidenceBytesMax) return ReplyError(id, MakeError(ErrorCode::kTooLarge));
  op.stage = stage;
  op.ticket = next_ticket_++;
  tickets_[op.ticket] = id;
  parts_.replica.Change(op.ticket, id, record, std::move(evidence), op.patience_ms);
}

api::Error ClientDesk::AwayError() const {
  const std::vector<PartyIndex> open = parts_.peers.Open();
  std::vector<PartyIndex> away = parts_.replica.Unanswered();
  for (const peer::ManifestRow& row : parts_.identity.manifest.rows) {
    const bool here = row.party == parts_.identity.self || std::ranges::find(open, row.party) != open.end();
    if (!here && std::ranges::find(away, row.party) == away.end()) away.push_back(row.party);
  }
  std::erase_if(away, [this](PartyIndex party) { return parts_.peers.Waits(party); });  // they are there
  std::ranges::sort(away);
  if (away.empty()) return MakeError(ErrorCode::kNotReady, "the node is still joining its network");
  std::string next =
      "this node must confirm its policy and records with others first; start the missing ones, or see why "
      "they are silent";
  if (parts_.identity.manifest.rollback == peer::RollbackRule::kStrict) next += kIfGone;
  api::Error error = MakeError(ErrorCode::kTooFewNodes, std::move(next));
  error.missing = std::move(away);
  return error;
}

api::Error ClientDesk::ChangeErrorFor(const replica::ChangeError& error) const {
  if (error.reason == replica::Failure::kRefused) {
    const bool known = error.code < static_cast<std::uint16_t>(ErrorCode::kCount);
    return MakeError(known ? static_cast<ErrorCode>(error.code) : ErrorCode::kInternal);
  }
  api::Error out =
      MakeError(error.missing.empty() ? ErrorCode::kTimeout : ErrorCode::kTooFewNodes,
                error.missing.empty() ? "" : "a change needs a quorum of nodes; start the missing ones");
  out.missing = error.missing;
  return out;
}

bool ClientDesk::OnChanged(std::uint64_t ticket, replica::ChangeResult result) {
  const auto known = tickets_.find(ticket);
  if (known == tickets_.end()) return false;
  const RequestId id = known->second;
  tickets_.erase(known);
  const auto entry = operations_.find(id);
  if (entry == operations_.end()) return true;
  Operation& op = entry->second;
  op.patience_ms = now_ms_ + kPatienceMs;
  if (result.ok()) {
    OnStageDone(id, op, result.value());
    return true;
  }
  api::Error error = ChangeErrorFor(result.error());
  if (op.stage == Stage::kUsing && error.code == ErrorCode::kReplay && IsPlainSession(op.ceremony)) {
    FinishCeremony(id, op);
    return true;
  }
  // Of two that register one name at a time, one wins (rules.md 30).
  const bool lost = op.stage == Stage::kReserving && error.code == ErrorCode::kPending &&
                    std::holds_alternative<api::CompleteCeremony>(op.request);
  ReplyError(id, lost ? MakeError(ErrorCode::kDuplicateRegistration) : error);
  return true;
}

void ClientDesk::OnStageDone(const RequestId& id, Operation& op, const replica::Version& version) {
  switch (op.stage) {
    case Stage::kReading:
      return Advance(id);
    case Stage::kChanging: {
      const auto scope = policy::Scope::Parse(version.value);
      const std::string uuid = json::Quote(FormatUuid(scope.ok() ? scope.value().id.bytes : ByteArray<16>{}));
      parts_.outbox.Log(Event::kDecisionGranted, id, {}, version.number);
      const bool created = std::holds_alternative<api::CreateScope>(op.request);
      return ReplyResult(id, created ? json::ObjectWriter().Raw("scope_id", uuid).Finish() : uuid);
    }
    case Stage::kReserving:
      op.stage = Stage::kGenerating;
      return parts_.keygen.Lead(id, op.account_record);
    case Stage::kCompleting:
      return StartUse(id, op);
    case Stage::kUsing:
      return FinishCeremony(id, op);
    case Stage::kRevoking:
      parts_.outbox.Log(Event::kDecisionGranted, id, {}, version.number);
      return ReplyResult(id, json::ObjectWriter().Text("applied", AppliedText(op.account_record)).Finish());
    default:
      return FinishRegistration(id, version);
  }
}

void ClientDesk::FinishRegistration(const RequestId& id, const replica::Version& version) {
  const auto account = policy::Account::Parse(version.value);
  if (!account.ok()) return ReplyError(id, MakeError(ErrorCode::kInternal));
  parts_.outbox.Log(Event::kDecisionGranted, id, {}, version.number);
  ReplyResult(id, json::ObjectWriter()
                      .Text("account_id", FormatUuid(account.value().id.bytes))
                      .Text("identifier_hash", HexText(account.value().identifier_hash))
                      .Finish());
}

void ClientDesk::OnKeygenDone(const RequestId& request, Result<dkg::KeyCertificate, KeygenFailure> result) {
  const auto entry = operations_.find(request);
  if (entry == operations_.end() || entry->second.stage != Stage::kGenerating) return;
  if (!result.ok()) {
    api::Error error =
        MakeError(result.error().code, "making a key needs more nodes; start the missing ones");
    error.missing = result.error().missing;
    return ReplyError(request, error);
  }
  entry->second.patience_ms = now_ms_ + kPatienceMs;
  StartChange(request, entry->second, Stage::kActivating, entry->second.account_record,
              AccountActivation{request, std::move(result).value()});
}

void ClientDesk::OnSigned(const RequestId& request, const curve::EcdsaSignature& signature) {
  const auto entry = operations_.find(request);
  if (entry == operations_.end()) return;
  const ByteArray<32> r = signature.r.Encode();
  const ByteArray<32> s = signature.s.Encode();
  if (const auto* transaction = std::get_if<api::SignTransaction>(&entry->second.request)) {
    const Bytes raw =
        transaction->transaction.EncodeSigned({r, s, static_cast<std::uint8_t>(signature.recovery_id & 1)});
    return ReplyResult(request, json::Quote(HexText(raw)));
  }
  Bytes out = ToBytes(r);
  Append(out, s);
  out.push_back(static_cast<std::uint8_t>(27 + (signature.recovery_id & 1)));
  ReplyResult(request, json::Quote(HexText(out)));
}

// A key that is used once may never be again; one that was used soon after gets as many as there may be.
void ClientDesk::OnKeyUsed(const RecordRef& scope, const RecordRef& account, bool pooled) {
  if (!parts_.records.HasShareOf(account.id)) return;
  parts_.presign.Want(scope.id, account.id, pooled ? 2 : 1);
}

void ClientDesk::OnSignFailed(const RequestId& request, api::Error error) {
  if (operations_.contains(request)) ReplyError(request, error);
}

void ClientDesk::OnSignStale(const RequestId& request, std::uint16_t next_attempt) {
  const auto entry = operations_.find(request);
  if (entry == operations_.end()) return;
  entry->second.next_attempt = next_attempt;
  Advance(request);
}

void ClientDesk::OnUsable(const std::optional<RecordId>& record) {
  std::vector<RequestId> waiting;
  for (const auto& [id, op] : operations_) {
    if (op.stage == Stage::kDeciding && op.lacks == record) waiting.push_back(id);
  }
  for (const RequestId& id : waiting) {
    const auto entry = operations_.find(id);
    if (entry == operations_.end() || entry->second.stage != Stage::kDeciding) continue;
    --entry->second.decisions;  // waiting for records is not another decision
    Advance(id);
  }
}

void ClientDesk::OnTick(std::uint64_t likely_unix_ms, std::uint64_t now_ms) {
  likely_unix_ms_ = likely_unix_ms;
  now_ms_ = now_ms;
  std::vector<RequestId> due;
  std::vector<RequestId> unconfirmed;
  for (const auto& [id, op] : operations_) {
    if (now_ms >= op.deadline_ms) {
      due.push_back(id);
    } else if (op.stage == Stage::kDeciding && now_ms >= op.patience_ms) {
      unconfirmed.push_back(id);
    }
  }
  for (const RequestId& id : due) ReplyError(id, MakeError(ErrorCode::kTimeout));
  for (const RequestId& id : unconfirmed) ReplyError(id, AwayError());
}

void ClientDesk::ReplyResult(const RequestId& id, const std::string& json) {
  const Operation& op = operations_.at(id);
  parts_.outbox->Reply(op.token, op.metric, 0, ToBytes(api::ResultBody(op.json_id, json)));
  operations_.erase(id);
}

void ClientDesk::ReplyBusy(const RequestId& id, std::uint32_t retry_after_ms) {
  api::Error error = MakeError(ErrorCode::kBusy);
  error.retry_after_ms = retry_after_ms;
  ReplyError(id, error);
}

void ClientDesk::ReplyError(const RequestId& id, const api::Error& error) {
  const Operation& op = operations_.at(id);
  parts_.outbox.Log(Event::kDecisionRefused, id, {}, static_cast<std::uint64_t>(error.code));
  parts_.outbox->Reply(op.token, op.metric, static_cast<std::uint16_t>(static_cast<unsigned>(error.code) + 1),
                       ToBytes(api::ErrorBody(op.json_id, error, id)));
  operations_.erase(id);
}

}  // namespace passport::core
