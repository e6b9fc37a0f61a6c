// Every kind of message between cores as it travels (version, kind, request id, body), and a whole disk, both
// of a registration and a signature in a simulated network.
#include <gtest/gtest.h>

#include <memory>

#include "tests/golden/message_forms.h"
#include "tests/golden/samples.h"
#include "tests/sim/client.h"

namespace passport::golden {
namespace {

using core::MessageKind;
using core::PeerMessage;

std::string FrameFile(const char* name) { return std::string("frame-") + name + "-v1.bin"; }
constexpr const char* kDisk = "disk-v1.bin";

Bytes EncodeDisk(const std::map<RecordId, Bytes>& disk) {
  Writer out;
  for (const auto& [id, blob] : disk) out.Raw(id.bytes).Var(blob);
  return out.Take();
}

// Registers an account and signs, twice: the first message of each kind, and the first node's disk.
void WriteFiles() {
  sim::Network network(sim::Options{.relayed = true});
  network.core_tap = [](PartyIndex, PartyIndex, PeerMessage& message) {
    for (const MessageForm& row : MessageForms()) {
      if (row.kind == message.kind) WriteMissing(FrameFile(row.name), message.Encode());
    }
    return true;
  };
  network.Form();
  ASSERT_TRUE(network.RunUntil([&] { return network.Ready(); }, 10'000));
  crypto::SeededRng rng(1);
  sim::Client client = sim::MakeClient(network, rng);
  const std::string address = sim::Register(network, client, {1}, "golden");
  ASSERT_TRUE(sim::Signs(network, client, {1}, "golden", address));
  network.Run(500);
  ASSERT_TRUE(sim::Signs(network, client, {1}, "golden", address));  // with a presignature
  WriteMissing(kDisk, EncodeDisk(network.Disk({1})));
  core::AdminStatement refresh;
  refresh.network = network.manifest().network_id;
  refresh.node = refresh.signer = PartyIndex{1};
  refresh.number = network.unix_ms();
  refresh.expires_unix_ms = refresh.number + 600'000;
  refresh.kind = core::AdminKind::kRefresh;
  refresh.signature = network.operators().at({1}).Sign(refresh.SignedHash());
  ASSERT_EQ(network.Admin({1}, refresh), Status::kOk);
  ASSERT_TRUE(network.RunUntil([&] { return network.Logged(Event::kRefreshDone) == 1; }, 30'000));
  // A key made without the third node, which is given its share afterwards.
  network.Kill({3});
  sim::Register(network, client, {1}, "repaired");
  network.Start({3});
  ASSERT_TRUE(network.RunUntil([&] { return network.Logged(Event::kRepairDone) > 0; }, 60'000));
  // Those that a good run does not have.
  const PeerMessage others[] = {
      {MessageKind::kSetupReset, {}, Bytes{3, 0, 0, 0}},
      {MessageKind::kKeygenAbort, RequestId{Numbered<16>(1)}, ToBytes(Numbered<32>(2))},
      {MessageKind::kEpochAsk, {}, ToBytes(Numbered<32>(3))},
      {MessageKind::kRefreshRefuse, RequestId{Numbered<16>(1)},
       core::RefreshRefuse{core::RefreshRefusal::kDone}.Encode()},
      {MessageKind::kSignRefuse, RequestId{Numbered<16>(1)}, SampleSignRefuse().Encode()},
      {MessageKind::kSignDispute, RequestId{Numbered<16>(1)}, SampleSignDispute().Encode()},
      {MessageKind::kSignDefence, RequestId{Numbered<16>(1)}, SampleSignDefence().Encode()},
      {MessageKind::kSignEvidence, RequestId{Numbered<16>(1)}, SampleSignEvidence().Encode()},
      {MessageKind::kRepairEnd, RequestId{Numbered<16>(1)}, SampleRepairEnd().Encode()},
      {MessageKind::kCeremonyAsk, RequestId{Numbered<16>(1)}, SampleCeremonyAsk().Encode()},
      {MessageKind::kCeremonyPart, RequestId{Numbered<16>(1)}, SampleCeremonyPart().Encode()},
      {MessageKind::kPresignRefuse, RequestId{Numbered<16>(1)},
       core::SignRefuse{0, core::RefuseReason::kNotReady, 0}.Encode()}};
  for (PeerMessage message : others) network.core_tap({1}, {2}, message);
}

class GoldenFrames : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (Writing()) WriteFiles();
  }
};

TEST_F(GoldenFrames, EveryKindIsUnderstood) {
  EXPECT_EQ(MessageForms().size(), 51u) << "a row for each kind";
  for (const MessageForm& row : MessageForms()) {
    const Bytes file = ReadGolden(FrameFile(row.name));
    const auto message = PeerMessage::Parse(file);
    ASSERT_TRUE(message.ok()) << row.name;
    EXPECT_EQ(message.value().kind, row.kind) << row.name;
    EXPECT_TRUE(message.value().Encode() == file) << row.name;
    const Result<Bytes> again = row.again(message.value().body);
    ASSERT_TRUE(again.ok()) << row.name;
    EXPECT_TRUE(again.value() == message.value().body) << row.name;
  }
}

// A frame of a later protocol version is told apart from garbage.
TEST_F(GoldenFrames, AnotherVersionIsNamed) {
  Bytes file = ReadGolden(FrameFile("sign-join"));
  ++file[0];
  EXPECT_EQ(PeerMessage::Parse(file).error(), Status::kPeerVersion);
}

// The records that the first release left on disk, sealed, under their head: a later one goes on from them.
TEST_F(GoldenFrames, ADiskOfTheFirstReleaseStarts) {
  sim::Network network(sim::Options{});
  const Bytes file = ReadGolden(kDisk);
  Reader in(file);
  while (in.remaining() > 0) {
    const RecordId id{in.Array<32>()};
    network.Disk({1})[id] = ToBytes(in.Var(sealing::kSealedBytesMax));
  }
  ASSERT_TRUE(in.Done());
  network.Start({1});
  const std::string health = network.Health({1});
  EXPECT_NE(health.find(R"("phase":"serving")"), std::string::npos) << health;
  EXPECT_NE(health.find(R"("keys":1)"), std::string::npos) << health;
}

}  // namespace
}  // namespace passport::golden
