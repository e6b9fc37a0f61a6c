// Records that are sealed under older keys than the enclave has now (a new root key, a raised security
// version): which ones wait to be sealed again, and which one has been asked of the host for that.
#pragma once

#include <deque>
#include <optional>
#include <set>

#include "sealing/sealer.h"

namespace passport::core {

class StaleRecords {
 public:
  explicit StaleRecords(const sealing::KeyVersion& current) : current_(current), oldest_(current) {}

  // At start: a record under these keys. Those of today are fine.
  void Add(const RecordId& id, const sealing::KeyVersion& keys);
  // It was sealed again, or erased. Whether it was the last one.
  bool Remove(const RecordId& id);

  bool Contains(const RecordId& id) const { return waiting_.contains(id); }
  std::size_t left() const { return waiting_.size(); }
  std::size_t total() const { return total_; }  // found at start
  // Not newer than the keys of any record; the enclave's own once all are sealed again.
  sealing::KeyVersion oldest() const { return waiting_.empty() ? current_ : oldest_; }

  bool HasWork() const { return !waiting_.empty() && !asked_ && now_ms_ >= pause_until_ms_; }
  // The next one in turn; only with work.
  RecordId Next();
  // It has been asked of the host; until the answer no other one is.
  void Ask(const RecordId& id);
  // An answer has come: whether it is the one that was asked for here.
  bool TakeAsked(const RecordId& id);
  // It has been fetched and is about to be sealed again. If somebody else had asked for it too, an honest
  // host gives the same bytes once more: too late, and no lie.
  void Replace(const RecordId& id, const Hash32& blob_hash);
  bool IsReplaced(const RecordId& id, const Hash32& blob_hash) const;
  // The answer was not the record: a while passes before the next is asked for.
  void PutOff() { pause_until_ms_ = now_ms_ + kPauseMs; }
  void OnTick(std::uint64_t now_ms);

  static constexpr std::uint64_t kPauseMs = 2'000;
  static constexpr std::size_t kReplacedMax = 16;
  static constexpr std::uint64_t kAskAgainMs = 10'000;  // an honest host answers, however slow its disk is

 private:
  sealing::KeyVersion current_;
  sealing::KeyVersion oldest_;
  std::set<RecordId> waiting_;
  std::size_t total_ = 0;
  RecordId last_;  // that was in turn
  std::optional<RecordId> asked_;
  std::deque<std::pair<RecordId, Hash32>> replaced_;  // the last kReplacedMax
  std::uint64_t asked_ms_ = 0;
  std::uint64_t pause_until_ms_ = 0;
  std::uint64_t now_ms_ = 0;
};

}  // namespace passport::core
