// One hash for all bytes that go one way between two parties, of every protocol from a fixed seed. A change
// of one is a change of what goes over the wire, or of the order in which randomness is drawn; it belongs
// into the commit message.
#include <gtest/gtest.h>

#include "tests/unit/ot/whole.h"
#include "tests/unit/protocol/quarrel.h"
#include "tests/unit/protocol/repair_network.h"
#include "tests/unit/protocol/transfer_parties.h"

namespace passport::test::traces {
namespace {

using Expected = std::vector<std::string>;

TEST(Traces, OfKeyGeneration) {
  EXPECT_EQ(TracesOf(RunDkg(MakeProposal(2, 3), 1).wire, {{1}, {2}, {3}}),
            (Expected{"1>2 880b66a91ebc169d", "1>3 9e1dc2ecd927c4f4", "2>1 33fe186600153476",
                      "2>3 e901dd811537f9db", "3>1 dd78b08b19123144", "3>2 a974af9c9b55ec3e"}));
}

TEST(Traces, OfSigning) {
  SignScript script;
  script.binds_digest = true;
  EXPECT_EQ(TracesOf(RunSign(Cluster(2, 3, 1), {{1}, {3}}, 1, script).wire, {{1}, {3}}),
            (Expected{"1>3 0c735ff5f5407375", "3>1 3e19c519aed65543"}));
}

TEST(Traces, OfAPresignatureAndItsOnlineRound) {
  EXPECT_EQ(TracesOf(RunSign(Cluster(2, 3, 1), {{1}, {3}}, 1).wire, {{1}, {3}}),
            (Expected{"1>3 23384a3c284b755b", "3>1 8a8060d7919d2455"}));
  EXPECT_EQ(TracesOf(RunSign(Cluster(3, 3, 1), {{1}, {2}, {3}}, 1).wire, {{1}, {2}, {3}}),
            (Expected{"1>2 c53c62d4e6fc2aab", "1>3 7e5f6e35e139aa1a", "2>1 8d8870ec68f64e04",
                      "2>3 011330c6f1199e29", "3>1 e312e8945896996c", "3>2 d46baf82e0cd74c7"}));
}

TEST(Traces, OfAPairSetup) {
  ot::SetupRoster roster{Hash32{1}, 1, {{1}, 0, {}}, {{2}, 0, {}}};
  crypto::SeededRng rng(1);
  Wire wire{{}};
  auto start = ot::StartLower(roster, rng);
  wire.Send({1, {1}, {2}}, start.out.Encode());
  auto respond = ot::RespondHigher(roster, std::move(start.out), rng).value();
  wire.Send({2, {2}, {1}}, respond.out.Encode());
  auto finish = ot::FinishLower(std::move(start.next), std::move(respond.out), rng).value();
  wire.Send({3, {1}, {2}}, finish.out.Encode());
  auto confirm = ot::FinishHigher(std::move(respond.next), std::move(finish.out)).value();
  wire.Send({4, {2}, {1}}, confirm.out.Encode());
  ASSERT_TRUE(ot::ConfirmLower(std::move(finish.next), confirm.out).ok());
  EXPECT_EQ(TracesOf(wire, {{1}, {2}}), (Expected{"1>2 d19ae287c335a882", "2>1 2b24efa8305fa981"}));
}

// A refresh, and a change of the committee with a node that joins.
TEST(Traces, OfAResharing) {
  const Committee from = MakeCommittee(2, 3, 1);
  EXPECT_EQ(TracesOf(RunReshare(from, MakeReshareProposal(from, AllOf(3), 2, 3, AllOf(3)), 1).wire, AllOf(3)),
            (Expected{"1>2 b5896e5d32b7f21a", "1>3 6dc1ee1887e0bd4c", "2>1 579d9d755e441f6b",
                      "2>3 23b8c6295a5d1ac6", "3>1 b548235fcf47a7d9", "3>2 f5b0337222e25454"}));
  const Parties holders{{1}, {2}, {4}};
  EXPECT_EQ(
      TracesOf(RunReshare(from, MakeReshareProposal(from, {{1}, {2}}, 2, 4, holders), 1).wire, AllOf(4)),
      (Expected{"1>2 a1288c12af542dee", "1>4 40ee6132c9a77235", "2>1 87c3dded807153d6",
                "2>4 2c725ab2640a5a58", "4>1 1a9480cd9e5613bf", "4>2 1a9480cd9e5613bf"}));
}

TEST(Traces, OfARepair) {
  const Committee committee = MakeCommittee(2, 3, 1);
  Wire wire{{}};
  ASSERT_TRUE(RunRepair(committee, MakeRepairProposal(committee, {{1}, {2}}, {3}), wire).ok());
  EXPECT_EQ(TracesOf(wire, AllOf(3)), (Expected{"1>2 ca18b5df08fdddc4", "1>3 e25b89feea6b1394",
                                                "2>1 4b833863bc1a077f", "2>3 168342ed8505e060"}));
}

// The owner is party 0.
TEST(Traces, OfAnImport) {
  const transfer::ImportDeal deal = MakeDeal(MakeProposal(2, 2), 1);
  Wire wire{{}};
  for (const PartyIndex node : AllOf(2)) {
    wire.Send({1, {0}, node}, deal.offer.Encode());
    wire.Send({2, {0}, node}, deal.sealed_shares.at(node));
    wire.Send({3, node, {0}}, AcceptAs(node, MakeProposal(2, 2), deal).value().out.Encode());
  }
  EXPECT_EQ(TracesOf(wire, {{0}, {1}, {2}}), (Expected{"0>1 d52b40dd76264496", "0>2 60e5dcc331f4971e",
                                                       "1>0 ebb83de4a4a288ce", "2>0 099fddaae5ac1eb1"}));
}

TEST(Traces, OfAnExport) {
  const Committee committee = MakeCommittee(2, 3, 1);
  crypto::SeededRng rng(1);
  const crypto::SecretKey32 user = rng.Key();
  const transfer::ExportOrder order{Hash32{4}, committee.facts().Id(), 0, crypto::PublicX25519(user)};
  Wire wire{{}};
  for (const PartyIndex node : AllOf(2)) {
    wire.Send({1, node, {0}},
              transfer::Export(order, CopyOf(committee.shares.at(node)), rng).value().out.Encode());
  }
  EXPECT_EQ(TracesOf(wire, {{0}, {1}, {2}}), (Expected{"1>0 f1fb9328a9e62733", "2>0 20703dfc61521b1c"}));
}

// HPKE's one message.
TEST(Traces, OfAnEncryptionToAKey) {
  crypto::SeededRng rng(1);
  const crypto::X25519PublicKey to = crypto::PublicX25519(rng.Key());
  Wire wire{{}};
  wire.Send({1, {1}, {2}}, crypto::SealHpke(to, AsBytes("info"), AsBytes("plaintext"), rng).value());
  EXPECT_EQ(TracesOf(wire, {{1}, {2}}), (Expected{"1>2 fd98e3c34512efcc"}));
}

TEST(Traces, OfABlameRound) {
  blame::Quarrel quarrel(Cluster(3, 3, 2), blame::WrongPsi());
  Wire wire{{}};
  for (const PartyIndex party : Parties{{2}, {3}}) {
    const Bytes defence = quarrel.Defend(party).value().Encode();
    for (const PartyIndex peer : blame::kQuorum) {
      if (peer != party) wire.Send({4, party, peer}, defence);
    }
  }
  EXPECT_EQ(TracesOf(wire, blame::kQuorum), (Expected{"2>1 8cb6a3985e0fc00b", "2>3 8cb6a3985e0fc00b",
                                                      "3>1 867068be75e09b10", "3>2 867068be75e09b10"}));
}

}  // namespace
}  // namespace passport::test::traces
