#include "trusted/core/account_census.h"

namespace passport::core {
namespace {

constexpr std::size_t kAnswersPerSecondMax = 100;  // to one peer, of 10 kB

}  // namespace

void AccountCensus::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (message.kind == MessageKind::kAccountsAsk) {
    const auto ask = AccountsAsk::Parse(message.body);
    if (ask.ok()) OnAsk(from, ask.value());
  } else {
    const auto list = AccountsList::Parse(message.body);
    if (list.ok()) OnList(from, list.value());
  }
}

// One page at a time from each peer, the next one at the next tick.
void AccountCensus::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  for (auto& [party, asking] : asking_) {
    if (asking.asked) continue;
    asking.asked = true;
    peers_.Send(party, {MessageKind::kAccountsAsk, {}, AccountsAsk{asking.after}.Encode()});
  }
}

void AccountCensus::OnAsk(PartyIndex from, const AccountsAsk& ask) {
  Answered& answered = answered_[from];
  const std::uint64_t second = now_ms_ / 1'000;
  if (answered.second != second) answered = {second, 0};
  if (++answered.count > kAnswersPerSecondMax) return;
  AccountsList list;
  for (auto row = records_.holders().upper_bound(ask.after);
       row != records_.holders().end() && list.rows.size() < kAccountsListedMax; ++row)
    list.rows.push_back({row->first, row->second.bits});
  peers_.Send(from, {MessageKind::kAccountsList, {}, list.Encode()});
}

// What the peer says is not believed: where it differs, the peer is asked for its version of the register,
// which counts with the signatures of enough enclaves only (rules.md 2). An older one changes nothing.
void AccountCensus::OnList(PartyIndex from, const AccountsList& list) {
  const auto entry = asking_.find(from);
  if (entry == asking_.end() || !entry->second.asked) return;
  // Every page is of what comes behind the one before, so there is a last one.
  if (!list.rows.empty() && list.rows.front().account <= entry->second.after)
    return static_cast<void>(asking_.erase(entry));
  for (const AccountsList::Row& row : list.rows) {
    const auto own = records_.holders().find(row.account);
    if (policy::KindOf(row.account) != policy::RecordKind::kAccount) return;
    if (own != records_.holders().end() && own->second.bits == row.holders) continue;
    peers_.Send(from, {MessageKind::kReplica, {}, replica::EncodeMessage(replica::Query{row.account, 0})});
  }
  if (list.rows.size() < kAccountsListedMax) return static_cast<void>(asking_.erase(entry));
  entry->second = {list.rows.back().account, false};
}

}  // namespace passport::core
