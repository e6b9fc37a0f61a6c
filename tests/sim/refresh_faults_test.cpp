// A refresh that nodes and links fail in: each key signs with the old epoch or the new one, and in the end
// with one epoch everywhere (dkls23.md 7.3).
#include "tests/sim/refresh_fixture.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

class SimRefreshFaults : public RefreshFixture {
 protected:
  // When the first message of a kind is sent by anybody or one node.
  std::shared_ptr<bool> Watch(MessageKind kind, std::optional<PartyIndex> by = std::nullopt) {
    auto seen = std::make_shared<bool>(false);
    network.core_tap = [=](PartyIndex from, PartyIndex, PeerMessage& message) {
      *seen = *seen || (message.kind == kind && (!by || from == *by));
      return true;
    };
    return seen;
  }
  void RestartAt(MessageKind kind, PartyIndex leader, PartyIndex victim) {
    const auto seen = Watch(kind, victim == leader ? std::optional(victim) : std::nullopt);
    Order(leader);
    ASSERT_TRUE(network.RunUntil([&] { return *seen; }, 10'000));
    network.Kill(victim);
    network.Run(30);
    network.Start(victim);
    ASSERT_TRUE(Becomes(leader, "done", 120'000));
    EXPECT_TRUE(EveryQuorumSigns());
    EXPECT_NE(Epochs(), "differ");
  }
};

class SimRefreshRestarts : public SimRefreshFaults, public ::testing::WithParamInterface<MessageKind> {};
class SimRefreshLeaderRestarts : public SimRefreshRestarts {};

TEST_P(SimRefreshRestarts, ANodeThatStartsAgainInThisRoundIsTakenAlong) {
  RestartAt(GetParam(), kOne, kThree);
}

TEST_P(SimRefreshLeaderRestarts, TheRefreshGoesOn) { RestartAt(GetParam(), kTwo, kTwo); }

INSTANTIATE_TEST_SUITE_P(Rounds, SimRefreshRestarts,
                         ::testing::Values(MessageKind::kRefreshInvite, MessageKind::kRefreshBegin,
                                           MessageKind::kRefreshCommitment, MessageKind::kRefreshOpening,
                                           MessageKind::kEpochNews, MessageKind::kRefreshSetups));
INSTANTIATE_TEST_SUITE_P(Rounds, SimRefreshLeaderRestarts,
                         ::testing::Values(MessageKind::kRefreshBegin, MessageKind::kRefreshOpening,
                                           MessageKind::kEpochNews, MessageKind::kRefreshSetups));

TEST_F(SimRefreshFaults, OneLostMessageOfEachKindOnlyCostsTime) {
  std::set<MessageKind> lost;
  network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
    return message.kind < MessageKind::kRefreshInvite || message.kind > MessageKind::kRefreshOpening ||
           !lost.insert(message.kind).second;
  };
  Order(kOne);
  ASSERT_TRUE(Becomes(kOne, "done", 120'000));
  EXPECT_EQ(lost.size(), 5u);
  EXPECT_TRUE(EveryQuorumSigns());
}

// Node 3 confirms and hears of nobody's confirmation: the others go on with the new epoch, node 3 has both
// shares, and signs with the new one as soon as it hears.
TEST_F(SimRefreshFaults, ANodeCutOffFromTheCertificateCatchesUp) {
  network.core_tap = [](PartyIndex, PartyIndex to, PeerMessage& message) {
    return to != kThree || (message.kind != MessageKind::kEpochNews && message.kind != MessageKind::kReplica);
  };
  const std::size_t shares = Shares(kThree).size();
  network.log().clear();
  Order(kOne);
  ASSERT_TRUE(network.RunUntil([&] { return network.Logged(Event::kEpochActive, kTwo) == shares; }, 20'000));
  EXPECT_EQ(network.Logged(Event::kEpochActive, kThree), 0u);
  EXPECT_EQ(Shares(kThree).size(), 2 * shares);
  EXPECT_TRUE(PairSigns(kOne, kTwo));
  network.core_tap = nullptr;
  EXPECT_TRUE(EveryQuorumSigns());
  ASSERT_TRUE(Becomes(kOne, "done"));
  EXPECT_TRUE(network.RunUntil([&] { return Shares(kThree).size() == shares; }, 10'000));
  EXPECT_TRUE(EveryQuorumSigns());
}

// The core of node 3 takes part and says nothing in the end. Nobody erases anything, the old epoch signs, and
// health names it. Years later it may say what it withheld.
TEST_F(SimRefreshFaults, AWithheldConfirmationLeavesTheOldEpochInForce) {
  const std::string epochs = Epochs();
  network.core_tap = [](PartyIndex from, PartyIndex, PeerMessage& message) {
    return from != kThree || message.kind != MessageKind::kEpochNews;
  };
  Order(kOne);
  ASSERT_TRUE(Becomes(kOne, "failed", 120'000));
  const std::string health = network.Health(kOne);
  EXPECT_NE(health.find("did not confirm their new shares: 3\""), std::string::npos) << health;
  EXPECT_NE(health.find("passport admin refresh"), std::string::npos) << health;
  EXPECT_TRUE(PairSigns(kOne, kTwo));
  EXPECT_EQ(network.Logged(Event::kEpochActive, kOne) + network.Logged(Event::kEpochActive, kTwo), 0u);
  network.core_tap = nullptr;
  network.Run(10'000);
  EXPECT_TRUE(EveryQuorumSigns());
  EXPECT_NE(Epochs(), epochs);
  Order(kOne);
  ASSERT_TRUE(Becomes(kOne, "done"));
  EXPECT_TRUE(EveryQuorumSigns());
}

TEST_F(SimRefreshFaults, ItWaitsForANodeThatIsAwayAndFailsWhenTheStatementExpires) {
  network.Kill(kThree);
  network.Run(50);
  core::AdminStatement statement = Statement(kOne);
  statement.expires_unix_ms = statement.number + 5'000;
  Sign(statement, kOne);
  ASSERT_EQ(network.Admin(kOne, statement), Status::kOk);
  EXPECT_TRUE(Becomes(kOne, "waiting", 1'000));
  EXPECT_NE(network.Health(kOne).find("start node(s) 3"), std::string::npos) << network.Health(kOne);
  EXPECT_TRUE(Becomes(kOne, "failed", 10'000));
  EXPECT_NE(network.Health(kOne).find("sign `passport admin refresh` again"), std::string::npos);
  EXPECT_TRUE(PairSigns(kOne, kTwo));
}

}  // namespace
}  // namespace passport::sim
