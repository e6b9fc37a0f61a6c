// The first released form of every record and message of a Schnorr key is understood for ever (rules.md 36),
// and one hash of what goes each way in a run from a fixed seed.
#include <gtest/gtest.h>

#include "tests/golden/golden.h"
#include "tests/unit/frost/frost_network.h"
#include "tests/unit/protocol/repair_network.h"
#include "trusted/frost/bip340.h"
#include "trusted/frost/ed25519_sha512.h"

namespace passport::test::frost_golden {
namespace {

using curve::Ed25519;
using frost::Bip340;
using frost::Ed25519Sha512;
using golden::RoundTrips;

const Bytes kMessage = ToBytes("a message");

// One key of 2-of-3, its next epoch, a repair in it, and a signature with it.
struct Ed25519Life {
  static dkg::Proposal Proposal() {
    dkg::Proposal out = MakeProposal(2, 3);
    out.curve = curve::kCurveEd25519;
    out.purpose = sharing::kPurposeEdDsa;
    return out;
  }
  DkgRunOf<Ed25519> generated = RunDkg<Ed25519>(Proposal(), 1);
  CommitteeOf<Ed25519> first = MakeCommittee<Ed25519>(Proposal(), 1);
  ReshareRunOf<Ed25519> reshared = RunReshare(first, MakeReshareProposal(first, AllOf(3), 2, 3, AllOf(3)), 1);
  CommitteeOf<Ed25519> second = reshared.Activated();
  FrostRun<Ed25519Sha512> run = RunFrost<Ed25519Sha512>(second.shares, {{1}, {3}}, kMessage, 1);
  Wire repair{{}};

  Ed25519Life() { EXPECT_TRUE(RunRepair(second, MakeRepairProposal(second, {{1}, {2}}, {3}), repair).ok()); }
};

class FrostGolden : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!golden::Writing()) return;
    const Ed25519Life life;
    const auto write = [](const char* name, ByteSpan bytes) { golden::WriteMissing(name, bytes); };
    write("dkg-opening-ed25519-v1.bin", life.generated.wire.sent({2, {1}, {2}}));
    write("dkg-confirmation-ed25519-v1.bin", life.generated.wire.sent({3, {1}, {2}}));
    write("key-share-ed25519-v1.bin", life.first.shares.at({2}).EncodeSecret().Expose());
    write("key-certificate-ed25519-v1.bin", life.first.certificate.Encode());
    write("reshare-opening-ed25519-v1.bin", life.reshared.wire.sent({2, {1}, {2}}));
    write("key-share-ed25519-v2.bin", life.second.shares.at({2}).EncodeSecret().Expose());
    write("key-certificate-ed25519-v2.bin", life.second.certificate.Encode());
    write("repair-part-ed25519-v1.bin", life.repair.sent({1, {1}, {2}}));
    write("repair-sum-ed25519-v1.bin", life.repair.sent({2, {1}, {3}}));
    write("frost-commitment-ed25519-v1.bin", life.run.wire.sent({1, {1}, {3}}));
    write("frost-share-ed25519-v1.bin", life.run.wire.sent({2, {1}, {3}}));
    const auto bip340 = RunFrost<Bip340>(DealKey<Bip340>(2, 3, 1), {{1}, {3}}, kMessage, 1);
    write("frost-commitment-bip340-v1.bin", bip340.wire.sent({1, {1}, {3}}));
    write("frost-share-bip340-v1.bin", bip340.wire.sent({2, {1}, {3}}));
  }
};

TEST_F(FrostGolden, MessagesOfSigningAreUnderstood) {
  EXPECT_TRUE(RoundTrips<frost::NonceCommitmentOf<Ed25519>>("frost-commitment-ed25519-v1.bin"));
  EXPECT_TRUE(RoundTrips<frost::SignatureShareOf<Ed25519>>("frost-share-ed25519-v1.bin"));
  EXPECT_TRUE(RoundTrips<frost::NonceCommitmentOf<curve::Secp256k1>>("frost-commitment-bip340-v1.bin"));
  EXPECT_TRUE(RoundTrips<frost::SignatureShareOf<curve::Secp256k1>>("frost-share-bip340-v1.bin"));
}

