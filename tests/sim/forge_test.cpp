// A lying core: one that says anything it likes inside a good session harms neither the others nor their
// records.
#include <gtest/gtest.h>

#include "tests/sim/world.h"
#include "trusted/peer/stream.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

constexpr std::size_t kHeaderBytes = 19;
constexpr MessageKind kProtocolKinds[] = {MessageKind::kReplica,
                                          MessageKind::kKeygenInvite,
                                          MessageKind::kKeygenCommitment,
                                          MessageKind::kKeygenOpening,
                                          MessageKind::kKeygenConfirmation,
                                          MessageKind::kKeygenAbort,
                                          MessageKind::kSignInvite,
                                          MessageKind::kSignJoin,
                                          MessageKind::kSignBegin,
                                          MessageKind::kSignRound1,
                                          MessageKind::kSignRound2,
                                          MessageKind::kSignRound3,
                                          MessageKind::kSignRefuse,
                                          MessageKind::kSignOnline,
                                          MessageKind::kSignDispute,
                                          MessageKind::kSignDefence,
                                          MessageKind::kSignEvidence,
                                          MessageKind::kPresignInvite,
                                          MessageKind::kPresignJoin,
                                          MessageKind::kPresignBegin,
                                          MessageKind::kPresignRound1,
                                          MessageKind::kPresignRound2,
                                          MessageKind::kPresignReady,
                                          MessageKind::kPresignRefuse,
                                          MessageKind{0},
                                          MessageKind{6},
                                          MessageKind{77},
                                          MessageKind{0xFFFF}};
constexpr MessageKind kSetupKinds[] = {MessageKind::kSetupReply, MessageKind::kSetupFinish,
                                       MessageKind::kSetupConfirm, MessageKind::kSetupReset};

class LyingCore : public RelayedTest {
 protected:
  Bytes Random(std::size_t size) {
    Bytes out(size);
    network.rng().Fill(out);
    return out;
  }
  void ExpectUnharmed() {
    network.Run(50);
    EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
    EXPECT_EQ(network.Logged(Event::kPeerLost), 0u);
    EXPECT_EQ(network.Logged(Event::kRecordForked), 0u);
    EXPECT_TRUE(world.SignsEverywhere());
  }
  // All messages between cores of a registration and a signature, setups apart.
  std::vector<PeerMessage> Record(std::string_view username) {
    std::vector<PeerMessage> out;
    network.core_tap = [&out](PartyIndex, PartyIndex, PeerMessage& message) {
      out.push_back(message);
      return true;
    };
    const std::string address = Register(network, client, kTwo, username);
    EXPECT_TRUE(Signs(network, client, kTwo, username, address));
    network.core_tap = nullptr;
    return out;
  }
};

TEST_F(LyingCore, GarbageOfEveryKindAndSizeIsIgnored) {
  const std::size_t huge = peer::kMessageBytesMax - kHeaderBytes;
  for (const MessageKind kind : kProtocolKinds) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{70}, std::size_t{3'000}, huge})
      network.Forge(kThree, kOne, {kind, RequestId{network.rng().Array<16>()}, Random(size)});
  }
  for (const MessageKind kind : kSetupKinds) {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{4}, std::size_t{36}, std::size_t{22'116}, huge})
      network.Forge(kThree, kOne, {kind, {}, Random(size)});
  }
  ExpectUnharmed();
  EXPECT_EQ(network.Logged(Event::kUnknownMessage, kOne), 15u);
}

TEST_F(LyingCore, RealMessagesReplayedRenamedAndChangedAreIgnored) {
  const std::vector<PeerMessage> recorded = Record("replayed");
  ASSERT_GT(recorded.size(), 20u);
  std::size_t turn = 0;
  for (const PeerMessage& message : recorded) {
    network.Forge(kThree, kOne, message);
    PeerMessage renamed = message;
    renamed.request = RequestId{network.rng().Array<16>()};
    network.Forge(kThree, kOne, renamed);
    PeerMessage changed = message;
    if (changed.body.empty()) continue;
    changed.body[(turn += 97) % changed.body.size()] ^= 0x10;
    network.Forge(kThree, kOne, changed);
    changed.body.resize(changed.body.size() / 2);
    network.Forge(kThree, kOne, changed);
  }
  ExpectUnharmed();
}

TEST_F(LyingCore, AnEnclavesOwnRecordsAreOutOfReach) {
  std::vector<RecordId> own;
  for (const auto& [id, record] : network.Disk(kOne)) {
    if (!policy::IsReplicated(id)) own.push_back(id);
  }
  for (const auto kind : {policy::RecordKind::kHead, policy::RecordKind::kPeerFaults,
                          policy::RecordKind::kAdmin, policy::RecordKind::kKeyShare}) {
    own.push_back(policy::MakeRecordId(kind, {}));
  }
  ASSERT_GE(own.size(), 7u);  // head, identity, manifest, a key share, and those
  const std::map<RecordId, Bytes> before = network.Disk(kOne);
  for (const RecordId& id : own) {
    const replica::Ballot ballot{1, kThree};
    const replica::Version version{1, {}, Random(40)};
    for (const replica::Message& message :
         {replica::Message(replica::Prepare{id, ballot, 0}),
          replica::Message(replica::Accept{id, ballot, {}, version, Random(40)}),
          replica::Message(replica::Learn{id, {version, {}}}), replica::Message(replica::Query{id, 0})}) {
      network.Forge(kThree, kOne, {MessageKind::kReplica, {}, replica::EncodeMessage(message)});
    }
  }
  network.Run(50);
  EXPECT_EQ(network.Disk(kOne), before);
  ExpectUnharmed();
}

// A gateway that opens runs at the others and lets them lie, more than they can hold.
TEST_F(LyingCore, AGatewayThatFillsTheRunsOfOthersKeepsOnlyItselfOut) {
  network.Run(15'000);  // runs that other tests broke off are over
  std::optional<PeerMessage> invite;
  network.core_tap = [&](PartyIndex, PartyIndex to, PeerMessage& message) {
    if (message.kind == MessageKind::kSignInvite && to == kOne) invite = message;
    return true;
  };
  ASSERT_TRUE(world.Signs(kThree));
  ASSERT_TRUE(invite.has_value());
  std::size_t refused = 0;
  std::size_t joined = 0;
  network.core_tap = [&](PartyIndex, PartyIndex to, PeerMessage& message) {
    refused += to == kThree && message.kind == MessageKind::kSignRefuse ? 1u : 0u;
    joined += to == kThree && message.kind == MessageKind::kSignJoin ? 1u : 0u;
    return true;
  };
  for (std::uint16_t i = 0; i < 1'100; ++i) {
    const auto number = crypto::Le16(i);
    std::ranges::copy(number, invite->request.bytes.end() - 2);
    network.Forge(kThree, kOne, *invite);
  }
  network.Run(50);
  EXPECT_EQ(joined, 512u) << "half of the table";
  EXPECT_EQ(refused, 1'100u - 512u);
  network.Hang(kThree, true);
  for (const std::string message : {"first", "second", "third"}) {
    EXPECT_TRUE(world.Signs(kOne, message));
    EXPECT_TRUE(world.Signs(kTwo, message));
  }
  network.Run(12'000);  // the runs are forgotten
}

}  // namespace
}  // namespace passport::sim
