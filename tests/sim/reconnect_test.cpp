// Links that die in the middle of a run (rules.md 5): between the same two starts the run goes on in the next
// session, and what is said again is the same byte for byte.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

// Nodes 1 and 2 alone: no other signers can be tried. In a network of its own: one that was slow to another
// test hedges, and a second run of a request is what these tests exclude.
class Reconnects : public ::testing::Test {
 protected:
  Reconnects() : world(Instance()), network(world.network), client(world.client) {}
  void SetUp() override {
    ASSERT_TRUE(world.Restore());
    network.Kill(kThree);
  }
  static World& Instance() {
    static World instance(Options{.seed = 36, .relayed = true, .presign = {.total_max = 0}});
    return instance;
  }
  // The link dies with the first message of the watched kind in it; the next one, if it shall, with what an
  // end says it has.
  void Cut(bool twice) {
    ASSERT_TRUE(seen_ || network.RunUntil([this] { return seen_; }, 1'000));
    network.Cut(kOne, kTwo);
    if (!twice) return;
    seen_ = false;
    kind_ = MessageKind::kReceived;
    ASSERT_TRUE(network.RunUntil([this] { return seen_; }, 1'000));
    network.Cut(kOne, kTwo);
  }
  void Watch(MessageKind kind) {
    kind_ = kind;
    seen_ = false;
    again_ = 0;
    said_.clear();
    network.core_tap = [this](PartyIndex from, PartyIndex to, PeerMessage& message) {
      seen_ = seen_ || message.kind == kind_;
      if (message.request == RequestId{} || message.kind == MessageKind::kReplica) return true;
      const auto [first, is_new] = said_.try_emplace({from, to, message.kind}, message.body);
      again_ += is_new ? 0 : 1;
      EXPECT_EQ(first->second, message.body) << static_cast<int>(message.kind);
      return true;
    };
  }

  World& world;
  Network& network;
  Client& client;
  std::map<std::tuple<PartyIndex, PartyIndex, MessageKind>, Bytes> said_;
  MessageKind kind_{};
  bool seen_ = false;
  std::size_t again_ = 0;
};

TEST_F(Reconnects, ASignatureGoesOnWhicheverOfItsMessagesIsLost) {
  for (const MessageKind kind :
       {MessageKind::kSignInvite, MessageKind::kSignJoin, MessageKind::kSignBegin, MessageKind::kSignRound1,
        MessageKind::kSignRound2, MessageKind::kSignRound3}) {
    for (const bool twice : {false, true}) {
      network.log().clear();
      Watch(kind);
      const std::string_view text = "in flight";
      const auto token = network.Send(kOne, client.developer->PersonalSign("alice", AsBytes(text)));
      ASSERT_NO_FATAL_FAILURE(Cut(twice));
      ASSERT_TRUE(network.RunUntil([&] { return network.Reply(token).has_value(); }, 100));
      EXPECT_EQ(Recover(AsBytes(text), ResultText(*network.Reply(token))), world.address);
      EXPECT_GE(again_, 1u) << static_cast<int>(kind);
      EXPECT_EQ(network.Logged(Event::kShareGiven), 2u) << "one run";
      EXPECT_EQ(network.Logged(Event::kSignRetry), 0u);
      EXPECT_EQ(network.Logged(Event::kSignAborted), 0u);
    }
  }
}

TEST_F(Reconnects, AKeyGenerationGoesOnWhicheverOfItsMessagesIsLost) {
  for (const MessageKind kind : {MessageKind::kKeygenInvite, MessageKind::kKeygenCommitment,
                                 MessageKind::kKeygenOpening, MessageKind::kKeygenConfirmation}) {
    network.log().clear();
    Watch(kind);
    const std::string name = "reconnects-" + std::to_string(static_cast<int>(kind));
    const auto token = network.Send(kOne, client.developer->Register(name));
    ASSERT_NO_FATAL_FAILURE(Cut(false));
    ASSERT_TRUE(network.RunUntil([&] { return network.Reply(token).has_value(); }, 100));
    EXPECT_NE(network.Reply(token)->find("result"), std::string::npos) << *network.Reply(token);
    EXPECT_GE(again_, 1u) << static_cast<int>(kind);
    EXPECT_EQ(network.Logged(Event::kKeyMade), 2u) << "one run";
    EXPECT_EQ(network.Logged(Event::kKeyAborted), 0u);
  }
}

// A session is open and the peer has not yet said what it has: nothing is sent that would be sent again then.
TEST_F(Reconnects, WhatIsSaidBeforeThePeerHasReportedIsSaidOnce) {
  network.delay_ms = [](PartyIndex, PartyIndex) { return 40; };
  network.Cut(kOne, kTwo);
  network.log().clear();
  ASSERT_TRUE(network.RunUntil([&] { return network.Logged(Event::kPeerOpen, kOne) > 0; }, 1'000));
  Watch(MessageKind::kSignInvite);
  const std::string_view text = "early";
  EXPECT_EQ(Recover(AsBytes(text), ResultText(world.SignReply(kOne, text))), world.address);
  EXPECT_TRUE(seen_);
  EXPECT_EQ(again_, 0u);
}

TEST_F(Reconnects, ANodeThatDoesNotComeBackIsNamedWithinASecond) {
  Watch(MessageKind::kSignRound1);
  const auto token =
      network.Send(kOne, client.developer->PersonalSign("alice", AsBytes(std::string_view("a"))));
  ASSERT_TRUE(network.RunUntil([&] { return seen_; }, 1'000));
  network.Kill(kTwo);
  EXPECT_FALSE(network.RunUntil([&] { return network.Reply(token).has_value(); }, 300)) << "it may come back";
  ASSERT_TRUE(network.RunUntil([&] { return network.Reply(token).has_value(); }, 700));
  EXPECT_EQ(ErrorName(*network.Reply(token)), "too_few_nodes");
}

// Whatever one end says of what it has, the pair signs afterwards.
TEST_F(Reconnects, AReportThatLiesCostsTheRunsAndNothingElse) {
  for (const core::KeptReport lie : {core::KeptReport{0, 0}, core::KeptReport{1'000'000, 0},
                                     core::KeptReport{0, 1'000'000}, core::KeptReport{~0ull, ~0ull}}) {
    Watch(MessageKind::kSignRound1);
    const auto token =
        network.Send(kOne, client.developer->PersonalSign("alice", AsBytes(std::string_view("a"))));
    ASSERT_TRUE(network.RunUntil([&] { return seen_; }, 1'000));
    network.core_tap = [lie](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (from == kTwo && message.kind == MessageKind::kReceived) message.body = lie.Encode();
      return true;
    };
    network.Cut(kOne, kTwo);
    ASSERT_TRUE(network.RunUntil([&] { return network.Reply(token).has_value(); }, 15'000));
    network.core_tap = nullptr;
    network.Cut(kOne, kTwo);
    ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 1'000));
    EXPECT_TRUE(world.Signs(kOne));
    EXPECT_TRUE(world.Signs(kTwo));
  }
}

}  // namespace
}  // namespace passport::sim
