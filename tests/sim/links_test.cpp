// Hostile links: what a network or a host does to frames cuts the link, and costs nothing else.
#include <gtest/gtest.h>

#include "tests/sim/world.h"
#include "trusted/peer/stream.h"

namespace passport::sim {
namespace {

class HostileLinks : public PlainTest {
 protected:
  // A request that asks all nodes for a record, and is answered by a quorum of them.
  ::testing::AssertionResult AsksAll() {
    const std::string reply = network.Ask(kOne, client.developer->Addresses("nobody"));
    if (ErrorName(reply) == "unknown_user") return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << reply;
  }
  // Does something to one frame from node 1 to node 2, in the middle of a request. The request is answered,
  // the link was cut for this reason, it is dialled again, and nobody is blamed.
  void Spoil(const std::function<void(Bytes&)>& change, Status reason) {
    ASSERT_TRUE(world.Restore());
    bool done = false;
    network.tap = [&](PartyIndex from, PartyIndex to, Bytes& frame) {
      if (!done && from == kOne && to == kTwo) {
        change(frame);
        done = true;
      }
      return true;
    };
    EXPECT_TRUE(AsksAll());
    EXPECT_TRUE(done);
    network.Run(20);  // the answer can come before the frame
    EXPECT_EQ(network.Logged(Event::kPeerRefused, kTwo, static_cast<std::uint64_t>(reason)), 1u);
    EXPECT_EQ(network.Logged(Event::kPeerRefused), 1u);
    EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 1'000));
    EXPECT_TRUE(world.SignsEverywhere());
    EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
    EXPECT_EQ(network.Logged(Event::kPairReady), 0u);  // the setups outlive the link (rules.md 5)
  }
};

TEST_F(HostileLinks, GarbageOnANewLinkIsCutAndTheSessionsGoOn) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{33}, std::size_t{500}, peer::kFrameBytesMax}) {
    for (const PartyIndex to : {kOne, kTwo, kThree}) {
      Bytes frame(size);
      network.rng().Fill(frame);
      EXPECT_TRUE(network.Inject(to, to == kOne ? kTwo : kOne, {frame})) << size;
    }
  }
  EXPECT_EQ(network.Logged(Event::kPeerLost), 0u);
  EXPECT_TRUE(world.SignsEverywhere());
}

TEST_F(HostileLinks, ALinkInTheNameOfTheNodeItselfIsCut) {
  EXPECT_TRUE(network.Inject(kTwo, kTwo, {}));
  EXPECT_TRUE(world.SignsEverywhere());
}

TEST_F(HostileLinks, ARecordedSessionOpensNothingWhenReplayed) {
  std::vector<Bytes> recorded;
  network.tap = [&](PartyIndex from, PartyIndex to, Bytes& frame) {
    if (from == kOne && to == kTwo) recorded.push_back(frame);
    return true;
  };
  network.Cut(kOne, kTwo);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 1'000));
  EXPECT_TRUE(AsksAll());
  network.tap = nullptr;
  ASSERT_GE(recorded.size(), 4u);  // announce, handshake, bind, messages
  network.log().clear();
  EXPECT_TRUE(network.Inject(kTwo, kOne, recorded));
  EXPECT_EQ(network.Logged(Event::kPeerOpen), 0u);
  EXPECT_EQ(network.Logged(Event::kPeerRefused, kTwo, static_cast<std::uint64_t>(Status::kDecrypt)), 1u);
  EXPECT_EQ(network.Logged(Event::kPeerLost), 0u);
  EXPECT_TRUE(world.SignsEverywhere());
}

TEST_F(HostileLinks, AChangedFrameCutsTheLinkAndTheRequestIsAnswered) {
  Spoil([](Bytes& frame) { frame.back() ^= 1; }, Status::kDecrypt);
  Spoil([](Bytes& frame) { frame[frame.size() / 2] ^= 0x40; }, Status::kDecrypt);
  Spoil([](Bytes& frame) { frame.front() ^= 1; }, Status::kHandshake);
  Spoil([](Bytes& frame) { frame.pop_back(); }, Status::kDecrypt);
  Spoil([](Bytes& frame) { frame.resize(3); }, Status::kMalformed);
  Spoil([](Bytes& frame) { frame.clear(); }, Status::kHandshake);
}

TEST_F(HostileLinks, AFrameReplayedOrLostInsideASessionCutsTheLink) {
  Bytes before;
  network.tap = [&](PartyIndex from, PartyIndex to, Bytes& frame) {
    if (from == kOne && to == kTwo) before = frame;
    return true;
  };
  EXPECT_TRUE(AsksAll());
  ASSERT_FALSE(before.empty());
  Spoil([&](Bytes& frame) { frame = before; }, Status::kPeerReplay);

  ASSERT_TRUE(world.Restore());
  bool lost = false;
  network.tap = [&](PartyIndex from, PartyIndex to, Bytes&) {
    if (lost || from != kOne || to != kTwo) return true;
    lost = true;
    return false;
  };
  EXPECT_TRUE(AsksAll());
  EXPECT_TRUE(lost);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 1'000));
  EXPECT_TRUE(world.SignsEverywhere());
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
}

}  // namespace
}  // namespace passport::sim
