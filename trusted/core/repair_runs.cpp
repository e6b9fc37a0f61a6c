#include "trusted/core/repair_runs.h"

#include <algorithm>

#include "trusted/sharing/quorum.h"

namespace passport::core {
namespace {

using protocol::AbortReason;

constexpr std::size_t kTasksMax = 1'024;
constexpr std::uint64_t kLookMs = 100;
constexpr std::size_t kLookedAtOnce = 256;      // accounts; a whole pass over 100,000 takes 40 s
constexpr std::uint64_t kSettleMs = 500;        // a key generation may still be giving this node its share
constexpr std::uint64_t kAgainMs = 500;         // a record is being fetched or confirmed
constexpr std::uint64_t kRepairRestMs = 1'000;  // doubles with every rest in a row
constexpr unsigned kRestDoublingsMax = 6;
constexpr std::uint64_t kRestRefusedMs = 60'000;  // helpers help only so often
constexpr std::size_t kTriedMax = 256;
constexpr std::uint64_t kJoinMs = 1'500;
constexpr std::uint64_t kSumMs = 3'000;
constexpr std::uint64_t kRepairChangeMs = 5'000;
constexpr std::uint64_t kFirstRepairTicket = std::uint64_t{1}
                                             << 32;  // above client requests, below KeyEpochs

}  // namespace

// A part of the accounts at each look: those of which the register or the sealed records say that this node
// does not hold its share.
void RepairRuns::Look() {
  const auto& all = records_.holders();
  auto next = all.upper_bound(looked_at_);
  for (std::size_t i = 0; i < kLookedAtOnce; ++i, ++next) {
    if (next == all.end()) {
      looked_at_ = {};
      return;
    }
    looked_at_ = next->first;
    if (next->second.epoch > 0 || tasks_.size() >= kTasksMax) continue;  // refreshed: see Step
    const bool recorded = ((next->second.bits >> (identity_.self.value - 1)) & 1) != 0;
    if (recorded && records_.HasShareOf(next->first)) continue;
    // A repair would give back the very share that whoever has the backup has.
    if (records_.HasRestoredShareOf(next->first)) continue;
    if (const auto [task, added] = tasks_.try_emplace(next->first); added)
      task->second.due_ms = now_ms_ + kSettleMs;
  }
}

void RepairRuns::Step() {
  if (ready_.empty()) return;
  const RecordId account = ready_.extract(ready_.begin()).value();
  const auto entry = tasks_.find(account);
  if (entry == tasks_.end() || entry->second.busy) return;
  const replica::Version* version = view_.Local(account);
  if (version == nullptr) return Rest(entry->second, kAgainMs);  // it is being confirmed (rules.md 6)
  const auto parsed = policy::Account::Parse(version->value);
  if (!parsed.ok() || parsed.value().keys.empty()) return static_cast<void>(tasks_.erase(entry));
  const policy::AccountKey& key = parsed.value().keys.front();
  // A share of a later epoch is of use only with that epoch's activation, which nobody hands over yet.
  if (key.epoch > 0) return static_cast<void>(tasks_.erase(entry));
  const bool has = records_.HasShareOf(account);
  const bool recorded = sharing::Contains(key.holders, identity_.self);
  if (has != recorded) return State(account, *version, key.id, has);
  if (has) return static_cast<void>(tasks_.erase(entry));
  Begin(account, key, entry->second);
}

void RepairRuns::Rest(Task& task, std::uint64_t ms) {
  task.due_ms = now_ms_ + ms;
  task.busy = false;
}

// No set of helpers is left to be tried now.
void RepairRuns::RestLonger(Task& task) {
  // Then all sets are gone through again, unless helpers would not help as often as there are sets.
  if (!std::exchange(task.limited, false) || task.tried.size() >= kTriedMax) task.tried.clear();
  task.unable.clear();
  const std::uint64_t ms = kRepairRestMs << std::min(task.rests++, kRestDoublingsMax);
  Rest(task, task.refused ? std::max(ms, kRestRefusedMs) : ms);
}

// What the register says of this node is not so. The node's signature is over the version that it has read:
// if another one comes first, the next look finds it.
void RepairRuns::State(const RecordId& account, const replica::Version& version, const KeyId& key,
                       bool holds) {
  HolderStatement statement{identity_.self, key, holds, {}};
  statement.signature = identity_.signing.Sign(
      statement.SignedHash(identity_.manifest_hash, account, version.HashFor(account)));
  const RequestId id = MakeRequestId(identity_.self, rng_);
  outbox_.Log(Event::kShareStated, id, {}, holds ? 1 : 0);
  tasks_.at(account).busy = true;
  const std::uint64_t ticket = kFirstRepairTicket + next_ticket_++;
  changing_.emplace(ticket, account);
  replica_.Change(ticket, id, account, EncodeChange(statement), now_ms_ + kRepairChangeMs);
}

bool RepairRuns::OnChanged(std::uint64_t ticket, const replica::ChangeResult& result) {
  const auto change = changing_.extract(ticket);
  if (change.empty()) return false;
  const auto task = tasks_.find(change.mapped());
  if (task == tasks_.end()) return true;
  if (!result.ok()) {
    RestLonger(task->second);
    return true;
  }
  task->second.rests = 0;
  Rest(task->second, 0);
  return true;
}

void RepairRuns::Begin(const RecordId& account, const policy::AccountKey& key, Task& task) {
  std::vector<PartyIndex> helpers = NextHelpers(account, key, task);
  if (helpers.empty()) return RestLonger(task);
  task.busy = true;
  const RequestId id = MakeRequestId(identity_.self, rng_);
  const Run& run =
      runs_.emplace(id, Run{{account, key.id, std::move(helpers)}, key, now_ms_, {}, {}, {}}).first->second;
  for (const PartyIndex to : run.invite.helpers)
    peers_.Send(to, {MessageKind::kRepairInvite, id, run.invite.Encode()});
}

// The next set of t holders that can be reached and has not been tried; each account begins with another
// helper.
std::vector<PartyIndex> RepairRuns::NextHelpers(const RecordId& account, const policy::AccountKey& key,
                                                const Task& task) const {
  std::vector<PartyIndex> candidates;
  for (const PartyIndex party : key.holders) {
    const bool reached = !peers_.Banned(party) && !peers_.BootOf(party).IsZero();
    if (party != identity_.self && reached && !task.unable.contains(party)) candidates.push_back(party);
  }
  const std::size_t t = identity_.manifest.t;
  if (candidates.size() < t) return {};
  const auto first = account.bytes[2] % candidates.size();
  std::rotate(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(first), candidates.end());
  std::vector<char> chosen(candidates.size(), 0);
  std::fill_n(chosen.begin(), t, char{1});
  do {
    std::vector<PartyIndex> set;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (chosen[i] != 0) set.push_back(candidates[i]);
    }
    std::ranges::sort(set);
    if (!task.tried.contains(set)) return set;
  } while (std::prev_permutation(chosen.begin(), chosen.end()));
  return {};
}

