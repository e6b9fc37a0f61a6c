// What time it is (rules.md 23): an interval between what the own host says and what the peers say, so that a
// lie can only make this enclave refuse.
#pragma once

#include <map>
#include <vector>

#include "edl/base/codec.h"
#include "edl/base/ids.h"

namespace passport::core {

// Body of kTime: what the sender's own host says.
struct TimeReport {
  std::uint64_t unix_ms = 0;

  Bytes Encode() const;
  static Result<TimeReport> Parse(ByteSpan bytes);
};

class NetworkTime {
 public:
  static constexpr std::uint64_t kTellMs = 5'000;    // how often peers tell each other
  static constexpr std::uint64_t kFreshMs = 15'000;  // a peer that has been silent for longer holds nobody up

  // Of a network in which fewer than t nodes lie.
  explicit NetworkTime(std::uint16_t t) : t_(t) {}

  void OnTick(std::uint64_t unix_ms, std::uint64_t monotonic_ms);
  void Heard(PartyIndex peer, const TimeReport& report);
  void Lost(PartyIndex peer) { reports_.erase(peer); }

  TimeReport own() const { return {own_ms_}; }
  // For what expires: the later of the own clock and the peers' median, their reports aged by the monotonic
  // clock. A host that stops that clock keeps them as old as they were said, one that hurries it is refused.
  std::uint64_t LatestMs() const;
  // For what may not happen before some time: the earlier of the own clock and the median of what peers have
  // said. Never falls, for a time that has come does not go; 0 before a peer was heard, for a host alone
  // proves nothing.
  std::uint64_t EarliestMs() const { return earliest_ms_; }
  // For what must only be plausible: the t-th latest of all clocks, the own one among them, which fewer than
  // t liars cannot move ahead, also when they are the only peers that were heard yet. With fewer clocks the
  // earliest.
  std::uint64_t LikelyMs() const;
  // Whether so many peers were heard lately that fewer than t liars and the own host cannot make the latest
  // time earlier than it is.
  bool IsCertain() const { return Fresh().size() >= 2 * (std::size_t{t_} - 1); }

 private:
  struct Reported {
    std::uint64_t unix_ms = 0;
    std::uint64_t at_ms = 0;  // by the monotonic clock
  };
  std::vector<std::uint64_t> Fresh() const;  // as they were said
  void Advance();

  std::uint16_t t_;
  std::uint64_t own_ms_ = 0;
  std::uint64_t now_ms_ = 0;
  std::uint64_t earliest_ms_ = 0;
  std::map<PartyIndex, Reported> reports_;
};

}  // namespace passport::core