TEST_F(FrostGolden, MessagesOfALifeOfAnEd25519KeyAreUnderstood) {
  EXPECT_TRUE(RoundTrips<dkg::OpeningOf<Ed25519>>("dkg-opening-ed25519-v1.bin"));
  EXPECT_TRUE(RoundTrips<dkg::ConfirmationOf<Ed25519>>("dkg-confirmation-ed25519-v1.bin"));
  EXPECT_TRUE(RoundTrips<dkg::OpeningOf<Ed25519>>("reshare-opening-ed25519-v1.bin"));
  EXPECT_TRUE(RoundTrips<reshare::RepairPartOf<Ed25519>>("repair-part-ed25519-v1.bin"));
  EXPECT_TRUE(RoundTrips<reshare::RepairSumOf<Ed25519>>("repair-sum-ed25519-v1.bin"));
}

TEST_F(FrostGolden, SharesOfAnEd25519KeyBelongToTheirCertificates) {
  for (const std::string version : {"v1", "v2"}) {
    const std::string share_file = "key-share-ed25519-" + version + ".bin";
    const std::string certificate_file = "key-certificate-ed25519-" + version + ".bin";
    EXPECT_TRUE(RoundTrips<sharing::KeyShareOf<Ed25519>>(share_file));
    EXPECT_TRUE(RoundTrips<dkg::KeyCertificateOf<Ed25519>>(certificate_file));
    const auto share = sharing::KeyShareOf<Ed25519>::Parse(golden::ReadGolden(share_file));
    const auto certificate = dkg::KeyCertificateOf<Ed25519>::Parse(golden::ReadGolden(certificate_file));
    ASSERT_TRUE(share.ok() && certificate.ok());
    EXPECT_TRUE(certificate.value().Verify(MakeRoster(3), 3).ok());
    EXPECT_EQ(certificate.value().facts.Id(), share.value().id);
    EXPECT_EQ(certificate.value().facts.epoch, version == "v1" ? 0u : 1u);
    EXPECT_EQ(Ed25519::MulBase(share.value().share.Expose()), share.value().SharePoint(share.value().self));
  }
}

// One hash for all bytes that go one way; a change of one belongs into the commit message.
using Expected = std::vector<std::string>;

TEST(FrostTraces, OfEd25519) {
  const auto run = RunFrost<Ed25519Sha512>(DealKey<Ed25519Sha512>(2, 3, 1), {{1}, {3}}, kMessage, 1);
  EXPECT_EQ(TracesOf(run.wire, AllOf(3)), (Expected{"1>3 0638d008f19f33e2", "3>1 95f04b72779ec515"}));
}

TEST(FrostTraces, OfBip340) {
  const auto run = RunFrost<Bip340>(DealKey<Bip340>(2, 3, 1), {{1}, {3}}, kMessage, 1);
  EXPECT_EQ(TracesOf(run.wire, AllOf(3)), (Expected{"1>3 cd6fbaa04a4bef6b", "3>1 4185bf8082c666dc"}));
}

TEST(FrostTraces, OfTheLifeOfAnEd25519Key) {
  const Ed25519Life life;
  EXPECT_EQ(TracesOf(life.generated.wire, AllOf(3)),
            (Expected{"1>2 7f8f1485436cb079", "1>3 8083ffbbd3a2f853", "2>1 8a9f58ed59befcd5",
                      "2>3 c10c8ef585585863", "3>1 024d4c7d739f9fa7", "3>2 67900813ca232a95"}));
  EXPECT_EQ(TracesOf(life.reshared.wire, AllOf(3)),
            (Expected{"1>2 388ee6a09da8da95", "1>3 ef011881d9317cb9", "2>1 391eb69893a1b9dc",
                      "2>3 5e60be7a80c555e7", "3>1 57f7a7cea1bb223b", "3>2 ec9df9c91459f576"}));
  EXPECT_EQ(TracesOf(life.repair, AllOf(3)), (Expected{"1>2 923034dbb099a514", "1>3 7fe02a915002e35b",
                                                       "2>1 b1f8d58e8dadc1a4", "2>3 8b963568ff2c8ef1"}));
}

}  // namespace
}  // namespace passport::test::frost_golden
