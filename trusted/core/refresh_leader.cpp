#include "trusted/core/refresh_leader.h"

#include <algorithm>

#include "trusted/sharing/quorum.h"

namespace passport::core {
namespace {

using Outcome = RefreshBook::Outcome;

constexpr std::size_t kLeaderRunsMax = 4;  // at once
constexpr unsigned kTriesMax = 3;          // of one key, for each statement and start
constexpr std::uint64_t kLeaderRunMs = 10'000;
constexpr std::uint64_t kLeaderRestMs = 1'000;  // after a run that failed
constexpr std::uint64_t kFetchMs = 20;          // while a record is fetched or confirmed
constexpr std::uint64_t kSetupsMs = 30'000;

}  // namespace

RefreshLeader::RefreshLeader(Parts parts) : parts_(parts) {
  if (running()) Begin();
}

bool RefreshLeader::running() const {
  const auto& led = parts_.book.led();
  return led && led->outcome == Outcome::kRunning;
}

void RefreshLeader::Lead(const AdminStatement& statement) {
  parts_.book.Lead(statement);
  Begin();
}

void RefreshLeader::Begin() {
  todo_.clear();
  tries_.clear();
  runs_.clear();
  setups_left_.clear();
  rest_until_ms_ = 0;
  for (const auto& [account, key] : parts_.records.holders()) todo_.push_back(account);
  std::ranges::sort(todo_);
  progress_ = Progress{};
  progress_.keys = todo_.size();
}

std::optional<RefreshLeader::Progress> RefreshLeader::progress() const {
  if (!parts_.book.led()) return std::nullopt;
  Progress out = progress_;
  out.outcome = parts_.book.led()->outcome;
  if (out.outcome != Outcome::kRunning || out.trouble != RefreshTrouble::kNone) return out;
  out.nodes = Away();
  if (!out.nodes.empty()) out.trouble = RefreshTrouble::kAway;
  return out;
}

// Nodes with which no session is open.
std::vector<PartyIndex> RefreshLeader::Away() const {
  std::vector<PartyIndex> out;
  for (const peer::ManifestRow& row : parts_.identity.manifest.rows) {
    if (!parts_.peers.IsOpen(row.party)) out.push_back(row.party);
  }
  return out;
}

bool RefreshLeader::HasWork() const {
  return running() && !todo_.empty() && runs_.size() < kLeaderRunsMax && now_ms_ >= rest_until_ms_ &&
         parts_.signing.active() == 0 && Away().empty();
}

void RefreshLeader::Later(const RecordId& account, std::uint64_t ms) {
  todo_.push_back(account);
  rest_until_ms_ = now_ms_ + ms;
}

void RefreshLeader::Step() {
  const RecordId account_id = todo_.front();
  todo_.pop_front();
  const replica::Version* version = parts_.view.Local(account_id);
  if (version == nullptr) return Later(account_id, kFetchMs);
  const auto account = policy::Account::Parse(version->value);
  if (!account.ok() || account.value().keys.empty()) return;
  const policy::AccountKey& key = account.value().keys.front();
  if (!parts_.epochs.Highest(key.id)) return Later(account_id, kFetchMs);
  const Hash32 digest = RefreshDigest(parts_.identity.manifest_hash, statement(), account_id);
  if (parts_.epochs.WasMadeBy(key.id, digest)) {
    ++progress_.done;
    return;
  }
  const RequestId id = MakeRequestId(parts_.identity.self, parts_.rng);
  runs_[id] = Run{account_id, key, {}, 0, now_ms_};
  const replica::Committed* committed = parts_.replica.Certified(account_id);
  const RefreshInvite invite{statement(), account_id, key.id};
  for (const peer::ManifestRow& row : parts_.identity.manifest.rows) {
    // It may have been away when the account was made.
    if (committed != nullptr && row.party != parts_.identity.self)
      parts_.peers.Send(row.party, {MessageKind::kReplica, id,
                                    replica::EncodeMessage(replica::Learn{account_id, *committed})});
    parts_.peers.Send(row.party, {MessageKind::kRefreshInvite, id, invite.Encode()});
  }
}

void RefreshLeader::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (!running()) return;
  if (message.kind == MessageKind::kRefreshSetupsDone) {
    if (setups_left_.empty() || setups_left_.front() != from || message.request != setups_id_) return;
    setups_left_.pop_front();
    return OrderSetups();
  }
  const auto entry = runs_.find(message.request);
  if (entry == runs_.end()) return;
  if (message.kind == MessageKind::kRefreshJoin) {
    auto join = RefreshJoin::Parse(message.body);
    if (join.ok()) OnJoin(from, message.request, entry->second, std::move(join).value());
  } else {
    const auto refuse = RefreshRefuse::Parse(message.body);
    if (refuse.ok()) OnRefuse(from, message.request, refuse.value().reason);
  }
}

