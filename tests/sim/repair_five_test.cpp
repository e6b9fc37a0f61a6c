// Repair where there is more than one set of helpers: one that dies or lies is replaced, and a liar is not
// named.
#include <gtest/gtest.h>

#include "tests/sim/repair_world.h"

namespace passport::sim {
namespace {

// Three of the five nodes sign.
class RepairOfFive : public ::testing::Test {
 protected:
  RepairOfFive() : world(Instance()), network(world.network) {}
  void SetUp() override { ASSERT_TRUE(world.Restore()); }
  RepairWorld& world;
  Network& network;

 private:
  static RepairWorld& Instance() {
    static RepairWorld instance(Options{.n = 5, .t = 3, .seed = 705});
    return instance;
  }
};

TEST_F(RepairOfFive, TwoNodesThatWereAwayGetTheirSharesAndSignWithEachOther) {
  const std::string address = world.RegisterWithout({kFour, kFive}, "two");
  EXPECT_NE(network.Health(kOne).find("lack a share on node(s) 4, 5"), std::string::npos);
  world.StartAll({kFour, kFive});
  ASSERT_TRUE(world.Completes());
  EXPECT_EQ(network.Logged(Event::kRepairDone, kFour, 3), 1u);
  EXPECT_EQ(network.Logged(Event::kRepairDone, kFive, 3), 1u);
  EXPECT_TRUE(world.SignsWithOnly({kOne, kFour, kFive}, "two", address));
}

// The first and the last round between helpers; with three nodes all are gone through (repair_test.cpp).
TEST_F(RepairOfFive, AHelperThatDiesIsReplaced) {
  for (const MessageKind round : {MessageKind::kRepairPart, MessageKind::kRepairSum}) {
    const std::string name = "dies" + std::to_string(static_cast<int>(round));
    const std::string address = world.RegisterWithout({kFive}, name);
    PartyIndex victim;
    network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& message) {
      if (victim.value == 0 && message.kind == round) victim = from == kFive ? to : from;
      return victim.value == 0 || (from != victim && to != victim);
    };
    world.StartAll({kFive});
    ASSERT_TRUE(network.RunUntil([&] { return victim.value != 0; }, 20'000)) << name;
    network.Kill(victim);
    ASSERT_TRUE(world.Completes()) << name;
    EXPECT_EQ(network.Logged(Event::kRepairDone, kFive), 1u);
    EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
    network.core_tap = nullptr;
    network.Start(victim);
    ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
    if (round == MessageKind::kRepairSum) {
      EXPECT_TRUE(world.SignsWithOnly({kThree, kFour, kFive}, name, address));
    }
  }
}

// What it adds, sums up or says of the key.
TEST_F(RepairOfFive, AHelperThatLiesIsNotNamedAndAnotherSetSucceeds) {
  for (const MessageKind round :
       {MessageKind::kRepairPart, MessageKind::kRepairSum, MessageKind::kRepairJoin}) {
    const std::string name = "lies" + std::to_string(static_cast<int>(round));
    const std::string address = world.RegisterWithout({kFive}, name);
    PartyIndex liar;
    network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (message.kind != round) return true;
      if (liar.value == 0) liar = from;
      if (from == liar) ++message.body.back();  // two that add up to nothing would be no lie
      return true;
    };
    world.StartAll({kFive});
    ASSERT_TRUE(world.Completes()) << name;
    EXPECT_EQ(network.Logged(Event::kRepairDone, kFive), 1u);
    EXPECT_GT(network.Logged(Event::kRepairFailed), 0u);
    const auto reason = round == MessageKind::kRepairJoin ? protocol::AbortReason::kEquivocation
                                                          : protocol::AbortReason::kShare;
    EXPECT_EQ(network.Logged(Event::kRepairFailed),
              network.Logged(Event::kRepairFailed, kFive, static_cast<std::uint64_t>(reason)));
    for (const Network::LogEntry& entry : network.log()) {
      if (entry.code == static_cast<std::uint16_t>(Event::kRepairFailed)) {
        EXPECT_EQ(entry.party, 0u);
      }
    }
    EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
    network.core_tap = nullptr;
    if (round == MessageKind::kRepairPart) {
      EXPECT_TRUE(world.SignsWithOnly({kThree, kFour, kFive}, name, address));
    }
  }
}

}  // namespace
}  // namespace passport::sim
