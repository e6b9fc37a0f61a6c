#include "trusted/core/peer_pace.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace passport::core {

void PeerPace::Answered(PartyIndex peer, std::uint64_t took_ms) {
  std::deque<Answer>& answers = answers_[peer];
  answers.push_back({now_ms_, took_ms});
  if (answers.size() > kAnswersMax) answers.pop_front();
}

std::optional<std::uint64_t> PeerPace::Percentile(PartyIndex peer, std::size_t percent) const {
  const auto known = answers_.find(peer);
  if (known == answers_.end()) return std::nullopt;
  std::vector<std::uint64_t> recent;
  for (const Answer& answer : known->second) {
    if (now_ms_ - answer.at_ms < kRememberedMs) recent.push_back(answer.took_ms);
  }
  if (recent.empty()) return std::nullopt;
  const auto ranked = recent.begin() + static_cast<std::ptrdiff_t>((recent.size() * percent + 99) / 100 - 1);
  std::ranges::nth_element(recent, ranked);
  return *ranked;
}

std::optional<std::uint64_t> PeerPace::P99Ms(PartyIndex peer) const { return Percentile(peer, 99); }

unsigned PeerPace::Cost(PartyIndex peer) const {
  return static_cast<unsigned>(std::bit_width(Percentile(peer, 50).value_or(0) / kCostStepMs));
}

}  // namespace passport::core
