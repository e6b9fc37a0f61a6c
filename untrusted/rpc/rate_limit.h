// Token buckets by key (a client address, a scope id), in a table of bounded size.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace passport::host::rpc {

class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kKeysMax = 8192;

  // Each key may do `per_second` things a second and twice as many at once; 0 means no limit.
  explicit RateLimit(double per_second) : per_second_(per_second) {}
  RateLimit(const RateLimit&) = delete;
  RateLimit& operator=(const RateLimit&) = delete;
  // Takes one token of `key`, or says no. The key used longest ago is forgotten when the table is full.
  bool Allow(std::string_view key, Clock::time_point now);

 private:
  struct Bucket {
    std::string key;
    double tokens;
    Clock::time_point at;
  };
  double per_second_;
  std::list<Bucket> buckets_;  // used last comes first
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_key_;
};

// The texts seen lately, at most kTextsMax of them; older ones count as new again.
class SeenTexts {
 public:
  static constexpr std::size_t kTextsMax = 16384;
  // `salt` keeps others from choosing texts that collide.
  explicit SeenTexts(std::string salt) : salt_(std::move(salt)) {}
  bool Contains(std::string_view text) const {
    return now_.contains(Digest(text)) || before_.contains(Digest(text));
  }
  void Insert(std::string_view text);

 private:
  std::size_t Digest(std::string_view text) const;
  std::string salt_;
  std::unordered_set<std::size_t> now_;  // two generations: when this one is full it becomes the older one
  std::unordered_set<std::size_t> before_;
};

}  // namespace passport::host::rpc
