// How fast each peer has lately answered: how long to wait for a silent one, and whom to ask first (rules.md
// 22).
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "edl/base/ids.h"

namespace passport::core {

class PeerPace {
 public:
  static constexpr std::size_t kAnswersMax = 128;  // of each peer; older ones go
  // A slow peer is asked no more, so what it was like must be forgotten for it to be tried again.
  static constexpr std::uint64_t kRememberedMs = 300'000;
  // Medians below it cost nothing, each doubling above it costs 1: the clock is the host's tick, and noise
  // must not decide.
  static constexpr std::uint64_t kCostStepMs = 32;

  void OnTick(std::uint64_t now_ms) { now_ms_ = now_ms; }
  void Answered(PartyIndex peer, std::uint64_t took_ms);
  // Nearest rank. Nothing of a peer that has not answered lately.
  std::optional<std::uint64_t> P99Ms(PartyIndex peer) const;
  // By the median; 0 for a peer that is not known.
  unsigned Cost(PartyIndex peer) const;

 private:
  struct Answer {
    std::uint64_t at_ms = 0;
    std::uint64_t took_ms = 0;
  };
  std::optional<std::uint64_t> Percentile(PartyIndex peer, std::size_t percent) const;

  std::uint64_t now_ms_ = 0;
  std::map<PartyIndex, std::deque<Answer>> answers_;
};

}  // namespace passport::core
