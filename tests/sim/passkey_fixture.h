// A network with a scope for passkeys that many tests share.
#pragma once

#include "tests/sim/passkey_client.h"
#include "tests/sim/world.h"

namespace passport::sim {

inline constexpr const char* kPasskeyConfig =
    R"({"name":"wallet","rp":{"id":"wallet.example","origin":"https://wallet.example","name":"Wallet"}})";

struct PasskeyWorld {
  PasskeyWorld();
  World world;
  PasskeyClient wallet;
};

class PasskeyTest : public ::testing::Test {
 protected:
  PasskeyTest()
      : world(Instance().world), network(world.network), client(world.client), wallet(Instance().wallet) {}
  void SetUp() override { ASSERT_TRUE(world.Restore()); }
  // The address of the session's account, or the reply.
  std::string AddressBy(PartyIndex gateway, const std::string& session) {
    return Address(network.Ask(gateway, wallet.With(session, "eth_requestAccounts")));
  }
  ::testing::AssertionResult SignsBy(PartyIndex gateway, const std::string& session,
                                     const std::string& address) {
    const std::string reply = network.Ask(gateway, wallet.Sign(session));
    if (Recover(AsBytes("message"), ResultText(reply)) == address) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "node " << gateway.value << " answered " << reply;
  }
  // How a request to sign with the session is refused.
  std::string RefusedBy(PartyIndex gateway, const std::string& session) {
    return ErrorName(network.Ask(gateway, wallet.Sign(session)));
  }
  World& world;
  Network& network;
  Client& client;
  PasskeyClient& wallet;

 private:
  static PasskeyWorld& Instance();
};

}  // namespace passport::sim