void RepairRuns::OnMessage(PartyIndex from, const PeerMessage& message) {
  const auto entry = runs_.find(message.request);
  if (entry == runs_.end() || !sharing::Contains(entry->second.invite.helpers, from)) return;
  if (message.kind == MessageKind::kRepairSum)
    return OnSum(from, message.request, entry->second, message.body);
  if (message.kind == MessageKind::kRepairJoin) {
    auto join = RepairJoin::Parse(message.body);
    if (!join.ok()) return FailWithout(message.request, from, AbortReason::kMalformed);
    return OnJoin(from, message.request, entry->second, std::move(join).value());
  }
  const auto end = RepairEnd::Parse(message.body);
  if (!end.ok()) return FailWithout(message.request, from, AbortReason::kMalformed);
  // Whoever says that the rounds broke off may be the victim of another helper.
  if (end.value().reason == RepairEndReason::kAborted)
    return FailSet(message.request, AbortReason::kPeerLost);
  if (end.value().reason == RepairEndReason::kLimited) tasks_.at(entry->second.invite.account).limited = true;
  FailWithout(message.request, from, AbortReason::kPeerLost);
}

void RepairRuns::OnJoin(PartyIndex from, const RequestId& id, Run& run, RepairJoin join) {
  if (run.proposal || !run.joins.emplace(from, std::move(join)).second) return;
  if (run.joins.size() < run.invite.helpers.size()) return;
  if (!Agree(run)) return FailSet(id, AbortReason::kEquivocation);
  RepairBegin begin{run.joins.begin()->second.key.epoch, {}};
  for (const auto& [helper, joined] : run.joins) begin.nonces.push_back(joined.nonce);
  run.proposal = MakeProposal(identity_, BootsOf(peers_, identity_.self, run.invite), id, identity_.self,
                              run.invite, begin);
  run.since_ms = now_ms_;
  for (const PartyIndex to : run.invite.helpers)
    peers_.Send(to, {MessageKind::kRepairBegin, id, begin.Encode()});
}

// The register has the key's id and public key, certified by t enclaves, but not the commitments to the other
// coefficients. Of t helpers one is honest: what all of them say of the key is so.
bool RepairRuns::Agree(const Run& run) const {
  const KeyFacets& facets = run.joins.begin()->second.key;
  return facets.epoch == run.key.epoch && facets.commitments.size() == identity_.manifest.t &&
         facets.commitments.front().Encode() == run.key.public_key &&
         facets.purpose == static_cast<std::uint8_t>(run.key.purpose) &&
         std::ranges::all_of(run.joins, [&](const auto& joined) { return joined.second.key == facets; });
}

sharing::KeyShare RepairRuns::WithoutShare(const Run& run) const {
  const KeyFacets& facets = run.joins.begin()->second.key;
  sharing::KeyShare out;
  out.id = run.key.id;
  out.purpose = facets.purpose;
  out.epoch = facets.epoch;
  out.marks = facets.marks;
  out.n = identity_.manifest.n;
  out.t = identity_.manifest.t;
  out.self = identity_.self;
  out.holders = run.key.holders;
  out.commitments = facets.commitments;
  out.chain_code = facets.chain_code;
  return out;
}

