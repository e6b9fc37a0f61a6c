// How many signatures had a presignature ready, out of the nodes' metrics (rules.md 27).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace passport::bench {

// Of one node since its start, or of all nodes in a run.
struct PresignUse {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
};

// A node that has not signed yet has no such metrics: zero.
PresignUse ParsePresignUse(const std::string& metrics);
// Readings of the same nodes, in the same order, before and after a run.
PresignUse UseBetween(const std::vector<PresignUse>& before, const std::vector<PresignUse>& after);

}  // namespace passport::bench
