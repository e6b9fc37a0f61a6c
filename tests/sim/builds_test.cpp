// Mixed builds (rules.md 36): nodes whose version ranges meet work together; those whose do not refuse each
// other by name.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

TEST(SimBuilds, ANodeWithoutACommonVersionIsRefusedAndOneWithItWorks) {
  // An old build, one in transition, and a new one: the old and the new have only the middle one in common.
  Network network(Options{.seed = 36, .versions = {{kOne, {4, 4}}, {kTwo, {4, 5}}, {kThree, {5, 6}}}});
  crypto::SeededRng rng(36);
  network.Form();
  const auto paired = [&] {
    return network.Ready() && PeerFlag(network, kTwo, kOne, "ready") &&
           PeerFlag(network, kTwo, kThree, "ready");
  };
  ASSERT_TRUE(network.RunUntil(paired, 10'000)) << network.Health(kTwo);
  EXPECT_FALSE(PeerFlag(network, kOne, kThree, "connected"));
  EXPECT_FALSE(PeerFlag(network, kThree, kOne, "connected"));

  network.log().clear();
  network.Run(30);
  const std::size_t refused = network.Logged(Event::kPeerRefused);
  EXPECT_GT(refused, 0u);
  EXPECT_EQ(network.Logged(Event::kPeerRefused, {}, static_cast<std::uint64_t>(Status::kPeerVersion)),
            refused);
  EXPECT_EQ(network.Logged(Event::kPeerRefused, kTwo), 0u);
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);

  Client client = MakeClient(network, rng);
  for (const auto& [gateway, username] : {std::pair(kOne, "old"), std::pair(kThree, "new")}) {
    const std::string address = Register(network, client, gateway, username);
    EXPECT_TRUE(Signs(network, client, gateway, username, address));
    EXPECT_TRUE(Signs(network, client, kTwo, username, address));
  }
}

// Before version 3 multiplications were hashed in another way, before 4 sessions had no evidence: neither
// would believe the other. They never get so far.
class SimOlderBuilds : public ::testing::TestWithParam<std::uint16_t> {};
INSTANTIATE_TEST_SUITE_P(Before, SimOlderBuilds, ::testing::Values(2, 3));

TEST_P(SimOlderBuilds, AreRefusedByNameAndBlamedForNothing) {
  Network network(Options{.seed = 37, .versions = {{kOne, {1, GetParam()}}}});
  crypto::SeededRng rng(37);
  network.Form();
  const auto paired = [&] { return PeerFlag(network, kTwo, kThree, "ready"); };
  ASSERT_TRUE(network.RunUntil(paired, 10'000)) << network.Health(kTwo);
  network.Run(30);
  EXPECT_FALSE(PeerFlag(network, kTwo, kOne, "connected"));
  const std::size_t refused = network.Logged(Event::kPeerRefused);
  EXPECT_GT(refused, 0u);
  EXPECT_EQ(network.Logged(Event::kPeerRefused, {}, static_cast<std::uint64_t>(Status::kPeerVersion)),
            refused);
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
}

}  // namespace
}  // namespace passport::sim
