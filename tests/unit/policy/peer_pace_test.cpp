// What a leader remembers of how fast its peers answered.
#include "trusted/core/peer_pace.h"

#include <gtest/gtest.h>

namespace passport::core {
namespace {

constexpr PartyIndex kTwo{2}, kThree{3};

TEST(PeerPace, NothingIsKnownOfAPeerThatHasNotAnswered) {
  PeerPace pace;
  pace.Answered(kThree, 500);
  EXPECT_EQ(pace.P99Ms(kTwo), std::nullopt);
  EXPECT_EQ(pace.Cost(kTwo), 0u);
}

TEST(PeerPace, TheP99IsTheNearestRankOfEachPeersOwnAnswers) {
  PeerPace pace;
  pace.Answered(kTwo, 7);
  EXPECT_EQ(pace.P99Ms(kTwo), 7u);
  for (std::uint64_t i = 2; i <= 100; ++i) pace.Answered(kTwo, i == 50 ? 9'000 : 10);
  EXPECT_EQ(pace.P99Ms(kTwo), 10u) << "one answer in a hundred may be late";
  pace.Answered(kTwo, 8'000);
  EXPECT_EQ(pace.P99Ms(kTwo), 8'000u);
  pace.Answered(kThree, 20);
  EXPECT_EQ(pace.P99Ms(kThree), 20u);
}

TEST(PeerPace, CostDoublesWithTheMedianAndNoiseCostsNothing) {
  const std::pair<std::uint64_t, unsigned> table[] = {{0, 0},  {31, 0},  {32, 1},  {63, 1},
                                                      {64, 2}, {127, 2}, {128, 3}, {UINT64_MAX, 59}};
  for (const auto& [took_ms, cost] : table) {
    PeerPace pace;
    for (int i = 0; i < 5; ++i) pace.Answered(kTwo, took_ms);
    pace.Answered(kTwo, 0);
    pace.Answered(kTwo, 100'000);
    EXPECT_EQ(pace.Cost(kTwo), cost) << took_ms;
  }
}

TEST(PeerPace, OnlyTheLatestAnswersCount) {
  PeerPace pace;
  for (std::size_t i = 0; i < 1'000; ++i) pace.Answered(kTwo, 5'000);
  for (std::size_t i = 0; i < PeerPace::kAnswersMax; ++i) pace.Answered(kTwo, 1);
  EXPECT_EQ(pace.P99Ms(kTwo), 1u);
  EXPECT_EQ(pace.Cost(kTwo), 0u);
}

TEST(PeerPace, AnswersAreForgottenInTime) {
  PeerPace pace;
  pace.OnTick(1'000);
  pace.Answered(kTwo, 400);
  pace.OnTick(2'000);
  pace.Answered(kTwo, 40);
  pace.OnTick(1'000 + PeerPace::kRememberedMs - 1);
  EXPECT_EQ(pace.P99Ms(kTwo), 400u);
  pace.OnTick(1'000 + PeerPace::kRememberedMs);
  EXPECT_EQ(pace.P99Ms(kTwo), 40u);
  EXPECT_EQ(pace.Cost(kTwo), 1u);
  pace.OnTick(2'000 + PeerPace::kRememberedMs);
  EXPECT_EQ(pace.P99Ms(kTwo), std::nullopt);
  EXPECT_EQ(pace.Cost(kTwo), 0u);
}

}  // namespace
}  // namespace passport::core
