// One message of each peer in each round (dkls23.md 6.10): the same again changes nothing, another one ends
// the run. The peer is named to the operator, nobody is banned, and the request goes on with other signers.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

class Equivocation : public ::testing::Test {
 protected:
  Equivocation() : world(Instance()), network(world.network), client(world.client) {}
  void SetUp() override {
    const World::Account own = world.BeginWithAccount();
    username_ = own.name;
    address_ = own.address;
  }

  void TearDown() override { network.core_tap = nullptr; }

  // Node 1 signs with nodes 2 and 3. Of each of these kinds, node 2 sends it the message and then what
  // `again` makes of it; node 3's is held back for so long.
  ::testing::AssertionResult SignsAlthough(const std::set<MessageKind>& kinds, void (*again)(Bytes&)) {
    std::deque<PeerMessage> said;
    std::set<MessageKind> done;
    std::vector<PeerMessage> held;
    network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& message) {
      if (to != kOne || !kinds.contains(message.kind) || done.contains(message.kind)) return true;
      if (from == kTwo) said.push_back(message);
      if (from == kThree) held.push_back(message);
      return from != kThree;
    };
    const std::uint64_t begun_ms = network.now_ms();
    const std::uint64_t token =
        network.Send(kOne, client.developer->PersonalSign(username_, AsBytes(std::string_view("two words"))));
    while (network.RunUntil([&] { return !said.empty() || network.Reply(token); }, 10'000) && !said.empty()) {
      PeerMessage message = said.front();
      said.pop_front();
      again(message.body);
      network.Forge(kTwo, kOne, message);
      network.Run(10);
      done.insert(message.kind);
      for (const PeerMessage& late : std::exchange(held, {})) network.Forge(kThree, kOne, late);
    }
    network.core_tap = nullptr;
    const std::string reply = network.Reply(token).value_or("");
    if (Recover(AsBytes(std::string_view("two words")), ResultText(reply)) != address_)
      return ::testing::AssertionFailure() << reply;
    if (done.size() != kinds.size()) return ::testing::AssertionFailure() << "nothing was said twice";
    if (network.now_ms() > begun_ms + 1'000) return ::testing::AssertionFailure() << "after a time-out";
    return ::testing::AssertionSuccess();
  }

  World& world;
  Network& network;
  Client& client;
  std::string username_;
  std::string address_;

 private:
  static World& Instance() {
    static World instance(Options{.n = 5, .t = 3, .seed = 610, .relayed = true});
    return instance;
  }
};

constexpr std::uint64_t kReason = static_cast<std::uint64_t>(protocol::AbortReason::kEquivocation);

TEST_F(Equivocation, TheSameMessageAgainChangesNothing) {
  EXPECT_TRUE(SignsAlthough({MessageKind::kSignRound1, MessageKind::kSignRound2, MessageKind::kSignRound3},
                            [](Bytes&) {}));
  EXPECT_EQ(network.Logged(Event::kSignAborted), 0u);
  EXPECT_EQ(network.Logged(Event::kSignRetry), 0u);
}

class EquivocationIn : public Equivocation, public ::testing::WithParamInterface<MessageKind> {};

TEST_P(EquivocationIn, ARoundEndsTheRunAndOthersSign) {
  EXPECT_TRUE(SignsAlthough({GetParam()}, [](Bytes& body) { body.back() ^= 1; }));
  const auto named = std::ranges::count_if(network.log(), [](const Network::LogEntry& entry) {
    return entry.code == static_cast<std::uint16_t>(Event::kSignAborted) && entry.node == kOne &&
           entry.party == kTwo.value && entry.value == kReason;
  });
  EXPECT_EQ(named, 1);
  EXPECT_EQ(network.Logged(Event::kSignAborted, {}, kReason), 1u);
  EXPECT_EQ(network.Logged(Event::kSignRetry, kOne), 1u);
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
  EXPECT_FALSE(PeerFlag(network, kOne, kTwo, "banned"));
  EXPECT_TRUE(PeerFlag(network, kOne, kTwo, "ready"));
}

INSTANTIATE_TEST_SUITE_P(Rounds, EquivocationIn,
                         ::testing::Values(MessageKind::kSignRound1, MessageKind::kSignRound2,
                                           MessageKind::kSignRound3));

// The same while a presignature is made: it is given up, and a later one is made.
TEST_F(Equivocation, InARoundOfAPresignatureEndsThatRun) {
  for (const MessageKind kind : {MessageKind::kPresignRound1, MessageKind::kPresignRound2}) {
    network.log().clear();
    std::optional<PeerMessage> said;
    network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& message) {
      if (to != kOne || message.kind != kind) return true;
      if (from == kTwo) said = message;
      return from == kTwo;
    };
    ASSERT_TRUE(Signs(network, client, kOne, username_, address_));
    ASSERT_TRUE(network.RunUntil([&] { return said.has_value(); }, 1'000));
    network.Forge(kTwo, kOne, *said);  // the same
    network.Run(20);
    EXPECT_EQ(network.Logged(Event::kSignAborted), 0u);
    said->body.back() ^= 1;
    network.Forge(kTwo, kOne, *said);
    network.Run(20);
    EXPECT_EQ(network.Logged(Event::kSignAborted, kOne, kReason), 1u);
    EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
    network.core_tap = nullptr;
    network.Skip(core::PresignConfig{}.rest_ms);
    network.Run(20);
  }
  ASSERT_TRUE(Signs(network, client, kOne, username_, address_));
  network.Run(100);
  EXPECT_GT(network.Logged(Event::kPresignMade, kOne), 0u);
}

}  // namespace
}  // namespace passport::sim
