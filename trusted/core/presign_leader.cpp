#include "trusted/core/presign_leader.h"

#include <algorithm>

#include "trusted/sharing/quorum.h"

namespace passport::core {

void PresignLeader::Want(const RecordId& scope, const RecordId& account, std::size_t count) {
  if (!pool_.enabled()) return;
  if (!wishes_.contains(scope) && wishes_.size() >= pool_.config().wishing_scopes_max) return;
  std::deque<Wish>& wishes = wishes_[scope];
  const auto known = std::ranges::find(wishes, account, &Wish::account);
  if (known != wishes.end()) {
    known->count = std::max(known->count, count);
    return;
  }
  wishes.push_back({account, std::min(count, pool_.config().per_set_max)});
  if (wishes.size() > pool_.config().wishes_of_scope_max) wishes.pop_front();
}

bool PresignLeader::HasWork() const {
  return !wishes_.empty() && runs_.size() < pool_.config().led_max && signing_.active() == 0;
}

// One scope's wishes, however many, wait for one another and for no other scope's.
void PresignLeader::Step() {
  auto next = wishes_.upper_bound(last_scope_);
  if (next == wishes_.end()) next = wishes_.begin();
  if (next == wishes_.end()) return;
  const RecordId scope = last_scope_ = next->first;
  const Wish wish = next->second.front();
  next->second.pop_front();
  if (next->second.empty()) wishes_.erase(next);
  Begin(scope, wish);
}

std::size_t PresignLeader::Running(const KeyId& key) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(runs_, [&](const auto& run) { return run.second.key == key; }));
}

// The set that would sign for a client now; empty if it cannot make presignatures or has just failed to. This
// node is one of them, or what it claims would not be its own to claim.
std::vector<PartyIndex> PresignLeader::ChooseSet(const policy::AccountKey& key) const {
  std::vector<PartyIndex> out = signing_.UsualQuorum(key.holders);
  const auto rests = rests_until_ms_.find(out);
  const bool able = out.size() == identity_.manifest.t && sharing::Contains(out, identity_.self) &&
                    (rests == rests_until_ms_.end() || now_ms_ >= rests->second);
  return able ? out : std::vector<PartyIndex>{};
}

void PresignLeader::Begin(const RecordId& scope, const Wish& wish) {
  const replica::Version* account_version = view_.Local(wish.account);
  const replica::Version* scope_version = view_.Local(scope);
  if (account_version == nullptr || scope_version == nullptr) return;
  const auto account = policy::Account::Parse(account_version->value);
  if (!account.ok() || account.value().state != policy::AccountState::kActive) return;
  const policy::AccountKey& key = account.value().keys.front();
  Run run{wish, scope, key.id, ChooseSet(key), {}, {}, now_ms_};
  const std::uint64_t epoch = signing_.epochs().Known(key);
  const std::size_t there = pool_.CountOf(identity_.self, {key.id, {}, epoch}, run.quorum) + Running(key.id);
  if (run.quorum.empty() || there >= wish.count) return;
  const RequestId id = MakeRequestId(identity_.self, rng_);
  const PresignInvite invite{key.id,
                             {},
                             run.quorum,
                             rng_.Array<32>(),
                             {scope, scope_version->number, scope_version->HashFor(scope)},
                             {wish.account, account_version->number, account_version->HashFor(wish.account)},
                             epoch};
  for (const PartyIndex to : run.quorum) peers_.Send(to, {MessageKind::kPresignInvite, id, invite.Encode()});
  runs_.emplace(id, std::move(run));
}

void PresignLeader::OnMessage(PartyIndex from, const PeerMessage& message) {
  const auto entry = runs_.find(message.request);
  if (entry == runs_.end() || !sharing::Contains(entry->second.quorum, from)) return;
  if (message.kind == MessageKind::kPresignJoin) {
    const auto join = SignJoin::Parse(message.body);
    if (join.ok()) OnJoin(from, message.request, entry->second, join.value());
  } else if (message.kind == MessageKind::kPresignReady) {
    const auto ready = PresignReady::Parse(message.body);
    if (ready.ok()) OnReady(from, message.request, entry->second, ready.value());
  } else {
    const auto refuse = SignRefuse::Parse(message.body);
    if (!refuse.ok()) return;
    // Other records than the leader's are this account's matter, and no reason to leave the signers alone.
    return refuse.value().reason == RefuseReason::kNotReady ? End(message.request) : Fail(message.request);
  }
}

void PresignLeader::OnJoin(PartyIndex from, const RequestId& id, Run& run, const SignJoin& join) {
  if (!run.joins.emplace(from, join.nonce).second || run.joins.size() < run.quorum.size()) return;
  SignBegin begin{0, {}};
  for (const auto& [party, nonce] : run.joins) begin.nonces.push_back(nonce);
  for (const PartyIndex to : run.quorum) peers_.Send(to, {MessageKind::kPresignBegin, id, begin.Encode()});
}

// All of them must hold the same one (dkls23.md 6.8.2).
void PresignLeader::OnReady(PartyIndex from, const RequestId& id, Run& run, const PresignReady& ready) {
  if (!run.ready.emplace(from, ready).second) return;
  const PresignReady& first = run.ready.begin()->second;
  if (ready.ssid != first.ssid || ready.nonce_point != first.nonce_point) return Fail(id);
  if (run.ready.size() < run.quorum.size()) return;
  pool_.Confirm(ready.ssid);
  const Wish wish = run.wish;
  const RecordId scope = run.scope;
  runs_.erase(id);
  if (wish.count > 1) Want(scope, wish.account, wish.count);  // one at a time, until all are there
}

void PresignLeader::Fail(const RequestId& id) {
  rests_until_ms_[runs_.at(id).quorum] = now_ms_ + pool_.config().rest_ms;
  End(id);
}

void PresignLeader::End(const RequestId& id) {
  const auto entry = runs_.extract(id);
  const auto own = entry.mapped().ready.find(identity_.self);
  if (own != entry.mapped().ready.end()) pool_.Drop(own->second.ssid, PresignLoss::kUnconfirmed);
}

void PresignLeader::OnPeerLost(PartyIndex party) {
  std::vector<RequestId> affected;
  for (const auto& [id, run] : runs_) {
    if (sharing::Contains(run.quorum, party)) affected.push_back(id);
  }
  for (const RequestId& id : affected) Fail(id);
}

void PresignLeader::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  std::erase_if(rests_until_ms_, [&](const auto& rest) { return now_ms >= rest.second; });
  std::vector<RequestId> late;
  for (const auto& [id, run] : runs_) {
    if (now_ms >= run.since_ms + pool_.config().run_ms) late.push_back(id);
  }
  for (const RequestId& id : late) Fail(id);
}

}  // namespace passport::core
