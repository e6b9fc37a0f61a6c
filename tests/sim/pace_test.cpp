// Whom a leader asks to sign, and for how long it waits for a silent one (rules.md 22).
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

constexpr std::string_view kText = "message";

class Pace : public PlainTest {
 protected:
  void SetUp() override {
    PlainTest::SetUp();
    ForgetAll();
  }
  // Node 1 starts anew, knows nothing of the others, and has its records confirmed.
  void ForgetAll() {
    network.Kill(kOne);
    network.Start(kOne);
    ASSERT_TRUE(world.Restore());
    ASSERT_TRUE(world.Signs(kThree));
    ASSERT_TRUE(world.Signs(kOne));
    network.Skip(core::PeerPace::kRememberedMs);
    network.Run(10);
  }
  // Every frame between two nodes of which this is one travels so long.
  void Slow(PartyIndex slow, std::uint64_t ms) {
    network.delay_ms = [=](PartyIndex from, PartyIndex to) { return from == slow || to == slow ? ms : 0; };
  }
  // Signs through node 1; which node signed with it, and how long that took.
  std::pair<PartyIndex, std::uint64_t> Helper() {
    network.log().clear();
    const std::uint64_t before = network.now_ms();
    EXPECT_TRUE(world.Signs(kOne));
    const bool two = network.Logged(Event::kDecisionGranted, kTwo) > 0;
    const bool three = network.Logged(Event::kDecisionGranted, kThree) > 0;
    EXPECT_NE(two, three) << "one of them";
    return {two ? kTwo : kThree, network.now_ms() - before};
  }
};

TEST_F(Pace, TheFastNodeSignsOnceTheSlowOneIsKnown) {
  EXPECT_EQ(Helper().first, kTwo) << "the lower index";
  Slow(kTwo, 60);
  std::size_t slow = 0;
  while (Helper().first == kTwo) ASSERT_LT(++slow, 5u);
  for (int i = 0; i < 5; ++i) {
    const auto [helper, took_ms] = Helper();
    EXPECT_EQ(helper, kThree);
    EXPECT_LE(took_ms, 20u);
  }
  EXPECT_EQ(network.Logged(Event::kSignRetry), 0u) << "nobody failed";
}

TEST_F(Pace, ASlowNodeIsTriedAgainWhenItsAnswersAreForgotten) {
  Slow(kTwo, 60);
  EXPECT_EQ(Helper().first, kTwo);
  EXPECT_EQ(Helper().first, kThree);
  network.delay_ms = nullptr;
  EXPECT_EQ(Helper().first, kThree);
  network.Skip(core::PeerPace::kRememberedMs);
  network.Run(10);
  EXPECT_EQ(Helper().first, kTwo);
  EXPECT_EQ(Helper().first, kTwo);
}

TEST_F(Pace, DelaysBelowTheClocksNoiseDecideNothing) {
  Slow(kTwo, 10);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Helper().first, kTwo);
}

TEST_F(Pace, AFailureCountsForMoreThanSlowness) {
  Slow(kThree, 60);
  network.Hang(kTwo, true);
  EXPECT_EQ(Helper().first, kThree);
  network.Hang(kTwo, false);
  network.Run(1'000);
  EXPECT_EQ(Helper().first, kThree) << "node 2 was silent a moment ago";
}

TEST_F(Pace, ASilentNodeIsLeftAfterThreeTimesItsOwnP99) {
  struct Row {
    std::uint64_t travels_ms;  // there and back again, to the first answer
    std::uint64_t left_after_ms;
  };
  for (const Row& row : {Row{0, 200}, Row{40, 240}, Row{70, 420}, Row{300, 800}}) {
    SCOPED_TRACE(row.travels_ms);
    ForgetAll();
    network.delay_ms = [&](PartyIndex from, PartyIndex to) {
      return from == kOne || to == kOne ? row.travels_ms : 0;
    };
    for (int i = 0; i < 3; ++i) Helper();
    EXPECT_EQ(Helper().first, kTwo) << "both are known to be as slow";
    network.Hang(kTwo, true);
    network.log().clear();
    const std::uint64_t before = network.now_ms();
    const std::uint64_t token = network.Send(kOne, client.developer->PersonalSign("alice", AsBytes(kText)));
    EXPECT_TRUE(network.RunUntil([&] { return network.Logged(Event::kSignRetry, kOne) > 0; }, 2'000));
    EXPECT_GE(network.now_ms() - before, row.left_after_ms - 10) << "less a tick";
    EXPECT_LE(network.now_ms() - before, row.left_after_ms + 40) << "ticks, one of them thrice";
    EXPECT_TRUE(network.RunUntil([&] { return network.Reply(token).has_value(); }, 5'000));
    EXPECT_EQ(ResultText(network.Reply(token).value_or("")).size(), 132u);
  }
}

TEST_F(Pace, ASilentNodeThatNothingIsKnownOfIsLeftAfter800Ms) {
  network.Hang(kTwo, true);
  const auto [helper, took_ms] = Helper();
  EXPECT_EQ(helper, kThree);
  EXPECT_GE(took_ms, 790u) << "less a tick";
  EXPECT_LE(took_ms, 850u);
}

class Stalling : public RelayedTest {};

TEST_F(Stalling, APeerThatJoinsAndThenSaysNothingDelaysOneSignatureOnly) {
  network.Kill(kOne);
  network.Start(kOne);  // it knows nothing of the others
  ASSERT_TRUE(world.Restore());
  network.core_tap = [](PartyIndex from, PartyIndex, core::PeerMessage& message) {
    using core::MessageKind;
    return from != kTwo ||
           (message.kind != MessageKind::kSignRound1 && message.kind != MessageKind::kSignRound2);
  };
  auto took_ms = [this, before = network.now_ms()]() mutable {
    EXPECT_TRUE(world.Signs(kOne));
    return network.now_ms() - std::exchange(before, network.now_ms());
  };
  EXPECT_GT(took_ms(), 2'000u) << "node 2 has the lower index";
  for (int i = 0; i < 3; ++i) EXPECT_LT(took_ms(), 200u);
}

}  // namespace
}  // namespace passport::sim
