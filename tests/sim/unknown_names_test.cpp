// Requests that anybody can send, about scopes that do not exist: they leave nothing on any disk.
#include <gtest/gtest.h>

#include "edl/base/uuid.h"
#include "tests/sim/client.h"

namespace passport::sim {
namespace {

class UnknownNamesTest : public ::testing::Test {
 protected:
  UnknownNamesTest() : rng(78) {
    network.Form();
    EXPECT_TRUE(Ready());
    client.emplace(MakeClient(network, rng));
    network.Run(1'000);
  }
  bool Ready() {
    return network.RunUntil([this] { return network.Ready(); }, 10'000);
  }
  void RestartAll() {
    for (const PartyIndex party : {kOne, kTwo, kThree}) network.Kill(party);
    for (const PartyIndex party : {kOne, kTwo, kThree}) network.Start(party);
    ASSERT_TRUE(Ready()) << network.Health(kOne);
    network.Run(1'000);
  }
  std::string RandomScope() { return FormatUuid(UuidFrom(rng.Array<32>())); }
  std::vector<std::map<RecordId, Bytes>> Disks() {
    return {network.Disk(kOne), network.Disk(kTwo), network.Disk(kThree)};
  }
  // Every kind of request that names a scope, through every node.
  void AskForUnknownScopes(int times) {
    const auto before = Disks();
    for (int i = 0; i < times; ++i) {
      const PartyIndex gateway{static_cast<std::uint16_t>(1 + i % 3)};
      client::Request requests[] = {client->developer->Register("eve"), client->developer->Addresses("eve"),
                                    client->developer->PersonalSign("eve", Bytes(32)),
                                    client::UpdateScope(client->key, RandomScope(), R"({"name":"x"})")};
      for (client::Request& request : requests) {
        if (!request.scope_id.empty()) request.scope_id = RandomScope();
        EXPECT_EQ(ErrorName(network.Ask(gateway, request)), "unknown_scope");
      }
    }
    EXPECT_TRUE(Disks() == before);
  }

  Network network{{}};
  crypto::SeededRng rng;
  std::optional<Client> client;
};

TEST_F(UnknownNamesTest, LeaveNothingOnAnyDisk) { AskForUnknownScopes(25); }

TEST_F(UnknownNamesTest, LeaveNothingOnAnyDiskAfterARestart) {
  RestartAll();
  AskForUnknownScopes(25);
}

// The signature is verified first: without one nobody has anything looked up.
TEST_F(UnknownNamesTest, AnUpdateWithoutASignatureSendsNoMessage) {
  client::Request request = client::UpdateScope(client->key, RandomScope(), R"({"name":"x"})");
  const std::string other = client::UpdateScope(client::DeveloperKey::Generate(), RandomScope(), "{}").body;
  // Another's key under this client's signature.
  const std::string_view field = R"("public_key":")";
  const auto value = [&](const std::string& body) {
    const std::size_t at = body.find(field) + field.size();
    return std::pair(at, body.find('"', at) - at);
  };
  const auto [at, size] = value(request.body);
  const auto [other_at, other_size] = value(other);
  request.body.replace(at, size, other.substr(other_at, other_size));
  std::size_t frames = 0;
  network.tap = [&frames](PartyIndex, PartyIndex, Bytes&) { return ++frames > 0; };
  EXPECT_EQ(ErrorName(network.Ask(kOne, request)), "unauthorized");
  EXPECT_EQ(frames, 0u);
}

}  // namespace
}  // namespace passport::sim
