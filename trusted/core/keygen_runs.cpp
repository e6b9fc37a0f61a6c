#include "trusted/core/keygen_runs.h"

#include <algorithm>

namespace passport::core {
namespace {

using protocol::AbortReason;

constexpr std::size_t kKeygenRunsMax = 256;
constexpr std::size_t kRunsPerPeerMax = 64;      // that one peer's messages opened
constexpr std::uint64_t kKeygenRetryMs = 1'500;  // no retry after it: a client hears within 2 s
constexpr std::uint64_t kForgetMs = 2 * policy::kReservationMs;
constexpr std::uint64_t kSilenceMs = 1'200;  // a dealer that has sent nothing by then is left out or named
constexpr std::uint64_t kKeygenRunMs = 15'000;
constexpr std::uint8_t kPurpose = static_cast<std::uint8_t>(policy::KeyPurpose::kEthereum);

template <class Message>
void SendAll(PeerTable& peers, const std::vector<PartyIndex>& dealers, PartyIndex self, MessageKind kind,
             const RequestId& request, const Message& message) {
  for (const PartyIndex to : dealers) {
    if (to != self) peers.Send(to, {kind, request, message.Encode()});
  }
}

}  // namespace

Bytes KeygenInvite::Encode() const {
  Writer out;
  out.Raw(account.bytes).U32(static_cast<std::uint32_t>(dealers.size()));
  for (const PartyIndex party : dealers) out.U16(party.value);
  replica::WriteCommitted(out, reservation);
  return out.Take();
}

Result<KeygenInvite> KeygenInvite::Parse(ByteSpan bytes) {
  Reader in(bytes);
  KeygenInvite out;
  out.account = RecordId{in.Array<32>()};
  const std::uint32_t count = in.Count(peer::kPartiesMax);
  for (std::uint32_t i = 0; i < count; ++i) out.dealers.push_back(PartyIndex{in.U16()});
  out.reservation = replica::ReadCommitted(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

std::vector<PartyIndex> KeygenRuns::NotReady() const {
  const std::vector<PartyIndex> ready = peers_.Ready();
  std::vector<PartyIndex> out;
  for (const peer::ManifestRow& row : identity_.manifest.rows) {
    if (row.party != identity_.self && std::ranges::find(ready, row.party) == ready.end())
      out.push_back(row.party);
  }
  return out;
}

void KeygenRuns::Lead(const RequestId& request, const RecordId& account) {
  std::vector<PartyIndex> dealers = peers_.Ready();
  dealers.push_back(identity_.self);
  std::ranges::sort(dealers);
  LeadWith(request, account, std::move(dealers), {now_ms_, {}});
}

void KeygenRuns::LeadWith(const RequestId& request, const RecordId& account, std::vector<PartyIndex> dealers,
                          Tried tried) {
  const replica::Committed* reservation = replica_.Certified(account);
  if (dealers.size() < KeygenQuorum(identity_.manifest) || reservation == nullptr) {
    return events_.OnKeygenDone(request,
                                passport::Fail(KeygenFailure{api::ErrorCode::kTooFewNodes, NotReady()}));
  }
  if (runs_.size() >= kKeygenRunsMax) {
    return events_.OnKeygenDone(request, passport::Fail(KeygenFailure{api::ErrorCode::kBusy, {}}));
  }
  const KeygenInvite invite{account, std::move(dealers), *reservation};
  Run& run = runs_[request];
  run = Run{};
  run.opened_by = identity_.self;
  run.started_ms = now_ms_;
  run.tried = std::move(tried);
  SendAll(peers_, invite.dealers, identity_.self, MessageKind::kKeygenInvite, request, invite);
  OnInvite(identity_.self, request, invite);
}

// The run of a request, made if there is room. Null: too many, of all peers or of this one.
KeygenRuns::Run* KeygenRuns::Open(PartyIndex from, const RequestId& request) {
  if (const auto entry = runs_.find(request); entry != runs_.end()) return &entry->second;
  const auto own =
      std::ranges::count_if(runs_, [&](const auto& run) { return run.second.opened_by == from; });
  const bool full = runs_.size() >= kKeygenRunsMax || static_cast<std::size_t>(own) >= kRunsPerPeerMax;
  if (full && from != identity_.self) return nullptr;
  Run& run = runs_[request];
  run.opened_by = from;
  run.started_ms = now_ms_;
  return &run;
}

// Only the gateway of the request invites, once for each run.
void KeygenRuns::OnInvite(PartyIndex from, const RequestId& request, KeygenInvite invite) {
  const bool plausible =
      GatewayOf(request) == from && policy::KindOf(invite.account) == policy::RecordKind::kAccount;
  Run* run = plausible ? Open(from, request) : nullptr;
  if (run == nullptr || run->leader.value != 0) return;
  run->leader = from;
  static_cast<void>(replica_.Adopt(invite.account, invite.reservation));
  const RecordId account = invite.account;
  run->waiting = std::move(invite);
  OnUsable(account);
}

void KeygenRuns::OnUsable(const RecordId& record) {
  std::vector<RequestId> ready;
  for (const auto& [request, run] : runs_) {
    if (run.waiting && run.waiting->account == record) ready.push_back(request);
  }
  for (const RequestId& request : ready) {
    const replica::Replica::OnBehalfOf cause(replica_, request);
    if (replica_.Local(record) == nullptr) return;
    const auto entry = runs_.find(request);
    if (entry == runs_.end() || !entry->second.waiting) continue;
    Run& run = entry->second;
    const KeygenInvite invite = *std::exchange(run.waiting, std::nullopt);
    static_cast<void>(replica_.Adopt(invite.account, invite.reservation));
    Begin(request, run, invite);
  }
}

// This node deals only for an account that its own records show as reserved by this very request.
void KeygenRuns::Begin(const RequestId& request, Run& run, const KeygenInvite& invite) {
  const replica::Version* version = replica_.Local(invite.account);
  const auto account = policy::Account::Parse(version == nullptr ? ByteSpan{} : ByteSpan(version->value));
  const bool reserved = account.ok() && account.value().state == policy::AccountState::kReserved &&
                        account.value().reserved_by == request;
  run.account = invite.account;
  run.dealers = invite.dealers;
  dkg::Proposal proposal;
  proposal.digest = KeygenDigest(identity_.manifest_hash, invite.account, request, invite.dealers);
  proposal.purpose = kPurpose;
  proposal.n = identity_.manifest.n;
  proposal.t = identity_.manifest.t;
  proposal.dealers = invite.dealers;
  run.context = proposal.Context();
  if (!reserved || invite.dealers.size() < KeygenQuorum(identity_.manifest) || !CountBegin(request)) {
    return Abort(request, AbortReason::kWrongSession, std::nullopt);
  }
  std::erase_if(run.commitments, [&](const auto& early) {
    const bool dealer = std::ranges::find(run.dealers, early.first) != run.dealers.end();
    return !dealer || early.second.header.context != run.context;
  });
  run.openings.clear();  // nobody of this run can have opened before this node has committed
  run.confirmations.clear();
  auto step = dkg::Start(proposal, identity_.self, rng_);
  if (!step.ok()) return Abort(request, step.error().reason, step.error().culprit);
  run.state = std::move(step.value().next);
  SendAll(peers_, run.dealers, identity_.self, MessageKind::kKeygenCommitment, request, step.value().out);
  Advance(request);
}

bool KeygenRuns::CountBegin(const RequestId& request) {
  Begun& begun = begun_[request];
  begun.last_ms = now_ms_;
  return ++begun.times <= identity_.manifest.n;  // once, and once without each other node
}

void KeygenRuns::OnMessage(PartyIndex from, const PeerMessage& message) {
  const RequestId& request = message.request;
  if (message.kind == MessageKind::kKeygenInvite) {
    auto invite = KeygenInvite::Parse(message.body);
    if (invite.ok()) OnInvite(from, request, std::move(invite).value());
    return;
  }
  // A fast dealer's commitment can overtake the leader's invitation.
  const bool opens = message.kind == MessageKind::kKeygenCommitment || runs_.contains(request);
  Run* found = opens ? Open(from, request) : nullptr;
  if (found == nullptr) return;
  Run& run = *found;
  const bool dealer = std::ranges::find(run.dealers, from) != run.dealers.end();
  if (!run.dealers.empty() && !dealer) return;
  if (message.kind == MessageKind::kKeygenAbort) {
    const bool concerns = AsText(message.body) == AsText(run.context);
    if (concerns && (run.leader == identity_.self || run.leader == from))
      Abort(request, AbortReason::kPeerLost, from);
    return;
  }
  if (!Take(from, message, run)) return Abort(request, AbortReason::kMalformed, from);
  Advance(request);
}

// Keeps the first message of a round; before the invitation the last commitment, since the run may be a
// retry. Messages of another run of the request come late and are dropped. False: malformed.
bool KeygenRuns::Take(PartyIndex from, const PeerMessage& message, Run& run) {
  const auto take = [&](const Hash32& context, auto content, auto& inbox) {
    if (run.context == Hash32{}) inbox.erase(from);
    if (run.context != Hash32{} && run.context != context) return;
    run.started_ms = now_ms_;  // silence is counted from the last sign of life
    inbox.emplace(from, std::move(content));
  };
  if (message.kind == MessageKind::kKeygenCommitment) {
    auto commitment = dkg::Commitment::Parse(message.body);
    if (!commitment.ok()) return false;
    const Hash32 context = commitment.value().header.context;
    take(context, std::move(commitment).value(), run.commitments);
  } else if (message.kind == MessageKind::kKeygenOpening) {
    auto opening = dkg::Opening::Parse(message.body);
    if (!opening.ok()) return false;
    const Hash32 context = opening.value().broadcast.header.context;
    take(context, std::move(opening).value(), run.openings);
  } else {
    auto confirmation = dkg::Confirmation::Parse(message.body);
    if (!confirmation.ok()) return false;
    const Hash32 context = confirmation.value().header.context;
    take(context, std::move(confirmation).value(), run.confirmations);
  }
  return true;
}

// The body names the run by its context.
void KeygenRuns::SendAbort(const RequestId& request, const Run& run, PartyIndex to) {
  if (to != identity_.self) peers_.Send(to, {MessageKind::kKeygenAbort, request, ToBytes(run.context)});
}

void KeygenRuns::Advance(const RequestId& request) {
  const auto entry = runs_.find(request);
  if (entry == runs_.end()) return;
  Run& run = entry->second;
  const std::size_t others = run.dealers.empty() ? SIZE_MAX : run.dealers.size() - 1;
  if (std::holds_alternative<dkg::AwaitingCommitments>(run.state) && run.commitments.size() == others &&
      !OpenRound(request, run)) {
    return;
  }
  if (std::holds_alternative<dkg::AwaitingOpenings>(run.state) && run.openings.size() == others &&
      !ConfirmRound(request, run)) {
    return;
  }
  const bool collected = run.confirmations.size() == others;
  if (std::holds_alternative<dkg::AwaitingConfirmations>(run.state) && collected) FinishRound(request, run);
}

bool KeygenRuns::OpenRound(const RequestId& request, Run& run) {
  auto step = dkg::Open(std::get<dkg::AwaitingCommitments>(std::move(run.state)), run.commitments, rng_);
  if (!step.ok()) {
    Abort(request, step.error().reason, step.error().culprit);
    return false;
  }
  run.state = std::move(step.value().next);
  for (const auto& [to, opening] : step.value().out) {
    peers_.Send(to, {MessageKind::kKeygenOpening, request, ToBytes(opening.EncodeSecret().Expose())});
  }
  return true;
}

// The share is put before the confirmation is sent: the host commits in that order.
bool KeygenRuns::ConfirmRound(const RequestId& request, Run& run) {
  auto outcome = dkg::Confirm(std::get<dkg::AwaitingOpenings>(std::move(run.state)), std::move(run.openings),
                              identity_.signing, rng_);
  run.openings.clear();
  if (!outcome.ok()) {
    Abort(request, outcome.error().reason, outcome.error().culprit);
    return false;
  }
  made_.OnMade(outcome.value().pending.id, run.account);
  records_.PutShare(std::make_shared<const sharing::KeyShare>(std::move(outcome.value().pending)));
  outbox_.Log(Event::kKeyMade, request, run.leader, run.dealers.size());
  if (run.leader != identity_.self) {
    peers_.Send(run.leader, {MessageKind::kKeygenConfirmation, request, outcome.value().out.Encode()});
    runs_.erase(request);
    return false;
  }
  run.state = std::move(outcome.value().next);
  return true;
}

void KeygenRuns::FinishRound(const RequestId& request, Run& run) {
  auto certificate =
      dkg::Finish(std::get<dkg::AwaitingConfirmations>(std::move(run.state)), run.confirmations,
                  RosterOf(identity_.manifest), KeygenQuorum(identity_.manifest));
  run.state = std::monostate{};
  if (!certificate.ok()) return Abort(request, certificate.error().reason, certificate.error().culprit);
  runs_.erase(request);
  events_.OnKeygenDone(request, std::move(certificate).value());
}

void KeygenRuns::Abort(const RequestId& request, AbortReason reason, std::optional<PartyIndex> culprit) {
  outbox_.Log(Event::kKeyAborted, request, culprit.value_or(PartyIndex{}),
              static_cast<std::uint64_t>(reason));
  const auto entry = runs_.find(request);
  if (entry == runs_.end()) return;
  const PartyIndex leader = entry->second.leader;
  if (leader == identity_.self) {
    const auto failing = culprit ? std::vector{*culprit} : std::vector<PartyIndex>();
    return RetryWithout(request, failing, api::ErrorCode::kTimeout);
  }
  if (leader.value != 0 && culprit != leader) SendAbort(request, entry->second, leader);
  runs_.erase(entry);
}

// The leader tries again without those that failed. Whoever accuses may be the liar, and a check that no one
// can be blamed for names nobody: then each other dealer is left out in turn.
void KeygenRuns::RetryWithout(const RequestId& request, std::vector<PartyIndex> failing,
                              api::ErrorCode code) {
  const Run& run = runs_.at(request);
  Tried tried = run.tried;
  const auto is_new = [&](PartyIndex party) {
    return party != identity_.self && !tried.left_out.contains(party);
  };
  std::vector<PartyIndex> without = failing;
  if (std::ranges::none_of(without, is_new)) {
    const auto next = std::ranges::find_if(run.dealers, is_new);
    if (next == run.dealers.end()) return Fail(request, code, std::move(failing));
    without = {*next};
  }
  tried.left_out.insert(without.begin(), without.end());
  std::vector<PartyIndex> rest = peers_.Ready();
  rest.push_back(identity_.self);
  std::erase_if(rest, [&](PartyIndex party) { return std::ranges::find(without, party) != without.end(); });
  std::ranges::sort(rest);
  const bool late = now_ms_ >= tried.since_ms + kKeygenRetryMs;
  if (late || rest.size() < KeygenQuorum(identity_.manifest)) return Fail(request, code, std::move(failing));
  const RecordId account = run.account;
  for (const PartyIndex to : run.dealers) SendAbort(request, run, to);
  runs_.erase(request);
  LeadWith(request, account, std::move(rest), std::move(tried));
}

void KeygenRuns::Fail(const RequestId& request, api::ErrorCode code, std::vector<PartyIndex> missing) {
  const auto entry = runs_.find(request);
  for (const PartyIndex to : entry->second.dealers) SendAbort(request, entry->second, to);
  runs_.erase(entry);
  events_.OnKeygenDone(request, passport::Fail(KeygenFailure{code, std::move(missing)}));
}

std::vector<PartyIndex> KeygenRuns::Silent(const Run& run) const {
  std::vector<PartyIndex> out;
  for (const PartyIndex party : run.dealers) {
    if (party == identity_.self) continue;
    const bool heard =
        std::holds_alternative<dkg::AwaitingConfirmations>(run.state) ? run.confirmations.contains(party)
        : std::holds_alternative<dkg::AwaitingOpenings>(run.state)    ? run.openings.contains(party)
                                                                      : run.commitments.contains(party);
    if (!heard) out.push_back(party);
  }
  return out;
}

void KeygenRuns::OnPeerLost(PartyIndex party) {
  std::vector<RequestId> affected;
  for (const auto& [request, run] : runs_) {
    if (std::ranges::find(run.dealers, party) != run.dealers.end()) affected.push_back(request);
  }
  for (const RequestId& request : affected) OnTimeout(request);
}

// The leader finishes without confirmations that are not needed, tries once more without silent nodes, or
// gives up naming them. Others forget the run.
void KeygenRuns::OnTimeout(const RequestId& request) {
  Run& run = runs_.at(request);
  if (run.leader != identity_.self) {
    runs_.erase(request);
    return;
  }
  const std::vector<PartyIndex> silent = Silent(run);
  if (std::holds_alternative<dkg::AwaitingConfirmations>(run.state) &&
      run.confirmations.size() + 1 >= KeygenQuorum(identity_.manifest)) {
    return FinishRound(request, run);
  }
  RetryWithout(request, silent, api::ErrorCode::kTooFewNodes);
}

void KeygenRuns::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  std::erase_if(begun_, [&](const auto& entry) { return now_ms >= entry.second.last_ms + kForgetMs; });
  std::vector<RequestId> due;
  for (const auto& [request, run] : runs_) {
    const bool leads = run.leader == identity_.self;
    if (now_ms >= run.started_ms + (leads ? kSilenceMs : kKeygenRunMs)) due.push_back(request);
  }
  for (const RequestId& request : due) {
    if (runs_.contains(request)) OnTimeout(request);
  }
}

}  // namespace passport::core
