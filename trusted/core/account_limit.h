// How often one account may sign, or one scope register accounts, through this gateway (rules.md 29, 33): a
// token bucket for each record.
#pragma once

#include <algorithm>
#include <unordered_map>

#include "edl/base/ids.h"

namespace passport::core {

class AccountLimit {
 public:
  static constexpr std::size_t kAccountsMax = 65'536;

  // So many a second, and twice as many at once.
  explicit AccountLimit(std::uint32_t per_second) : per_second_(per_second) {}

  // Takes one of what the record may do. False: it has to wait, or too many do things at once.
  bool Allow(const RecordId& account, std::uint64_t now_ms) {
    if (accounts_.size() >= kAccountsMax && !accounts_.contains(account)) {
      std::erase_if(accounts_, [&](const auto& entry) { return Filled(entry.second, now_ms) == full(); });
      if (accounts_.size() >= kAccountsMax) return false;
    }
    Bucket& bucket = accounts_.try_emplace(account, Bucket{full(), now_ms}).first->second;
    bucket = {Filled(bucket, now_ms), now_ms};
    if (bucket.thousandths < kOne) return false;
    bucket.thousandths -= kOne;
    return true;
  }

 private:
  static constexpr std::uint64_t kOne = 1'000;
  struct Bucket {
    std::uint64_t thousandths;  // of a signature
    std::uint64_t at_ms;
  };
  std::uint64_t full() const { return 2 * kOne * per_second_; }
  std::uint64_t Filled(const Bucket& bucket, std::uint64_t now_ms) const {
    const std::uint64_t passed_ms = std::min<std::uint64_t>(now_ms - std::min(now_ms, bucket.at_ms), 2'000);
    return std::min(full(), bucket.thousandths + passed_ms * per_second_);
  }

  std::uint64_t per_second_;
  std::unordered_map<RecordId, Bucket> accounts_;
};

}  // namespace passport::core
