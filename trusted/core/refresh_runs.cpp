#include "trusted/core/refresh_runs.h"

#include <algorithm>

#include "trusted/sharing/quorum.h"

namespace passport::core {
namespace {

using protocol::AbortReason;

constexpr std::size_t kRunsPerLeaderMax = 16;
constexpr std::uint64_t kRefreshRunMs = 15'000;
// How far an epoch may be above those known here: a node that was away may know of few, and a leader that
// lies uses no more of them up.
constexpr std::uint64_t kEpochsAheadMax = std::uint64_t{1} << 20;

std::vector<PartyIndex> AllOf(const peer::Manifest& manifest) {
  std::vector<PartyIndex> out;
  for (const peer::ManifestRow& row : manifest.rows) out.push_back(row.party);
  return out;
}

}  // namespace

void RefreshRuns::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (message.kind == MessageKind::kRefreshInvite) {
    auto invite = RefreshInvite::Parse(message.body);
    if (invite.ok()) OnInvite(from, message.request, std::move(invite).value());
  } else if (message.kind == MessageKind::kRefreshBegin) {
    auto begin = RefreshBegin::Parse(message.body);
    if (begin.ok()) OnBegin(from, message.request, std::move(begin).value());
  } else if (message.kind == MessageKind::kRefreshSetups) {
    const auto setups = RefreshSetups::Parse(message.body);
    if (setups.ok()) setups_.OnOrder(from, message.request, setups.value(), now());
  } else {
    TakeRound(from, message);
  }
}

void RefreshRuns::OnInvite(PartyIndex from, const RequestId& id, RefreshInvite invite) {
  if (GatewayOf(id) != from || runs_.contains(id)) return;
  const auto led = std::ranges::count_if(runs_, [&](const auto& run) { return run.second.leader == from; });
  const bool room = static_cast<std::size_t>(led) < kRunsPerLeaderMax;
  const bool ordered = parts_.book.Follow(from, invite.statement, now()).ok();
  Run& run = runs_[id];
  run.leader = from;
  run.invite = std::move(invite);
  run.since_ms = now_ms_;
  if (!ordered) return Refuse(id, RefreshRefusal::kStatement);
  if (!room) return Refuse(id, RefreshRefusal::kNotReady);
  Join(id, run);
}

// The account's record as this node would sign by it. False: refused, or it has to be waited for.
bool RefreshRuns::LookUp(const RequestId& id, Run& run) {
  const RecordId& account_id = run.invite.account;
  const bool known =
      policy::KindOf(account_id) == policy::RecordKind::kAccount && parts_.records.Exists(account_id);
  const replica::Version* version = known ? view_.Local(account_id) : nullptr;
  if (known && version == nullptr) {
    run.lacks = view_.TakeLacked();
    return false;
  }
  const auto account = policy::Account::Parse(version == nullptr ? ByteSpan{} : ByteSpan(version->value));
  const bool active = account.ok() && account.value().state == policy::AccountState::kActive &&
                      account.value().keys.front().id == run.invite.key;
  if (active) run.key = account.value().keys.front();
  if (!active) Refuse(id, RefreshRefusal::kNotReady);
  return active;
}

void RefreshRuns::Join(const RequestId& id, Run& run) {
  if (!LookUp(id, run)) return;
  const KeyId& key = run.key.id;
  const auto highest = parts_.epochs.Highest(key);
  if (!highest) {
    run.lacks = policy::KeyStateRecordId(key);
    return;
  }
  if (parts_.epochs.WasMadeBy(key, Digest(run))) return Refuse(id, RefreshRefusal::kDone);
  const std::optional<std::uint64_t> own = parts_.epochs.Signing(run.key);
  if (!own && !parts_.epochs.IsClear(key)) return Refuse(id, RefreshRefusal::kNotReady);
  RefreshJoin out{*highest, {}};
  if (!TakeShare(run, own)) return;
  if (run.share) out.held = FacetsOf(*run.share);
  run.joined = true;
  parts_.peers.Send(run.leader, {MessageKind::kRefreshJoin, id, out.Encode()});
}

