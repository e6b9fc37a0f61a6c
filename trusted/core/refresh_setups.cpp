#include "trusted/core/refresh_setups.h"

namespace passport::core {
namespace {

constexpr std::uint64_t kSetupMs = 10'000;

}  // namespace

// A start of this node makes all of them anew anyway, so what was done is only remembered until then.
void RefreshSetupsRun::OnOrder(PartyIndex from, const RequestId& id, const RefreshSetups& order,
                               TimeBounds now) {
  if (GatewayOf(id) != from || !book_.Follow(from, order.statement, now).ok()) return;
  const Hash32 hash = order.statement.SignedHash();
  leader_ = from;
  id_ = id;
  if (std::exchange(done_by_[from], hash) == hash) return;
  left_.clear();
  for (const peer::ManifestRow& row : identity_.manifest.rows) {
    if (row.party > identity_.self) left_.push_back(row.party);
  }
  Next();
}

void RefreshSetupsRun::Next() {
  if (left_.empty()) return;
  until_ms_ = now_ms_ + kSetupMs;
  peers_.Remake(left_.front());
}

void RefreshSetupsRun::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  if (leader_.value == 0) return;
  if (!left_.empty()) {
    if (peers_.Pair(left_.front()) == nullptr && now_ms < until_ms_) return;
    left_.pop_front();
    return Next();
  }
  peers_.Send(leader_, {MessageKind::kRefreshSetupsDone, id_, {}});
  leader_ = {};
}

}  // namespace passport::core
