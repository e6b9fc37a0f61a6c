// What parties of a resharing say about a liar.
#pragma once

#include <gtest/gtest.h>

#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/reshare_network.h"

namespace passport::test {

template <curve::Group G>
void ExpectAbort(const ReshareRunOf<G>& run, PartyIndex party, const protocol::Abort& expected,
                 const std::string& what) {
  const auto abort = run.aborts.find(party);
  ASSERT_NE(abort, run.aborts.end()) << what << ": no abort";
  EXPECT_EQ(Describe(abort->second), Describe(expected)) << what;
  EXPECT_FALSE(run.confirmed.contains(party)) << what;
}

// No honest party is blamed by anybody, and nobody activates.
template <curve::Group G>
void ExpectHarmless(const ReshareRunOf<G>& run, PartyIndex liar, const std::string& what) {
  for (const auto& [party, abort] : run.aborts) {
    if (party != liar && abort.culprit) {
      EXPECT_EQ(*abort.culprit, liar) << what;
    }
  }
  EXPECT_TRUE(run.Activated().shares.empty()) << what;
}

}  // namespace passport::test