// The share of the epoch that this node signs with, if it has one, or has it from a backup. False: it has to
// be fetched.
bool RefreshRuns::TakeShare(Run& run, std::optional<std::uint64_t> epoch) {
  run.share.reset();
  if (!epoch) return true;
  const KeyId& key = run.key.id;
  const bool restored = parts_.records.HasRestored(key, *epoch);
  const auto [holding, share] =
      restored ? parts_.records.FindRestored(key, *epoch) : parts_.records.FindShare(key, *epoch);
  if (holding == replica::Holding::kMissing) {
    run.lacks = restored ? policy::RestoredShareRecordId(key, *epoch) : policy::KeyShareRecordId(key, *epoch);
    parts_.records.Fetch(*run.lacks);
    return false;
  }
  run.share = share;
  return true;
}

void RefreshRuns::OnUsable(const RecordId& record) {
  std::vector<RequestId> waiting;
  for (const auto& [id, run] : runs_) {
    if (run.lacks == record) waiting.push_back(id);
  }
  for (const RequestId& id : waiting) {
    const auto entry = runs_.find(id);
    if (entry == runs_.end()) continue;
    entry->second.lacks.reset();
    Join(id, entry->second);
  }
}

// Nothing in it is believed: a node that has a share of the epoch dealt from goes on with what that says of
// the key only, and a wrong one gives another context than that of an honest dealer.
bool RefreshRuns::IsSound(const Run& run, const RefreshBegin& begin) const {
  const peer::Manifest& manifest = parts_.identity.manifest;
  const std::uint64_t known = std::max(parts_.epochs.Known(run.key), begin.current.epoch);
  return begin.epoch > known && begin.epoch - known <= kEpochsAheadMax &&
         begin.current.epoch >= run.key.epoch && begin.current.commitments.size() == manifest.t &&
         begin.current.purpose == sharing::kPurposeEcdsa &&
         (!run.share || run.share->epoch < begin.current.epoch || FacetsOf(*run.share) == begin.current) &&
         sharing::IsPartySet(begin.dealers, manifest.n) && begin.dealers.size() >= manifest.t;
}

void RefreshRuns::OnBegin(PartyIndex from, const RequestId& id, RefreshBegin begin) {
  const auto entry = runs_.find(id);
  if (entry == runs_.end() || entry->second.leader != from) return;
  Run& run = entry->second;
  if (!run.joined || run.begin) return;
  if (!IsSound(run, begin)) return Abort(id, {AbortReason::kWrongQuorum, std::nullopt});
  run.begin = std::move(begin);
}

// The first message of each round counts; what is not of this run fails in the round.
void RefreshRuns::TakeRound(PartyIndex from, const PeerMessage& message) {
  const auto entry = runs_.find(message.request);
  if (entry == runs_.end() || from == parts_.identity.self) return;
  Run& run = entry->second;
  if (message.kind == MessageKind::kRefreshCommitment) {
    auto commitment = dkg::Commitment::Parse(message.body);
    if (!commitment.ok()) return Abort(message.request, {AbortReason::kMalformed, from});
    run.commitments.emplace(from, std::move(commitment).value());
  } else if (run.begin && sharing::Contains(run.begin->dealers, from)) {
    auto opening = dkg::Opening::Parse(message.body);
    if (!opening.ok()) return Abort(message.request, {AbortReason::kMalformed, from});
    run.openings.emplace(from, std::move(opening).value());
  }
}

bool RefreshRuns::IsDue(const Run& run) const {
  if (!run.begin) return false;
  if (std::holds_alternative<std::monostate>(run.state)) return true;
  if (std::holds_alternative<reshare::AwaitingCommitments>(run.state))
    return run.commitments.size() + 1 == parts_.identity.manifest.n;
  const std::size_t own = sharing::Contains(run.begin->dealers, parts_.identity.self) ? 1 : 0;
  return run.openings.size() + own == run.begin->dealers.size();
}

bool RefreshRuns::HasWork() const {
  return std::ranges::any_of(runs_, [this](const auto& entry) { return IsDue(entry.second); });
}

// The runs in turn. The ids of a leader's runs begin with its index.
void RefreshRuns::Step() {
  const auto due = [this](const auto& entry) { return IsDue(entry.second); };
  const auto after = runs_.upper_bound(last_stepped_);
  auto next = std::find_if(after, runs_.end(), due);
  if (next == runs_.end()) next = std::find_if(runs_.begin(), after, due);
  if (next == runs_.end() || !due(*next)) return;
  const RequestId id = last_stepped_ = next->first;
  Run& run = next->second;
  if (std::holds_alternative<reshare::AwaitingOpenings>(run.state)) return Confirm(id);
  const auto done = std::holds_alternative<std::monostate>(run.state) ? Start(id, run) : Open(id, run);
  if (!done.ok()) Abort(id, done.error());
}

