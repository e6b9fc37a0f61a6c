// Presignatures of a pair that fails: its link dies while they are made or used (rules.md 5), or one bans the
// other (rules.md 17).
#include <gtest/gtest.h>

#include "tests/sim/presigning.h"

namespace passport::sim {
namespace {

// Nodes 1 and 2 alone.
class PresigningInPair : public Presigning {
 protected:
  void SetUp() override {
    Presigning::SetUp();
    network.Kill(kThree);
  }
  // The next multiplication of node 2's for the pool is wrong, under its own signature.
  void Spoil() {
    Warm();
    network.core_tap = [this, done = false](PartyIndex from, PartyIndex, PeerMessage& message) mutable {
      if (from != kTwo || message.kind != MessageKind::kPresignRound2 || done) return true;
      done = true;
      core::SignRound round = core::SignRound::Parse(message.body).value();
      sign::Multiplication said = sign::Multiplication::Parse(round.message).value();
      said.gamma_nonce = said.gamma_key;
      round.message = said.Encode();
      round.signature = network.Steal(kTwo).identity.Sign(sign::Statement(sign::Show(said)));
      message.body = round.Encode();
      return true;
    };
    ASSERT_TRUE(world.Signs(kOne));
    network.Run(100);
    network.core_tap = nullptr;
  }
  // A good message by which node 2 asks node 1 for its share, kept from it.
  PeerMessage OnlineOfTwo() {
    std::optional<PeerMessage> out;
    network.core_tap = [&out](PartyIndex from, PartyIndex, PeerMessage& heard) {
      if (out || from != kTwo || heard.kind != MessageKind::kSignOnline) return true;
      out = heard;
      return false;
    };
    for (int i = 0; i < 6 && !out; ++i) {
      EXPECT_TRUE(world.Signs(kTwo));
      network.Run(100);
    }
    network.core_tap = nullptr;
    return out.value();
  }
  void Unban(std::uint64_t number) {
    core::AdminStatement out;
    out.network = network.manifest().network_id;
    out.node = out.signer = kOne;
    out.number = kUnixStartMs + number;
    out.expires_unix_ms = network.unix_ms() + 60'000;
    out.argument = kTwo;
    out.signature = network.operators().at(kOne).Sign(out.SignedHash());
    EXPECT_EQ(network.Admin(kOne, out), Status::kOk);
  }
  // The link dies with the first message of this kind in it.
  void CutAt(MessageKind kind, const std::function<void()>& begin) {
    bool seen = false;
    network.core_tap = [&seen, kind](PartyIndex, PartyIndex, PeerMessage& message) {
      seen = seen || message.kind == kind;
      return true;
    };
    begin();
    ASSERT_TRUE(seen || network.RunUntil([&] { return seen; }, 1'000)) << static_cast<int>(kind);
    network.core_tap = nullptr;
    network.Cut(kOne, kTwo);
  }
};

TEST_F(PresigningInPair, ABanDropsThemAndNoneIsMadeOrGivenUntilItEnds) {
  Unban(1);  // other tests have failed checks, too
  for (std::uint64_t count = 1; count <= core::kBurnsToBan; ++count) {
    const bool last = count == core::kBurnsToBan;
    const PeerMessage online = OnlineOfTwo();
    ASSERT_NO_FATAL_FAILURE(Spoil());
    EXPECT_EQ(network.Logged(Event::kPairBurned, kOne, count), 1u);
    EXPECT_EQ(PeerFlag(network, kOne, kTwo, "banned"), last);
    EXPECT_EQ(Count(kOne, "pooled"), 0u);
    Answers answers;
    network.core_tap = [&answers](PartyIndex from, PartyIndex, PeerMessage& heard) {
      answers.shares += from == kOne && heard.kind == MessageKind::kSignRound3 ? 1u : 0u;
      return true;
    };
    network.Forge(kTwo, kOne, online);
    network.Run(30);
    EXPECT_EQ(answers.shares, 0u) << "it went with the setup";
    network.core_tap = nullptr;
    if (last) break;
    ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
    network.Skip(core::PresignConfig{}.rest_ms);
    network.Run(20);
  }
  EXPECT_EQ(ErrorName(world.SignReply(kOne)), "too_few_nodes");
  network.Skip(core::PresignConfig{}.rest_ms);
  network.Run(1'000);
  EXPECT_EQ(Count(kOne, "pooled"), 0u);
  Unban(2);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  Warm();
}

TEST_F(PresigningInPair, OneIsMadeWhicheverOfItsMessagesIsLost) {
  for (const MessageKind kind :
       {MessageKind::kPresignInvite, MessageKind::kPresignJoin, MessageKind::kPresignBegin,
        MessageKind::kPresignRound1, MessageKind::kPresignRound2, MessageKind::kPresignReady}) {
    Warm();
    const std::uint64_t made = Count(kOne, "made");
    ASSERT_NO_FATAL_FAILURE(CutAt(kind, [this] { EXPECT_TRUE(world.Signs(kOne)); }));
    network.Run(100);
    EXPECT_GT(Count(kOne, "made"), made) << static_cast<int>(kind);
    EXPECT_EQ(network.Logged(Event::kSignAborted), 0u);
    const std::uint64_t hits = Count(kOne, "hits");
    EXPECT_TRUE(world.Signs(kOne));
    EXPECT_EQ(Count(kOne, "hits"), hits + 1);
  }
}

TEST_F(PresigningInPair, ALinkThatDiesWhileOneIsUsedCostsNeitherItNorASecondShare) {
  for (const MessageKind kind : {MessageKind::kSignOnline, MessageKind::kSignRound3}) {
    Warm();
    const std::uint64_t hits = Count(kOne, "hits");
    const std::uint64_t misses = Count(kOne, "misses");
    network.log().clear();
    std::uint64_t token = 0;
    ASSERT_NO_FATAL_FAILURE(CutAt(kind, [&] {
      token = network.Send(kOne, client.developer->PersonalSign("alice", AsBytes(std::string_view("cut"))));
    }));
    ASSERT_TRUE(network.RunUntil([&] { return network.Reply(token).has_value(); }, 100));
    EXPECT_EQ(Count(kOne, "hits"), hits + 1);
    EXPECT_EQ(Count(kOne, "misses"), misses);
    EXPECT_EQ(network.Logged(Event::kShareGiven), 2u);
  }
}

}  // namespace
}  // namespace passport::sim
