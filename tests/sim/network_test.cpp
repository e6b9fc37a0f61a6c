// One process, a whole network: scopes, registration and signatures through every node, with nodes lost and
// restarted.
#include <gtest/gtest.h>

#include "tests/sim/client.h"

namespace passport::sim {
namespace {

class SimTest : public ::testing::Test {
 protected:
  explicit SimTest(Options options = {}) : network(options), rng(77) {
    network.Form();
    EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000)) << network.Health(kOne);
  }
  Network network;
  crypto::SeededRng rng;
};

TEST_F(SimTest, AnAccountSignsThroughEveryNode) {
  Client client = MakeClient(network, rng);
  const std::string registered = network.Ask(kOne, client.developer->Register("alice"));
  EXPECT_NE(registered.find("account_id"), std::string::npos) << registered;
  const std::string address = Address(network.Ask(kOne, client.developer->Addresses("alice")));
  const Bytes message = ToBytes(std::string_view("hello"));
  for (const PartyIndex gateway : {kOne, kTwo, kThree}) {
    const std::string reply = network.Ask(gateway, client.developer->PersonalSign("alice", message));
    EXPECT_EQ(Recover(message, ResultText(reply)), address) << reply;
  }
}

TEST_F(SimTest, SignaturesContinueWithOneNodeDownAndStopWithTwo) {
  Client client = MakeClient(network, rng);
  network.Ask(kTwo, client.developer->Register("bob"));
  const std::string address = Address(network.Ask(kOne, client.developer->Addresses("bob")));
  const Bytes message = ToBytes(std::string_view("down"));
  network.Kill(kThree);
  EXPECT_EQ(Recover(message, ResultText(network.Ask(kOne, client.developer->PersonalSign("bob", message)))),
            address);
  network.Kill(kTwo);
  const std::uint64_t before = network.now_ms();
  const std::string refused = network.Ask(kOne, client.developer->PersonalSign("bob", message));
  EXPECT_EQ(ErrorName(refused), "too_few_nodes");
  EXPECT_NE(refused.find("\"missing_nodes\":[2,3]"), std::string::npos) << refused;
  EXPECT_LT(network.now_ms() - before, 2'000u);
}

TEST_F(SimTest, ANodeThatHangsIsHedgedThenNamed) {
  Client client = MakeClient(network, rng);
  network.Ask(kOne, client.developer->Register("carol"));
  const std::string address = Address(network.Ask(kOne, client.developer->Addresses("carol")));
  const Bytes message = ToBytes(std::string_view("hung"));
  network.Hang(kTwo, true);
  EXPECT_EQ(Recover(message, ResultText(network.Ask(kOne, client.developer->PersonalSign("carol", message)))),
            address);
  network.Hang(kThree, true);
  const std::uint64_t before = network.now_ms();
  EXPECT_EQ(ErrorName(network.Ask(kOne, client.developer->PersonalSign("carol", message))), "too_few_nodes");
  EXPECT_LT(network.now_ms() - before, 2'000u);
}

TEST_F(SimTest, AllNodesRestartedFromTheirDisksSignAgain) {
  Client client = MakeClient(network, rng);
  network.Ask(kOne, client.developer->Register("dave"));
  const std::string address = Address(network.Ask(kOne, client.developer->Addresses("dave")));
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.Kill(party);
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.Start(party);
  ASSERT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000)) << network.Health(kOne);
  const Bytes message = ToBytes(std::string_view("again"));
  for (const PartyIndex gateway : {kOne, kTwo, kThree}) {
    const std::string reply = network.Ask(gateway, client.developer->PersonalSign("dave", message));
    EXPECT_EQ(Recover(message, ResultText(reply)), address) << reply;
  }
}

std::size_t CountEvents(Network& network, Event event, const ByteArray<16>& request) {
  return static_cast<std::size_t>(std::ranges::count_if(network.log(), [&](const edl::LogEffect& entry) {
    return entry.code == static_cast<std::uint16_t>(event) && entry.request_id == request;
  }));
}

