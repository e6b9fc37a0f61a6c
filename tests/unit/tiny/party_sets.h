// All sets of parties of a size, for tests that try every quorum.
#pragma once

#include <vector>

#include "edl/base/ids.h"

namespace passport::test {

// Every rising set of size of 1..n.
inline std::vector<std::vector<PartyIndex>> SetsOf(std::size_t size, std::uint16_t n) {
  std::vector<std::vector<PartyIndex>> out;
  for (unsigned mask = 0; mask < 1u << n; ++mask) {
    std::vector<PartyIndex> set;
    for (std::uint16_t i = 0; i < n; ++i) {
      if (mask >> i & 1) set.push_back({static_cast<std::uint16_t>(i + 1)});
    }
    if (set.size() == size) out.push_back(std::move(set));
  }
  return out;
}

}  // namespace passport::test
