// Accounts and scopes that change in two places at once, or while a node is away.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

class SimAccounts : public PlainTest {};

TEST_F(SimAccounts, OneUsernameRegisteredAtTwoGatewaysAtOnceIsOneAccount) {
  for (const std::string username : {"twin 1", "twin 2"}) {
    std::vector<std::uint64_t> tokens;
    for (const PartyIndex gateway : {kOne, kTwo})
      tokens.push_back(network.Send(gateway, client.developer->Register(username)));
    ASSERT_TRUE(network.RunUntil(
        [&] { return std::ranges::all_of(tokens, [&](auto t) { return network.Reply(t).has_value(); }); },
        30'000));
    std::size_t won = 0;
    for (const std::uint64_t token : tokens) {
      const std::string reply = *network.Reply(token);
      if (reply.find("account_id") != std::string::npos) {
        ++won;
        continue;
      }
      // The other one lost.
      const std::string name = ErrorName(reply);
      EXPECT_TRUE(name == "duplicate_registration" || name == "registration_pending") << reply;
    }
    EXPECT_EQ(won, 1u);
    for (const PartyIndex gateway : {kOne, kTwo, kThree}) {
      const std::string again = network.Ask(gateway, client.developer->Register(username));
      EXPECT_EQ(ErrorName(again), "duplicate_registration");
    }
    const std::string address = Address(network.Ask(kOne, client.developer->Addresses(username)));
    for (const PartyIndex gateway : {kOne, kTwo, kThree}) {
      EXPECT_EQ(Address(network.Ask(gateway, client.developer->Addresses(username))), address);
      EXPECT_TRUE(Signs(network, client, gateway, username, address));
    }
  }
  EXPECT_EQ(network.Logged(Event::kRecordForked), 0u);
}

TEST_F(SimAccounts, ANodeThatWasAwayDecidesByTheNewConfigOnly) {
  Client other = MakeClient(network, world.rng);
  const std::string address = Register(network, other, kTwo, "erin");
  EXPECT_TRUE(Signs(network, other, kThree, "erin", address));
  network.Kill(kThree);
  const auto update = [&](std::string_view config) {
    const std::string reply = network.Ask(kOne, client::UpdateScope(other.key, other.scope, config));
    EXPECT_EQ(ResultText(reply), other.scope) << reply;
  };
  update(R"({"name":"test","permissions":{"personal_sign":false}})");
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 10'000));
  network.log().clear();
  const Bytes message = ToBytes(std::string_view("message"));
  for (const PartyIndex gateway : {kThree, kOne, kTwo})
    EXPECT_EQ(ErrorName(network.Ask(gateway, other.developer->PersonalSign("erin", message))),
              "not_permitted");
  EXPECT_EQ(network.Logged(Event::kDecisionGranted), 0u);
  update(R"({"name":"test","description":"permitted again"})");
  EXPECT_TRUE(Signs(network, other, kThree, "erin", address));
  EXPECT_EQ(network.Logged(Event::kDecisionGranted), network.Logged(Event::kDecisionGranted, {}, 3));
}

}  // namespace
}  // namespace passport::sim
