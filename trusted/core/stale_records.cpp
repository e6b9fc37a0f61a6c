#include "trusted/core/stale_records.h"

#include <algorithm>

namespace passport::core {

void StaleRecords::Add(const RecordId& id, const sealing::KeyVersion& keys) {
  if (!keys.IsOlderThan(current_)) return;
  waiting_.insert(id);
  total_ = waiting_.size();
  oldest_ = {std::min(oldest_.key_epoch, keys.key_epoch), std::min(oldest_.svn, keys.svn)};
}

bool StaleRecords::Remove(const RecordId& id) { return waiting_.erase(id) > 0 && waiting_.empty(); }

// Round and round, so that one which the host does not give holds up no other.
RecordId StaleRecords::Next() {
  PASSPORT_CHECK(!waiting_.empty());
  auto next = waiting_.upper_bound(last_);
  if (next == waiting_.end()) next = waiting_.begin();
  return last_ = *next;
}

void StaleRecords::Ask(const RecordId& id) {
  asked_ = id;
  asked_ms_ = now_ms_;
}

bool StaleRecords::TakeAsked(const RecordId& id) {
  if (asked_ != id) return false;
  asked_.reset();
  return true;
}

void StaleRecords::Replace(const RecordId& id, const Hash32& blob_hash) {
  replaced_.emplace_back(id, blob_hash);
  if (replaced_.size() > kReplacedMax) replaced_.pop_front();
}

bool StaleRecords::IsReplaced(const RecordId& id, const Hash32& blob_hash) const {
  return std::ranges::find(replaced_, std::pair(id, blob_hash)) != replaced_.end();
}

void StaleRecords::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  if (asked_ && now_ms >= asked_ms_ + kAskAgainMs) asked_.reset();
}

}  // namespace passport::core
