// Five nodes of which three sign: any two may be away, and a node without a share of a key still leads its
// signatures.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

// Whether a signature through the gateway is refused in time, for want of exactly these nodes.
::testing::AssertionResult Names(Network& network, Client& client, PartyIndex gateway,
                                 std::string_view username, std::string_view missing) {
  const std::uint64_t before = network.now_ms();
  const std::string reply =
      network.Ask(gateway, client.developer->PersonalSign(username, AsBytes(std::string_view("message"))));
  const bool named = ErrorName(reply) == "too_few_nodes" &&
                     reply.find("\"missing_nodes\":" + std::string(missing)) != std::string::npos;
  if (named && network.now_ms() - before < 2'000) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << network.now_ms() - before << " ms, " << reply;
}

class FiveNodes : public ::testing::Test {
 protected:
  FiveNodes() : world(Instance()), network(world.network), client(world.client) {}
  void SetUp() override { ASSERT_TRUE(world.Restore()); }

  ::testing::AssertionResult Signs(PartyIndex gateway, const std::string& username,
                                   const std::string& address) {
    return sim::Signs(network, client, gateway, username, address);
  }
  ::testing::AssertionResult Names(PartyIndex gateway, std::string_view username, std::string_view missing) {
    return sim::Names(network, client, gateway, username, missing);
  }

  World& world;
  Network& network;
  Client& client;

 private:
  static World& Instance() {
    static World instance(Options{.n = 5, .t = 3, .seed = 53});
    return instance;
  }
};

TEST_F(FiveNodes, AnAccountOfAnyGatewaySignsThroughEveryGatewayWithThreeSigners) {
  EXPECT_TRUE(world.SignsEverywhere());
  const std::string address = Register(network, client, kFour, "ben");
  network.Run(100);  // a node may decide on the registration after its reply
  network.log().clear();
  for (const PartyIndex gateway : {kOne, kTwo, kThree, kFour, kFive})
    EXPECT_TRUE(Signs(gateway, "ben", address));
  EXPECT_EQ(network.Logged(Event::kDecisionGranted), 5u * 3u);
  EXPECT_EQ(network.Logged(Event::kSignRetry), 0u);
}

TEST_F(FiveNodes, SignaturesAndRegistrationsContinueWithTwoNodesDownAndStopWithThree) {
  network.Kill(kTwo);
  for (const PartyIndex gateway : {kOne, kThree, kFour, kFive}) EXPECT_TRUE(world.Signs(gateway));
  network.Kill(kFour);
  for (const PartyIndex gateway : {kOne, kThree, kFive}) EXPECT_TRUE(world.Signs(gateway));
  const std::string address = Register(network, client, kFive, "two-down");
  EXPECT_TRUE(Signs(kThree, "two-down", address));
  network.Kill(kFive);
  EXPECT_TRUE(Names(kOne, "alice", "[2,4,5]"));
  EXPECT_TRUE(Names(kThree, "alice", "[2,4,5]"));
  EXPECT_EQ(ErrorName(network.Ask(kOne, client.developer->Register("three-down"))), "too_few_nodes");

  network.Start(kFour);
  ASSERT_TRUE(network.RunUntil([this] { return Whole(network); }, 60'000));
  EXPECT_TRUE(Names(kOne, "two-down", "[5]")) << "nodes 2 and 4 were away when it was made";
}

TEST_F(FiveNodes, TwoNodesThatHangAreHedgedAndThreeAreNamed) {
  ASSERT_TRUE(world.SignsEverywhere()) << "records are confirmed";
  network.Hang(kTwo, true);
  network.Hang(kThree, true);
  EXPECT_TRUE(world.Signs(kOne));
  network.Hang(kFour, true);
  EXPECT_TRUE(Names(kOne, "alice", "[2,3,4]"));
}

TEST_F(FiveNodes, AGatewayWithoutAShareLeadsASignatureOfThreeOthers) {
  network.Kill(kFive);
  const std::string address = Register(network, client, kOne, "late");
  network.log().clear();
  network.Start(kFive);
  ASSERT_TRUE(network.RunUntil([this] { return Whole(network); }, 60'000));
  network.LimitResumes(kFive, 0);  // no time for a repair
  ASSERT_EQ(network.Logged(Event::kRepairDone), 0u);
  network.log().clear();
  EXPECT_TRUE(Signs(kFive, "late", address));
  EXPECT_EQ(network.Logged(Event::kDecisionGranted), 3u);
  EXPECT_EQ(network.Logged(Event::kDecisionGranted, kFive), 0u);

  network.Kill(kOne);
  EXPECT_TRUE(Signs(kFive, "late", address)) << "the three holders that are left";
  network.Kill(kTwo);
  EXPECT_TRUE(Names(kFive, "late", "[1,2]"));
  EXPECT_TRUE(Names(kThree, "late", "[1,2]")) << "node 5 is up and of no use";
  EXPECT_TRUE(world.Signs(kFive)) << "its own share of another key is";
}

// rules.md 6 with n = 5: a restarted node needs three confirmed others, or all four others.
TEST(FiveStrictNodes, ARestartedNodeWaitsForThreeConfirmedOthersOrForAll) {
  World world(Options{.n = 5, .t = 3, .seed = 54, .rollback = peer::RollbackRule::kStrict});
  Network& network = world.network;
  ASSERT_TRUE(world.SignsEverywhere());
  network.Kill(kFive);
  network.Kill(kFour);
  network.Start(kFour);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  EXPECT_TRUE(world.Signs(kFour)) << "1, 2 and 3 are confirmed";
  EXPECT_TRUE(world.Signs(kOne));

  network.Kill(kFour);
  network.Kill(kThree);
  network.Start(kFour);
  network.Run(1'000);
  EXPECT_TRUE(Names(network, world.client, kFour, "alice", "[3,5]"));
  network.Start(kThree);
  network.Run(1'000);
  EXPECT_EQ(ErrorName(world.SignReply(kFour)), "too_few_nodes") << "3 has started anew itself";
  ASSERT_TRUE(world.Restore());
  EXPECT_TRUE(world.SignsEverywhere());
}

}  // namespace
}  // namespace passport::sim
