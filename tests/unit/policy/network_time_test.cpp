// The interval in which the time lies, by the own host and by the peers (rules.md 23).
#include "trusted/core/network_time.h"

#include <gtest/gtest.h>

namespace passport::core {
namespace {

constexpr std::uint64_t kNow = 1'700'000'000'000;
constexpr std::uint64_t kDay = 86'400'000;
constexpr std::uint64_t kStart = 5'000;  // by the monotonic clock

// What an enclave makes of its own host's clock and of what its peers say, all at once.
NetworkTime Of(std::uint64_t own_ms, std::initializer_list<std::uint64_t> peers, std::uint16_t t = 2) {
  NetworkTime out(t);
  out.OnTick(own_ms, kStart);
  std::uint16_t party = 2;
  for (const std::uint64_t said : peers) out.Heard(PartyIndex{party++}, {said});
  return out;
}

TEST(NetworkTime, AHostAloneProvesThatTimeHasPassedAndNothingElse) {
  EXPECT_EQ(Of(kNow, {}).LatestMs(), kNow);
  EXPECT_EQ(Of(kNow, {}).LikelyMs(), kNow);
  EXPECT_EQ(Of(kNow, {}).EarliestMs(), 0u);
}

TEST(NetworkTime, IsAnIntervalBetweenTheHostAndTheMedianOfThePeers) {
  struct Row {
    const char* what;
    std::uint64_t own;
    std::initializer_list<std::uint64_t> peers;
    std::uint64_t earliest, likely, latest;
  };
  const Row rows[] = {
      {"all agree", kNow, {kNow, kNow}, kNow, kNow, kNow},
      {"the host is late", kNow - kDay, {kNow, kNow}, kNow - kDay, kNow, kNow},
      {"the host is ahead", kNow + kDay, {kNow, kNow}, kNow, kNow, kNow + kDay},
      {"one of two peers is late", kNow, {0, kNow}, 0, kNow, kNow},
      {"one of two peers is ahead", kNow, {kNow, kNow + kDay}, kNow, kNow, kNow + kDay},
      {"two peers apart", kNow, {kNow - 5, kNow + 5}, kNow - 5, kNow, kNow + 5},
      {"the only peer is late", kNow, {0}, 0, 0, kNow},
      {"the only peer is ahead", kNow, {UINT64_MAX}, kNow, kNow, UINT64_MAX},
      {"two of four peers lie", kNow, {0, kNow, kNow, UINT64_MAX}, kNow, kNow, kNow},
      {"one of three peers lies", kNow, {kNow, kNow, UINT64_MAX}, kNow, kNow, kNow},
  };
  for (const Row& row : rows) {
    const NetworkTime time = Of(row.own, row.peers);
    EXPECT_EQ(time.EarliestMs(), row.earliest) << row.what;
    EXPECT_EQ(time.LikelyMs(), row.likely) << row.what;
    EXPECT_EQ(time.LatestMs(), row.latest) << row.what;
  }
}

TEST(NetworkTime, FewerThanTLiarsDoNotMoveTheLikelyTimeAheadAlsoIfNobodyElseWasHeard) {
  EXPECT_EQ(Of(kNow, {UINT64_MAX}).LikelyMs(), kNow);
  EXPECT_EQ(Of(kNow, {UINT64_MAX, UINT64_MAX}, 3).LikelyMs(), kNow);
  EXPECT_EQ(Of(kNow, {UINT64_MAX, kNow + 1, UINT64_MAX, kNow - 1}, 3).LikelyMs(), kNow + 1);
}

TEST(NetworkTime, ReportsAgeByTheMonotonicClockWhereThatMakesThemRefuse) {
  NetworkTime time = Of(kNow, {kNow, kNow});
  time.OnTick(kNow - kDay, kStart + 1'000);
  EXPECT_EQ(time.LatestMs(), kNow + 1'000);
  EXPECT_EQ(time.LikelyMs(), kNow);
  time.OnTick(kNow + kDay, kStart + 2'000);
  EXPECT_EQ(time.EarliestMs(), kNow) << "as it was said";
}

TEST(NetworkTime, AMonotonicClockThatStopsOrTurnsBackLeavesReportsAsTheyWere) {
  NetworkTime time = Of(kNow - kDay, {kNow, kNow});
  for (const std::uint64_t monotonic : {kStart, std::uint64_t{1}}) {
    time.OnTick(kNow - kDay, monotonic);
    EXPECT_EQ(time.LatestMs(), kNow);
  }
}

// An enclave hears peers before its host has told it any time; its monotonic clock may be at anything then.
TEST(NetworkTime, WhatWasSaidBeforeTheFirstTickIsAsOldAsThatTick) {
  NetworkTime time(2);
  time.Heard(PartyIndex{2}, {kNow});
  time.OnTick(kNow, kDay);
  EXPECT_EQ(time.LatestMs(), kNow);
  EXPECT_EQ(time.EarliestMs(), kNow);
}

TEST(NetworkTime, IsCertainWhenFewerThanTLiarsAndTheHostCannotHoldItBack) {
  EXPECT_FALSE(Of(kNow, {}).IsCertain());
  EXPECT_FALSE(Of(kNow, {0}).IsCertain());
  EXPECT_TRUE(Of(kNow, {0, kNow}).IsCertain());
  EXPECT_EQ(Of(0, {0, kNow}).LatestMs(), kNow);
  EXPECT_FALSE(Of(kNow, {0, 0, kNow}, 3).IsCertain());
  EXPECT_TRUE(Of(kNow, {0, 0, kNow, kNow}, 3).IsCertain());
  EXPECT_EQ(Of(0, {0, 0, kNow, kNow}, 3).LatestMs(), kNow);
  NetworkTime time = Of(kNow, {kNow, kNow});
  time.OnTick(kNow, kStart + NetworkTime::kFreshMs);
  EXPECT_FALSE(time.IsCertain()) << "they are silent";
}

TEST(NetworkTime, AgeingNeverOverflows) {
  NetworkTime time = Of(kNow, {UINT64_MAX - 1});
  time.OnTick(kNow, kStart + 10);
  EXPECT_EQ(time.LatestMs(), UINT64_MAX);
  EXPECT_EQ(time.EarliestMs(), kNow);
}

TEST(NetworkTime, WhatHasComeDoesNotGo) {
  NetworkTime time = Of(kNow, {kNow, kNow});
  time.OnTick(kNow - kDay, kStart);
  time.Heard(PartyIndex{2}, {0});
  time.Heard(PartyIndex{3}, {0});
  EXPECT_EQ(time.EarliestMs(), kNow);
  EXPECT_EQ(time.LatestMs(), kNow);
  time.Lost(PartyIndex{2});
  time.Lost(PartyIndex{3});
  EXPECT_EQ(time.EarliestMs(), kNow);
  EXPECT_EQ(time.LatestMs(), kNow) << "nor by cutting all links";
}

TEST(NetworkTime, ASilentPeerHoldsNobodyUp) {
  NetworkTime time = Of(kNow, {kNow, kNow});
  const std::uint64_t later = kNow + NetworkTime::kFreshMs;
  time.OnTick(later - 1, kStart + NetworkTime::kFreshMs - 1);
  time.Heard(PartyIndex{2}, {later});
  EXPECT_EQ(time.EarliestMs(), kNow);
  EXPECT_EQ(time.LikelyMs(), later - 1);
  time.OnTick(later, kStart + NetworkTime::kFreshMs);
  EXPECT_EQ(time.EarliestMs(), later);
  EXPECT_EQ(time.LikelyMs(), later);
}

TEST(NetworkTime, OfAPeerOnlyTheLatestReportOfItsSessionCounts) {
  NetworkTime time = Of(kNow, {UINT64_MAX});
  time.Heard(PartyIndex{2}, {kNow + 1});
  EXPECT_EQ(time.LatestMs(), kNow + 1);
  time.Lost(PartyIndex{2});
  EXPECT_EQ(time.LatestMs(), kNow);
}

TEST(NetworkTime, AReportIsEightBytes) {
  EXPECT_EQ(TimeReport{kNow}.Encode().size(), 8u);
  EXPECT_EQ(TimeReport::Parse(TimeReport{kNow}.Encode()).value().unix_ms, kNow);
  for (const std::size_t size : {0u, 7u, 9u}) EXPECT_FALSE(TimeReport::Parse(Bytes(size)).ok()) << size;
}

}  // namespace
}  // namespace passport::core
