// Restarts and lost messages around pair setups (rules.md 5): nobody is blamed for them, and the pair works
// afterwards.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

class SetupTrouble : public RelayedTest {
 protected:
  // Nodes 1 and 3 begin a new setup, as after a failed check of node 3's.
  void Reset() {
    for (std::uint32_t attempt = 60; attempt > 0; --attempt)
      network.Forge(kThree, kOne, {MessageKind::kSetupReset, {}, Writer().U32(attempt).Take()});
  }
  void ExpectPairOfOneAndThreeSigns() {
    EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000)) << network.Health(kOne);
    network.core_tap = nullptr;
    network.Hang(kTwo, true);
    EXPECT_TRUE(world.Signs(kOne));
    EXPECT_TRUE(world.Signs(kThree));
    network.Hang(kTwo, false);
    EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
  }
  // Sends a request to node 1 and stops when a first round of a signature is on its way between node 1 and
  // another, which is returned.
  PartyIndex StopInSignature(std::uint64_t& token) {
    PartyIndex other;
    network.core_tap = [&other](PartyIndex from, PartyIndex to, PeerMessage& message) {
      if (message.kind == MessageKind::kSignRound1) other = from == kOne ? to : from;
      return true;
    };
    token = network.Send(kOne, client.developer->PersonalSign("alice", AsBytes(kMessage)));
    EXPECT_TRUE(network.RunUntil([&other] { return other.value != 0; }, 5'000));
    network.core_tap = nullptr;
    return other;
  }
  static constexpr std::string_view kMessage = "in flight";
};

TEST_F(SetupTrouble, ALinkThatDiesAtAnyMessageOfASetupCostsNothing) {
  for (const MessageKind kind : {MessageKind::kSetupHello, MessageKind::kSetupReply,
                                 MessageKind::kSetupFinish, MessageKind::kSetupConfirm}) {
    ASSERT_TRUE(world.Restore());
    bool seen = false;
    network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
      seen = seen || message.kind == kind;
      return true;
    };
    Reset();
    ASSERT_TRUE(network.RunUntil([&] { return seen; }, 1'000));
    network.Cut(kOne, kThree);
    ExpectPairOfOneAndThreeSigns();
  }
}

TEST_F(SetupTrouble, ASetupMessageThatComesAfterItsAttemptIsIgnored) {
  for (const MessageKind kind : {MessageKind::kSetupReply, MessageKind::kSetupFinish}) {
    ASSERT_TRUE(world.Restore());
    const bool to_lower = kind == MessageKind::kSetupReply;
    std::optional<PeerMessage> held;
    std::size_t hellos = 0;
    network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
      hellos += message.kind == MessageKind::kSetupHello ? 1 : 0;
      if (held || message.kind != kind) return true;
      held = message;
      return false;
    };
    Reset();
    ASSERT_TRUE(network.RunUntil([&] { return hellos == 2; }, 60'000));  // it is tried again after a while
    ASSERT_TRUE(held);
    network.Forge(to_lower ? kThree : kOne, to_lower ? kOne : kThree, *held);
    ExpectPairOfOneAndThreeSigns();
    network.Forge(to_lower ? kThree : kOne, to_lower ? kOne : kThree, *held);
    ExpectPairOfOneAndThreeSigns();
  }
}

TEST_F(SetupTrouble, ASignerThatRestartsInASignatureIsReplacedAndWorksAgain) {
  std::uint64_t token = 0;
  const PartyIndex other = StopInSignature(token);
  network.Kill(other);
  network.Start(other);
  ASSERT_TRUE(network.RunUntil([&] { return network.Reply(token).has_value(); }, 15'000));
  EXPECT_EQ(Recover(AsBytes(kMessage), ResultText(*network.Reply(token))), world.address);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  network.Hang(other == kTwo ? kThree : kTwo, true);
  EXPECT_TRUE(world.Signs(kOne));
  EXPECT_TRUE(world.Signs(other));
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
}

TEST_F(SetupTrouble, ALeaderThatRestartsInASignatureLeavesNothingBehind) {
  std::uint64_t token = 0;
  const PartyIndex other = StopInSignature(token);
  network.Kill(kOne);
  EXPECT_TRUE(world.Signs(other));
  network.Start(kOne);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  EXPECT_TRUE(world.SignsEverywhere());
  EXPECT_FALSE(network.Reply(token).has_value());
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
}

}  // namespace
}  // namespace passport::sim