Hash32 RefreshRuns::Digest(const Run& run) const {
  return RefreshDigest(parts_.identity.manifest_hash, run.invite.statement, run.invite.account);
}

// Round 1. A node whose share is of an older epoch than is dealt from only receives.
protocol::Outcome<Unit> RefreshRuns::Start(const RequestId& id, Run& run) {
  const peer::Manifest& manifest = parts_.identity.manifest;
  const RefreshBegin& begin = *run.begin;
  const reshare::Proposal proposal{Digest(run), run.key.id, begin.epoch,     begin.dealers,
                                   manifest.n,  manifest.t, AllOf(manifest), begin.current.marks};
  const auto public_key = curve::Point::Parse(run.key.public_key);
  if (!public_key.ok()) return Fail(protocol::Abort{AbortReason::kWrongKey, std::nullopt});
  const bool deals = run.share && run.share->epoch == begin.current.epoch;
  auto step = deals ? reshare::Start(proposal, reshare::FactsOf(*run.share), *run.share, parts_.rng)
                    : reshare::JoinKnown(proposal, FactsOf(begin.current, run.key.id, manifest),
                                         public_key.value(), parts_.identity.self, parts_.rng);
  run.share.reset();
  if (!step.ok()) return Fail(step.error());
  run.state = std::move(step.value().next);
  for (const PartyIndex to : AllOf(manifest)) {
    if (to != parts_.identity.self)
      parts_.peers.Send(to, {MessageKind::kRefreshCommitment, id, step.value().out.Encode()});
  }
  return Unit{};
}

// Round 2.
protocol::Outcome<Unit> RefreshRuns::Open(const RequestId& id, Run& run) {
  PASSPORT_TRY(auto step, reshare::Open(std::get<reshare::AwaitingCommitments>(std::move(run.state)),
                                        run.commitments, parts_.rng));
  run.state = std::move(step.next);
  for (const auto& [to, opening] : step.out) {
    parts_.peers.Send(to, {MessageKind::kRefreshOpening, id, ToBytes(opening.EncodeSecret().Expose())});
  }
  return Unit{};
}

// Round 3. The run ends here: what becomes of the new share is the matter of the key's epochs.
void RefreshRuns::Confirm(const RequestId& id) {
  Run& run = runs_.at(id);
  std::vector<reshare::Received> received;
  received.push_back(
      {std::get<reshare::AwaitingOpenings>(std::move(run.state)), std::exchange(run.openings, {})});
  auto outcomes = reshare::ConfirmAll(std::move(received), parts_.identity.signing, parts_.rng);
  if (!outcomes.front().ok()) return Abort(id, outcomes.front().error());
  const auto prepared = parts_.epochs.Prepare(run.invite.account, std::move(outcomes.front()).value(),
                                              run.leader == parts_.identity.self);
  if (!prepared.ok())
    return Refuse(id,
                  prepared.error() == Status::kLimit ? RefreshRefusal::kLimit : RefreshRefusal::kNotReady);
  runs_.erase(id);
}

void RefreshRuns::Refuse(RequestId id, RefreshRefusal reason) {
  const PartyIndex leader = runs_.at(id).leader;
  runs_.erase(id);
  parts_.peers.Send(leader, {MessageKind::kRefreshRefuse, id, RefreshRefuse{reason}.Encode()});
}

void RefreshRuns::Abort(RequestId id, const protocol::Abort& abort) {
  parts_.outbox.Log(Event::kRefreshAborted, id, abort.culprit.value_or(PartyIndex{}),
                    static_cast<std::uint64_t>(abort.reason));
  Refuse(id, RefreshRefusal::kAborted);
}

// Every run needs every node.
void RefreshRuns::OnPeerLost(PartyIndex) {
  while (!runs_.empty()) Abort(runs_.begin()->first, {AbortReason::kPeerLost, std::nullopt});
}

void RefreshRuns::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  std::erase_if(runs_,
                [now_ms](const auto& entry) { return now_ms >= entry.second.since_ms + kRefreshRunMs; });
  setups_.OnTick(now_ms);
}

}  // namespace passport::core
