// A network with presignatures, and what tests do to those of node 1.
#pragma once

#include "tests/sim/world.h"
#include "trusted/core/presign_messages.h"
#include "trusted/json/json.h"

namespace passport::sim {

using core::MessageKind;
using core::PeerMessage;

class Presigning : public ::testing::Test {
 protected:
  Presigning() : world(Instance()), network(world.network), client(world.client) {}
  void SetUp() override { ASSERT_TRUE(world.Restore()); }
  static World& Instance() {
    static World instance(Options{.seed = 37, .relayed = true});
    return instance;
  }
  // What the node counts in GET /health, since its start.
  std::uint64_t Count(PartyIndex node, std::string_view name) {
    const auto health = json::Parse(network.Health(node)).value();
    const json::Value& counts = *health.Find("presignatures");
    const json::Value* dropped = counts.Find("dropped");
    return (counts.Find(name) != nullptr ? counts : *dropped).GetU64(name).value();
  }
  // Signs through node 1 until a presignature is used, and lets the next one be made.
  void Warm() {
    const std::uint64_t before = Count(kOne, "hits");
    for (int i = 0; i < 6 && Count(kOne, "hits") == before; ++i) {
      ASSERT_TRUE(world.Signs(kOne));
      network.Run(100);
    }
    ASSERT_GT(Count(kOne, "hits"), before);
  }
  // The next online message of node 1's is not delivered, and returned with its receiver. The client has its
  // signature all the same.
  std::pair<PartyIndex, PeerMessage> TakeOnline(std::string_view message) {
    std::pair<PartyIndex, PeerMessage> out;
    Warm();
    network.core_tap = [&out](PartyIndex from, PartyIndex to, PeerMessage& heard) {
      if (from != kOne || heard.kind != MessageKind::kSignOnline || out.first.value != 0) return true;
      out = {to, heard};
      return false;
    };
    EXPECT_TRUE(world.Signs(kOne, message));
    EXPECT_NE(out.first.value, 0u);
    network.core_tap = nullptr;
    return out;
  }
  // What node `from` answers to messages that node 1 is made to say: how many shares, and the refusals.
  struct Answers {
    std::size_t shares = 0;
    std::vector<core::SignRefuse> refusals;
  };
  Answers Tell(PartyIndex to, const std::vector<PeerMessage>& messages) {
    Answers out;
    network.core_tap = [&out, to](PartyIndex from, PartyIndex, PeerMessage& heard) {
      if (from != to) return true;
      out.shares += heard.kind == MessageKind::kSignRound3 ? 1u : 0u;
      if (heard.kind == MessageKind::kSignRefuse)
        out.refusals.push_back(core::SignRefuse::Parse(heard.body).value());
      return true;
    };
    for (const PeerMessage& message : messages) network.Forge(kOne, to, message);
    network.Run(30);
    network.core_tap = nullptr;
    return out;
  }
  RequestId RequestOf(PartyIndex leader) { return core::MakeRequestId(leader, network.rng()); }
  static PeerMessage WithOnline(PeerMessage message, const std::function<void(core::SignOnline&)>& change) {
    auto online = core::SignOnline::Parse(message.body).value();
    change(online);
    message.body = online.Encode();
    return message;
  }

  World& world;
  Network& network;
  Client& client;
};

}  // namespace passport::sim