// When all have joined: those with a share of the epoch that enough have deal, all receive. The new epoch is
// above every one that anybody has ever confirmed. Whoever says that it signs with a newer one has its
// certificate, which the others ask it for; the key is tried again then.
void RefreshLeader::OnJoin(PartyIndex from, const RequestId& id, Run& run, RefreshJoin join) {
  const peer::Manifest& manifest = parts_.identity.manifest;
  if (!run.joins.emplace(from, std::move(join)).second || run.joins.size() < manifest.n) return;
  RefreshBegin begin;
  std::map<std::uint64_t, std::size_t> held;
  for (const auto& [party, said] : run.joins) {
    begin.epoch = std::max(begin.epoch, said.highest_epoch + 1);
    if (said.held && ++held[said.held->epoch] == manifest.t && said.held->epoch >= begin.current.epoch)
      begin.current = *said.held;
  }
  std::vector<PartyIndex> newer;
  std::vector<PartyIndex> without;
  for (const auto& [party, said] : run.joins) {
    const bool deals = said.held && said.held->epoch == begin.current.epoch;
    (deals ? begin.dealers : without).push_back(party);
    if (said.held && said.held->epoch > begin.current.epoch) newer.push_back(party);
  }
  if (!newer.empty()) {
    parts_.epochs.AskAll(run.key.id);
    return Retry(id, RefreshTrouble::kRefused, std::move(newer));
  }
  for (const PartyIndex party : without) parts_.epochs.Tell(party, run.key.id);
  if (begin.dealers.size() < manifest.t) return Retry(id, RefreshTrouble::kNoShares, std::move(without));
  run.epoch = begin.epoch;
  for (const auto& [party, said] : run.joins)
    parts_.peers.Send(party, {MessageKind::kRefreshBegin, id, begin.Encode()});
}

void RefreshLeader::OnRefuse(PartyIndex from, const RequestId& id, RefreshRefusal reason) {
  if (reason == RefreshRefusal::kStatement) return End(Outcome::kFailed, RefreshTrouble::kStatement, {from});
  // It has the certificate that this node lacks.
  if (reason == RefreshRefusal::kDone) parts_.epochs.AskAll(runs_.at(id).key.id);
  Retry(id, RefreshTrouble::kRefused, {from});
}

void RefreshLeader::Retry(const RequestId& id, RefreshTrouble trouble, std::vector<PartyIndex> nodes) {
  const RecordId account = runs_.at(id).account;
  runs_.erase(id);
  if (++tries_[account] < kTriesMax) return Later(account, kLeaderRestMs);
  ++progress_.failed;
  progress_.trouble = trouble;
  for (const PartyIndex party : nodes) {
    if (!sharing::Contains(progress_.nodes, party)) progress_.nodes.push_back(party);
  }
}

void RefreshLeader::OnEpochChanged(const KeyId& key) {
  progress_.done += std::erase_if(runs_, [&](const auto& entry) {
    const Run& run = entry.second;
    return run.key.id == key && run.epoch > 0 && parts_.epochs.Known(key) >= run.epoch;
  });
}

// Who has not joined, or has not confirmed.
std::vector<PartyIndex> RefreshLeader::Silent(const Run& run) const {
  if (run.epoch > 0) return parts_.epochs.Unconfirmed(run.key.id, run.epoch);
  std::vector<PartyIndex> out;
  for (const peer::ManifestRow& row : parts_.identity.manifest.rows) {
    if (!run.joins.contains(row.party)) out.push_back(row.party);
  }
  return out;
}

void RefreshLeader::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  if (!running()) return;
  if (parts_.time.LatestMs() >= statement().expires_unix_ms) {
    const Progress now = *progress();
    return End(Outcome::kFailed, RefreshTrouble::kExpired, now.nodes);
  }
  std::vector<RequestId> late;
  for (const auto& [id, run] : runs_) {
    if (now_ms >= run.since_ms + kLeaderRunMs) late.push_back(id);
  }
  for (const RequestId& id : late) Retry(id, RefreshTrouble::kRefused, Silent(runs_.at(id)));
  if (!setups_left_.empty()) {
    if (now_ms >= setups_until_ms_)
      End(Outcome::kFailed, RefreshTrouble::kSetups, {setups_left_.begin(), setups_left_.end()});
  } else if (todo_.empty() && runs_.empty() && parts_.epochs.following() == 0 && Away().empty()) {
    OnKeysDone();
  }
}

void RefreshLeader::OnKeysDone() {
  if (progress_.failed > 0) return End(Outcome::kFailed, progress_.trouble, progress_.nodes);
  for (const peer::ManifestRow& row : parts_.identity.manifest.rows) setups_left_.push_back(row.party);
  progress_.setups = true;
  OrderSetups();
}

void RefreshLeader::OrderSetups() {
  if (setups_left_.empty()) return End(Outcome::kDone, RefreshTrouble::kNone, {});
  setups_id_ = MakeRequestId(parts_.identity.self, parts_.rng);
  setups_until_ms_ = now_ms_ + kSetupsMs;
  parts_.peers.Send(setups_left_.front(),
                    {MessageKind::kRefreshSetups, setups_id_, RefreshSetups{statement()}.Encode()});
}

void RefreshLeader::End(Outcome outcome, RefreshTrouble trouble, std::vector<PartyIndex> nodes) {
  todo_.clear();
  runs_.clear();
  setups_left_.clear();
  progress_.trouble = trouble;
  progress_.nodes = std::move(nodes);
  parts_.book.End(outcome);
  parts_.outbox.Log(outcome == Outcome::kDone ? Event::kRefreshDone : Event::kRefreshFailed, {}, {},
                    progress_.done);
}

}  // namespace passport::core
