// Which signers the leader asks, and when it tries others.
#include <algorithm>

#include "trusted/core/signing_leader.h"

namespace passport::core {
namespace {

constexpr std::uint64_t kBudgetMs = 10'000;
constexpr std::uint64_t kSilenceMs =
    1'500;  // a needed node that has said nothing by then is named to the client
constexpr std::uint64_t kPatienceMinMs = 200;  // before another quorum is tried
constexpr std::uint64_t kPatienceMaxMs = 800;
constexpr std::uint64_t kStallMs = 2'500;  // an attempt that everybody joined and nobody finished
constexpr unsigned kRefreshesMax = 3;
constexpr std::uint64_t kForgiveMs = 60'000;  // recent failures count half after each
// In broken-off signatures: of those the node may be a victim, silent it is no help.
constexpr unsigned kSilenceWeight = 4;

// Compared field by field: what comes first decides first.
struct Candidate {
  unsigned failed = 0;  // in this task
  unsigned recently_failed = 0;
  unsigned slow = 0;
  PartyIndex party;
  auto operator<=>(const Candidate&) const = default;
};

// The t cheapest candidates; on a tie the lower index. Rising.
std::vector<PartyIndex> Cheapest(std::vector<Candidate> candidates, std::size_t t) {
  std::ranges::sort(candidates);
  std::vector<PartyIndex> out;
  for (std::size_t i = 0; i < t && i < candidates.size(); ++i) out.push_back(candidates[i].party);
  std::ranges::sort(out);
  return out;
}

}  // namespace

// Holders that are not ready to sign with this node, this node itself apart.
std::vector<PartyIndex> SigningLeader::Unreachable(const std::vector<PartyIndex>& holders) const {
  const std::vector<PartyIndex> ready = peers_.Ready();
  std::vector<PartyIndex> out;
  for (const PartyIndex party : holders) {
    if (party != identity_.self && std::ranges::find(ready, party) == ready.end()) out.push_back(party);
  }
  return out;
}

// What a client is told is missing: holders that cannot be asked, that were asked and have said nothing, or
// that have said that they cannot. Of a key with too few holders, those that hold no share of it.
std::vector<PartyIndex> SigningLeader::Missing(const Task& task) const {
  std::set<PartyIndex> out = task.unable;
  const bool too_few = task.what.holders.size() < identity_.manifest.t;
  for (const peer::ManifestRow& row : identity_.manifest.rows) {
    if (too_few && std::ranges::find(task.what.holders, row.party) == task.what.holders.end())
      out.insert(row.party);
  }
  for (const PartyIndex party : Unreachable(task.what.holders)) out.insert(party);
  for (const auto& [number, attempt] : task.attempts) {
    for (const PartyIndex party : attempt.quorum) {
      if (!task.heard.contains(party)) out.insert(party);
    }
  }
  return {out.begin(), out.end()};
}

// Nodes that failed least in this task, then least recently, then self, then those that answer fastest.
std::vector<PartyIndex> SigningLeader::ChooseQuorum(const std::vector<PartyIndex>& holders,
                                                    const Failures& failures) const {
  const std::vector<PartyIndex> away = Unreachable(holders);
  std::vector<Candidate> candidates;
  for (const PartyIndex party : holders) {
    if (std::ranges::find(away, party) != away.end()) continue;
    const auto failed = failures.find(party);
    const auto recent = recent_fails_.find(party);
    candidates.push_back({.failed = failed == failures.end() ? 0 : failed->second,
                          .recently_failed = recent == recent_fails_.end() ? 0 : recent->second,
                          .slow = party == identity_.self ? 0 : 1 + pace_.Cost(party),
                          .party = party});
  }
  return Cheapest(std::move(candidates), identity_.manifest.t);
}

void SigningLeader::OnRefuse(PartyIndex from, const RequestId& request, const SignRefuse& refuse) {
  Attempt* attempt = Find(from, request, refuse.attempt);
  if (attempt == nullptr) return;
  Task& task = tasks_.at(request);
  if (refuse.reason == RefuseReason::kNewer && HasNewer(task)) {
    const std::uint16_t next = task.next_attempt;
    tasks_.erase(request);
    return events_.OnSignStale(request, next);
  }
  if (refuse.reason == RefuseReason::kBehind && ++task.refreshed[from] <= kRefreshesMax) {
    SendRecords(task, from);
    if (!attempt->pooled) return Invite(task, refuse.attempt, *attempt, from);
    return FailAttempt(request, refuse.attempt, std::nullopt);  // it is spent, and nobody is to blame
  }
  if (refuse.reason == RefuseReason::kUnknown && attempt->pooled)
    return FailAttempt(request, refuse.attempt, std::nullopt);
  if (refuse.reason == RefuseReason::kDecision &&
      refuse.code < static_cast<std::uint16_t>(api::ErrorCode::kCount)) {
    // A peer's word ends nothing as long as others may sign without it.
    task.refused = static_cast<api::ErrorCode>(refuse.code);
    if (from == identity_.self) return Fail(request, api::MakeError(*task.refused));
  }
  if (refuse.reason == RefuseReason::kAborted) return FailAborted(request, refuse.attempt);
  if (refuse.reason == RefuseReason::kNotReady) {
    const bool busy = refuse.code == static_cast<std::uint16_t>(api::ErrorCode::kBusy);
    task.busy = task.busy || busy;
    if (!busy) task.unable.insert(from);
  }
  FailAttempt(request, refuse.attempt, from);
}

std::vector<RecordRef> SigningLeader::RestsOn(const SignTask& what) {
  std::vector<RecordRef> out = {what.scope, what.account};
  if (what.session) out.push_back(*what.session);
  return out;
}

void SigningLeader::SendRecords(const Task& task, PartyIndex to) {
  if (task.what.epoch > 0) epochs_.Tell(to, task.what.key);
  for (const RecordRef& ref : RestsOn(task.what)) {
    const replica::Committed* committed = replica_.Certified(ref.id);
    if (committed == nullptr) continue;
    peers_.Send(to, {MessageKind::kReplica, task.what.request,
                     replica::EncodeMessage(replica::Learn{ref.id, *committed})});
  }
}

// Who made a check fail is not said, and whoever reports it may be the victim: others than all of these are
// tried next.
void SigningLeader::FailAborted(const RequestId& request, std::uint16_t number) {
  Task& task = tasks_.at(request);
  const Attempt& attempt = task.attempts.at(number);
  if (attempt.given_up) return;
  for (const PartyIndex party : attempt.quorum) {
    if (party != identity_.self) Blame(task, party, 1);
  }
  TryNext(request);
}

// A signer that has newer records sends them before it refuses: its word alone is not believed.
bool SigningLeader::HasNewer(const Task& task) {
  if (epochs_.Known(task.what.key) > task.what.epoch) return true;
  for (const RecordRef& ref : RestsOn(task.what)) {
    const replica::Committed* committed = replica_.Certified(ref.id);
    if (committed != nullptr && committed->version.number > ref.version) return true;
  }
  return false;
}

// In this task whoever failed comes last, this node like any other: without a share it must not keep the
// others from signing. For later tasks only peers are remembered: this node's own word costs no time.
void SigningLeader::Blame(Task& task, PartyIndex party, unsigned weight) {
  task.failures[party] += weight;
  if (party != identity_.self) ++recent_fails_[party];
}

void SigningLeader::FailAttempt(const RequestId& request, std::uint16_t number,
                                std::optional<PartyIndex> blamed) {
  Task& task = tasks_.at(request);
  if (blamed) Blame(task, *blamed, 1);
  Attempt& attempt = task.attempts.at(number);
  if (attempt.given_up) return;
  TryNext(request);
}

void SigningLeader::Fail(const RequestId& request, api::Error error) {
  tasks_.erase(request);
  events_.OnSignFailed(request, std::move(error));
}

void SigningLeader::GiveUp(const RequestId& request) {
  const Task& task = tasks_.at(request);
  if (task.busy) return Fail(request, Busy());
  if (task.refused)
    return Fail(request,
                api::MakeError(*task.refused, "nodes that have to sign refuse it, and no others can"));
  std::vector<PartyIndex> missing = Missing(task);
  if (missing.empty()) return Fail(request, api::MakeError(api::ErrorCode::kTimeout));
  api::Error error = api::MakeError(api::ErrorCode::kTooFewNodes,
                                    "nodes that the key needs do not answer or cannot sign with it");
  error.missing = std::move(missing);
  Fail(request, std::move(error));
}

void SigningLeader::OnPeerLost(PartyIndex party, Loss loss) {
  std::vector<std::pair<RequestId, std::uint16_t>> affected;
  for (const auto& [request, task] : tasks_) {
    for (const auto& [number, attempt] : task.attempts) {
      const bool member = std::ranges::find(attempt.quorum, party) != attempt.quorum.end();
      if (member && !attempt.given_up && !attempt.shares.contains(party))
        affected.emplace_back(request, number);
    }
  }
  for (const auto& [request, number] : affected) {
    const auto task = tasks_.find(request);
    if (task == tasks_.end()) continue;
    const bool waits =
        loss == Loss::kMayReturn && ChooseQuorum(task->second.what.holders, {}).size() < identity_.manifest.t;
    if (!waits) FailAttempt(request, number, party);
  }
}

// A silent peer is hedged after three times what nearly all of its answers took (rules.md 22).
std::uint64_t SigningLeader::PatienceMs(PartyIndex party) const {
  return std::clamp(3 * pace_.P99Ms(party).value_or(kPatienceMaxMs), kPatienceMinMs, kPatienceMaxMs);
}

void SigningLeader::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  pace_.OnTick(now_ms);
  blame_.OnTick(now_ms);
  if (now_ms >= forgive_ms_) {
    forgive_ms_ = now_ms + kForgiveMs;
    for (auto& [party, fails] : recent_fails_) fails /= 2;
  }
  std::vector<RequestId> all;
  for (const auto& [request, task] : tasks_) all.push_back(request);
  for (const RequestId& request : all) {
    const auto entry = tasks_.find(request);
    if (entry == tasks_.end()) continue;
    Task& task = entry->second;
    const Attempt& latest = task.attempts.rbegin()->second;
    bool silence = false;
    std::vector<PartyIndex> overdue;
    for (const PartyIndex party : latest.quorum) {
      if (task.heard.contains(party)) continue;
      silence = true;
      if (now_ms >= latest.started_ms + PatienceMs(party)) overdue.push_back(party);
    }
    if (silence && now_ms >= task.started_ms + kSilenceMs) {
      GiveUp(request);
    } else if (now_ms >= task.started_ms + kBudgetMs) {
      Fail(request, api::MakeError(api::ErrorCode::kTimeout));
    } else if (!overdue.empty()) {
      for (const PartyIndex party : overdue) Blame(task, party, kSilenceWeight);
      TryNext(request);
    } else if (now_ms >= latest.started_ms + kStallMs) {
      for (const PartyIndex party : latest.quorum) {
        // Remembered, or one that joins at once and then stalls would be chosen again and again. A share that
        // came before the rounds are over proves nothing.
        if (!latest.pooled || !latest.shares.contains(party)) Blame(task, party, 1);
      }
      TryNext(request);
    }
  }
}

}  // namespace passport::core