TEST_F(SimTest, EverySignerReportsItsOwnDecisionUnderOneRequestId) {
  Client client = MakeClient(network, rng);
  network.Ask(kOne, client.developer->Register("hugo"));
  network.log().clear();
  network.Ask(kOne, client.developer->PersonalSign("hugo", ToBytes(std::string_view("decide"))));
  const auto granted = std::ranges::find_if(network.log(), [](const edl::LogEffect& entry) {
    return entry.code == static_cast<std::uint16_t>(Event::kDecisionGranted);
  });
  ASSERT_NE(granted, network.log().end());
  EXPECT_EQ(CountEvents(network, Event::kDecisionGranted, granted->request_id), 2u);

  network.log().clear();
  const std::string refused =
      network.Ask(kOne, client.developer->PersonalSign("nobody", ToBytes(std::string_view("decide"))));
  EXPECT_EQ(ErrorName(refused), "unknown_user");
  const auto event = std::ranges::find_if(network.log(), [](const edl::LogEffect& entry) {
    return entry.code == static_cast<std::uint16_t>(Event::kDecisionRefused);
  });
  ASSERT_NE(event, network.log().end());
  EXPECT_NE(refused.find(ToHex(event->request_id)), std::string::npos) << refused;
}

TEST_F(SimTest, ARestartedNodeAloneNamesTheMissingWithinTwoSeconds) {
  Client client = MakeClient(network, rng);
  network.Ask(kOne, client.developer->Register("gina"));
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.Kill(party);
  network.Start(kOne);
  const std::uint64_t before = network.now_ms();
  const std::string refused =
      network.Ask(kOne, client.developer->PersonalSign("gina", ToBytes(std::string_view("alone"))));
  EXPECT_EQ(ErrorName(refused), "too_few_nodes");
  EXPECT_NE(refused.find("\"missing_nodes\":[2,3]"), std::string::npos) << refused;
  EXPECT_LT(network.now_ms() - before, 2'000u);
}

TEST_F(SimTest, ANodeThatWasAwayLearnsScopesAndAccounts) {
  network.Kill(kThree);
  network.Run(100);
  Client client = MakeClient(network, rng);
  EXPECT_NE(network.Ask(kOne, client.developer->Register("erin")).find("account_id"), std::string::npos);
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000));
  const std::string address = Address(network.Ask(kOne, client.developer->Addresses("erin")));
  const Bytes message = ToBytes(std::string_view("late"));
  const std::string reply = network.Ask(kThree, client.developer->PersonalSign("erin", message));
  EXPECT_EQ(Recover(message, ResultText(reply)), address) << reply;
}

TEST_F(SimTest, TwoHundredSignaturesInterleaveOverOnePair) {
  Client client = MakeClient(network, rng);
  network.Ask(kOne, client.developer->Register("frank"));
  const std::string address = Address(network.Ask(kOne, client.developer->Addresses("frank")));
  network.Kill(kThree);  // one pair carries them all
  network.Run(100);
  std::map<std::uint64_t, Bytes> tokens;
  for (std::uint16_t i = 0; i < 200; ++i) {
    const Bytes message = ToBytes(crypto::Le16(i));
    tokens[network.Send(i % 2 == 0 ? kOne : kTwo, client.developer->PersonalSign("frank", message))] =
        message;
  }
  network.RunUntil(
      [&] {
        return std::ranges::all_of(tokens, [&](const auto& t) { return network.Reply(t.first).has_value(); });
      },
      60'000);
  std::size_t good = 0;
  for (const auto& [token, message] : tokens)
    good += Recover(message, ResultText(network.Reply(token).value_or(""))) == address;
  EXPECT_EQ(good, 200u);
}

Hash32 RunOnce(std::uint64_t seed) {
  Network network(Options{.seed = seed});
  network.Form();
  network.RunUntil([&] { return network.Ready(); }, 10'000);
  network.Run(500);
  return network.TrafficHash();
}

TEST(SimDeterminism, TheSameSeedGivesTheSameBytes) {
  EXPECT_EQ(ToHex(RunOnce(5)), ToHex(RunOnce(5)));
  EXPECT_NE(ToHex(RunOnce(5)), ToHex(RunOnce(6)));
}

}  // namespace
}  // namespace passport::sim
