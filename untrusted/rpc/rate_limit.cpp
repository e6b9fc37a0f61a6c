// Token buckets by key (a client address, a scope id), in a table of bounded size.
#include "untrusted/rpc/rate_limit.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace passport::host::rpc {

bool RateLimit::Allow(std::string_view key, Clock::time_point now) {
  if (per_second_ <= 0) return true;
  const double most = std::max(1.0, 2 * per_second_);
  auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    if (buckets_.size() >= kKeysMax) {
      by_key_.erase(buckets_.back().key);
      buckets_.pop_back();
    }
    buckets_.push_front({std::string(key), most, now});
    found = by_key_.emplace(buckets_.front().key, buckets_.begin()).first;
  } else {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
  }
  Bucket& bucket = *found->second;
  const double passed = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens = std::min(most, bucket.tokens + passed * per_second_);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

void SeenTexts::Insert(std::string_view text) {
  if (now_.size() >= kTextsMax / 2) before_ = std::exchange(now_, {});
  now_.insert(Digest(text));
}

std::size_t SeenTexts::Digest(std::string_view text) const {
  return std::hash<std::string>()(salt_ + std::string(text));
}

}  // namespace passport::host::rpc
