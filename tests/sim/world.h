// A network with one scope and one account that many tests share: made once, made whole again before each
// test.
#pragma once

#include <gtest/gtest.h>

#include "tests/sim/client.h"

namespace passport::sim {

struct World {
  explicit World(const Options& options, std::string_view config = R"({"name":"test"})");
  ~World();
  Network network;
  crypto::SeededRng rng;
  Client client;
  std::string address;           // of the account "alice"
  std::uint64_t statements = 0;  // that Forgive has made

  // Every node up, answering and set up with every other; no hook, nothing logged.
  ::testing::AssertionResult Restore();
  // After it, leaders remember no failed signature, and every operator has cleared its node's counters.
  void Forgive();
  // Whole, nobody blamed, and with an account of the running test's own, which is named like it; nothing
  // logged.
  struct Account {
    std::string name;
    std::string address;
  };
  Account BeginWithAccount();
  // Whether "alice" signs through the gateway, or through all of them.
  ::testing::AssertionResult Signs(PartyIndex gateway, std::string_view message = "message");
  ::testing::AssertionResult SignsEverywhere();
  std::string SignReply(PartyIndex gateway, std::string_view message = "message");
};

// Whether every running node can do everything, and is set up with every other running one.
bool Whole(Network& network);
// What the node at `at` says of the peer: a member of its row in GET /health.
bool PeerFlag(Network& network, PartyIndex at, PartyIndex peer, std::string_view flag);

// Plain: frames are seen by tap. Relayed: messages are seen by core_tap, and can be forged.
template <bool kRelayed>
class SharedWorld : public ::testing::Test {
 protected:
  SharedWorld() : world(Instance()), network(world.network), client(world.client) {}
  void SetUp() override { ASSERT_TRUE(world.Restore()); }
  World& world;
  Network& network;
  Client& client;

 private:
  static World& Instance();
};
extern template class SharedWorld<false>;
extern template class SharedWorld<true>;
using PlainTest = SharedWorld<false>;
using RelayedTest = SharedWorld<true>;

}  // namespace passport::sim
