// Mixed builds (rules.md 36): nodes whose version ranges meet work together; those whose do not refuse each
// other by name.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

TEST(SimBuilds, ANodeWithoutACommonVersionIsRefusedAndOneWithItWorks) {
  // An old build, one in transition, and a new one: the old and the new have only the middle one in common.
  Network network(Options{.seed = 36, .versions = {{kOne, {1, 1}}, {kTwo, {1, 2}}, {kThree, {2, 3}}}});
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
  // Presignatures came with version 2: the old one is not asked for any, and all sign with one another.
  network.Run(500);
  for (const auto& [gateway, username] : {std::pair(kOne, "old"), std::pair(kThree, "new")})
    network.Ask(gateway, client.developer->PersonalSign(username, AsBytes(std::string_view("again"))));
  EXPECT_EQ(network.Logged(Event::kUnknownMessage), 0u);
  EXPECT_EQ(network.Logged(Event::kPresignMade, kOne), 0u);
  EXPECT_EQ(network.Logged(Event::kPresignHit, kOne), 0u);
  EXPECT_GT(network.Logged(Event::kPresignMade, kThree), 0u);
  EXPECT_EQ(network.Logged(Event::kPresignHit, kThree), 1u);
}

}  // namespace
}  // namespace passport::sim
