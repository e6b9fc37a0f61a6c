// Nodes whose disk is from before a key was made: they hold no share of it, whatever its register says. Until
// it is repaired (repair_test.cpp) the others sign without them, through any gateway (rules.md 22), and
// health and errors name them.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

class LostShare : public ::testing::Test {
 protected:
  LostShare() : world(Options{.seed = 91}), network(world.network) {
    for (const PartyIndex party : {kOne, kTwo, kThree}) before_[party] = network.Disk(party);
    address = Register(network, world.client, kOne, "newbie");
    network.Run(100);
  }
  void TakeBack(std::initializer_list<PartyIndex> parties) {
    for (const PartyIndex party : parties) network.Kill(party);
    for (const PartyIndex party : parties) {
      network.Disk(party) = before_.at(party);
      network.Start(party);
    }
    ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
    for (const PartyIndex party : parties) network.LimitResumes(party, 0);  // no time for a repair
    ASSERT_EQ(network.Logged(Event::kShareStated), 0u);
    network.log().clear();
  }
  // Signs, and in how many attempts after the first.
  void ExpectSigns(PartyIndex gateway, std::size_t retries_max) {
    const std::uint64_t before = network.now_ms();
    network.log().clear();
    EXPECT_TRUE(Signs(network, world.client, gateway, "newbie", address)) << gateway.value;
    EXPECT_LT(network.now_ms() - before, 200u);
    EXPECT_LE(network.Logged(Event::kSignRetry), retries_max);
  }
  void ExpectNames(PartyIndex gateway, std::string_view missing) {
    const std::uint64_t before = network.now_ms();
    const std::string reply = network.Ask(
        gateway, world.client.developer->PersonalSign("newbie", AsBytes(std::string_view("message"))));
    EXPECT_EQ(ErrorName(reply), "too_few_nodes");
    EXPECT_NE(reply.find("\"missing_nodes\":" + std::string(missing)), std::string::npos) << reply;
    EXPECT_LT(network.now_ms() - before, 2'000u);
  }

  World world;
  Network& network;
  std::string address;

 private:
  std::map<PartyIndex, std::map<RecordId, Bytes>> before_;
};

TEST_F(LostShare, AGatewayWithoutItsShareLetsTheOthersSign) {
  TakeBack({kOne});
  for (int i = 0; i < 3; ++i) ExpectSigns(kOne, 0);
  for (const PartyIndex gateway : {kTwo, kThree}) ExpectSigns(gateway, 1);
  const std::string health = network.Health(kOne);
  EXPECT_NE(health.find("\"status\":\"degraded\""), std::string::npos) << health;
  EXPECT_NE(health.find("take part in signatures with 1 of its keys"), std::string::npos) << health;
  EXPECT_EQ(network.Health(kTwo).find("take part in signatures"), std::string::npos);
}

TEST_F(LostShare, TwoNodesWithoutTheirSharesAreNamedByEveryGateway) {
  TakeBack({kOne, kTwo});
  for (const PartyIndex gateway : {kOne, kTwo, kThree}) ExpectNames(gateway, "[1,2]");
  EXPECT_TRUE(world.SignsEverywhere()) << "with the key that they still have";
}

TEST_F(LostShare, ANodeThatIsDownIsNamedBesideTheOneWithoutAShare) {
  TakeBack({kOne});
  network.Kill(kTwo);
  network.Run(100);
  ExpectNames(kOne, "[1,2]");
  ExpectNames(kThree, "[1,2]");
}

}  // namespace
}  // namespace passport::sim