void RepairRuns::OnSum(PartyIndex from, const RequestId& id, Run& run, ByteSpan body) {
  if (!run.proposal) return;
  auto sum = reshare::RepairSum::Parse(body);
  if (!sum.ok()) return FailWithout(id, from, AbortReason::kMalformed);
  run.sums.emplace(from, std::move(sum).value());
  if (run.sums.size() < run.invite.helpers.size()) return;
  auto share = reshare::FinishRepair(*run.proposal, WithoutShare(run), std::move(run.sums));
  if (!share.ok()) return FailSet(id, share.error().reason);
  Keep(id, run, std::move(share).value());
}

// The share is put before anybody hears of it: the host commits in that order. The register, and with it
// health of every node, learns of it in the next step. A share that came in another way meanwhile may be of a
// later epoch, and stays.
void RepairRuns::Keep(const RequestId& id, const Run& run, sharing::KeyShare share) {
  if (!records_.HasShareOf(run.invite.account))
    records_.PutShare(std::make_shared<const sharing::KeyShare>(std::move(share)));
  outbox_.Log(Event::kRepairDone, id, {}, run.invite.helpers.size());
  Rest(tasks_.at(run.invite.account), 0);
  runs_.erase(id);
}

// This helper is of no use now; the others may be.
void RepairRuns::FailWithout(const RequestId& id, PartyIndex helper, AbortReason reason) {
  tasks_.at(runs_.at(id).invite.account).unable.insert(helper);
  Fail(id, helper, reason);
}

// Nobody can tell which of them failed: another set is tried. Every other one has a member that this one has
// not, so that one liar cannot be in all of them unless he is needed.
void RepairRuns::FailSet(const RequestId& id, AbortReason reason) {
  const Run& run = runs_.at(id);
  Task& task = tasks_.at(run.invite.account);
  task.tried.insert(run.invite.helpers);
  task.refused = task.refused || reason == AbortReason::kShare || reason == AbortReason::kEquivocation;
  Fail(id, {}, reason);
}

void RepairRuns::Fail(const RequestId& id, PartyIndex helper, AbortReason reason) {
  outbox_.Log(Event::kRepairFailed, id, helper, static_cast<std::uint64_t>(reason));
  const Run& run = runs_.at(id);
  for (const PartyIndex to : run.invite.helpers)
    peers_.Send(to, {MessageKind::kRepairEnd, id, RepairEnd{RepairEndReason::kAborted}.Encode()});
  Rest(tasks_.at(run.invite.account), 0);
  runs_.erase(id);
}

void RepairRuns::OnUsable(const RecordId& record) {
  const auto task = tasks_.find(record);
  if (task != tasks_.end() && !task->second.busy && task->second.rests == 0) ready_.insert(record);
}

// Whom a repair waited for may be this peer.
void RepairRuns::OnPeerOpen(PartyIndex) {
  for (auto& [account, task] : tasks_) {
    if (!task.refused) task.due_ms = std::min(task.due_ms, now_ms_ + kSettleMs);
  }
}

void RepairRuns::OnPeerLost(PartyIndex party) {
  std::vector<RequestId> affected;
  for (const auto& [id, run] : runs_) {
    if (sharing::Contains(run.invite.helpers, party)) affected.push_back(id);
  }
  for (const RequestId& id : affected) FailWithout(id, party, AbortReason::kPeerLost);
}

// Before all have joined, those that are silent are left out. Later one that is silent makes others wait.
void RepairRuns::OnSilence(const RequestId& id) {
  const Run& run = runs_.at(id);
  if (run.proposal) return FailSet(id, AbortReason::kTimeout);
  Task& task = tasks_.at(run.invite.account);
  PartyIndex silent;
  for (const PartyIndex helper : run.invite.helpers) {
    if (!run.joins.contains(helper)) task.unable.insert(silent = helper);
  }
  Fail(id, silent, AbortReason::kTimeout);
}

void RepairRuns::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  if (now_ms >= next_look_ms_) {
    next_look_ms_ = now_ms + kLookMs;
    Look();
  }
  // What cannot be repaired now must not keep out what can; the next looks find it again.
  if (tasks_.size() >= kTasksMax) {
    std::erase_if(tasks_, [](const auto& entry) {
      return !entry.second.busy && !entry.second.refused && entry.second.rests > 0;
    });
  }
  std::vector<RequestId> late;
  for (const auto& [id, run] : runs_) {
    if (now_ms >= run.since_ms + (run.proposal ? kSumMs : kJoinMs)) late.push_back(id);
  }
  for (const RequestId& id : late) OnSilence(id);
  for (const auto& [account, task] : tasks_) {
    if (!task.busy && now_ms >= task.due_ms) ready_.insert(account);
  }
}

std::size_t RepairRuns::refused() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(tasks_, [](const auto& entry) { return entry.second.refused; }));
}

}  // namespace passport::core
