// The first released form of every record and message of these protocols is understood for ever (rules.md
// 36). The files are of one key of 2-of-3 and one signature with it.
#include <gtest/gtest.h>

#include "tests/golden/golden.h"
#include "tests/unit/protocol/quarrel.h"
#include "tests/unit/protocol/reshare_network.h"
#include "trusted/reshare/repair.h"
#include "trusted/transfer/export.h"
#include "trusted/transfer/import.h"

namespace passport::test {
namespace {

using golden::ReadGolden;
using golden::RoundTrips;

TEST(Golden, MessagesOfKeyGenerationAreUnderstood) {
  EXPECT_TRUE(RoundTrips<dkg::Commitment>("dkg-commitment-v1.bin"));
  EXPECT_TRUE(RoundTrips<dkg::Opening>("dkg-opening-v1.bin"));
  EXPECT_TRUE(RoundTrips<dkg::Confirmation>("dkg-confirmation-v1.bin"));
}

TEST(Golden, MessagesOfSigningAreUnderstood) {
  EXPECT_TRUE(RoundTrips<sign::NonceCommitment>("sign-commitment-v1.bin"));
  EXPECT_TRUE(RoundTrips<sign::Multiplication>("sign-multiplication-v1.bin"));
  EXPECT_TRUE(RoundTrips<sign::SignatureShare>("sign-share-v1.bin"));
}

TEST(Golden, DefenceOfASignerIsUnderstood) {
  constexpr const char* kName = "sign-defence-v2.bin";
  if (golden::Writing()) {
    blame::Quarrel quarrel(Cluster(3, 3, 2), blame::WrongPsi());
    golden::WriteMissing(kName, quarrel.Defend({2}).value().Encode());
  }
  EXPECT_TRUE(RoundTrips<sign::Defence>(kName));
  const auto defence = sign::Defence::Parse(ReadGolden(kName)).value();
  EXPECT_TRUE(crypto::VerifyEd25519(
      NodeKey({2}).public_key(),
      defence.Statement(blame::Quarrel(Cluster(3, 3, 2), blame::WrongPsi()).dispute), defence.signature));
}

// Since protocol version 3; computed by Python's hashlib from the files, the digest all ones, the receipt all
// twos.
TEST(Golden, WhatIsSignedInRounds2And3IsThatOfPython) {
  const auto message = sign::Multiplication::Parse(ReadGolden("sign-multiplication-v1.bin"));
  const auto share = sign::SignatureShare::Parse(ReadGolden("sign-share-v1.bin"));
  ASSERT_TRUE(message.ok() && share.ok());
  EXPECT_EQ(ToHex(sign::Statement(sign::Show(message.value()))),
            "bed716c84c29c28f92d477863f7caf540ea8f83ea99b13b7ab25b5b962541d60");
  Hash32 receipt;
  receipt.fill(2);
  EXPECT_EQ(ToHex(sign::Statement(share.value(), receipt, MakeDigest(1))),
            "3ef0871e7be3e601936181fa52f0f0ac8d6ca4d8cc06e0abc1949758aaaf89c3");
}

TEST(Golden, KeyShareBelongsToTheCertifiedKey) {
  EXPECT_TRUE(RoundTrips<sharing::KeyShare>("key-share-v1.bin"));
  EXPECT_TRUE(RoundTrips<dkg::KeyCertificate>("key-certificate-v1.bin"));
  const auto share = sharing::KeyShare::Parse(ReadGolden("key-share-v1.bin"));
  const auto certificate = dkg::KeyCertificate::Parse(ReadGolden("key-certificate-v1.bin"));
  ASSERT_TRUE(share.ok() && certificate.ok());
  EXPECT_TRUE(certificate.value().Verify(MakeRoster(3), 3).ok());
  EXPECT_EQ(certificate.value().facts.Id(), share.value().id);
  EXPECT_EQ(curve::MulBase(share.value().share.Expose()), share.value().SharePoint(share.value().self));
}

// The second form, of an epoch after the first: of the same key, reshared, imported and exported.
TEST(Golden, KeyShareOfALaterEpochBelongsToItsCertificate) {
  EXPECT_TRUE(RoundTrips<sharing::KeyShare>("key-share-v2.bin"));
  EXPECT_TRUE(RoundTrips<dkg::KeyCertificate>("key-certificate-v2.bin"));
  const auto share = sharing::KeyShare::Parse(ReadGolden("key-share-v2.bin"));
  const auto certificate = dkg::KeyCertificate::Parse(ReadGolden("key-certificate-v2.bin"));
  ASSERT_TRUE(share.ok() && certificate.ok());
  EXPECT_TRUE(certificate.value().Verify(MakeRoster(3), 3).ok());
  EXPECT_EQ(certificate.value().facts.Id(), share.value().id);
  EXPECT_EQ(certificate.value().facts.epoch, 1u);
  EXPECT_EQ(share.value().epoch, 1u);
  EXPECT_EQ(share.value().marks, sharing::kMarksAll);
  EXPECT_EQ(curve::MulBase(share.value().share.Expose()), share.value().SharePoint(share.value().self));
}

TEST(Golden, MessagesOfALifeOfAKeyAreUnderstood) {
  EXPECT_TRUE(RoundTrips<dkg::Commitment>("reshare-commitment-v1.bin"));
  EXPECT_TRUE(RoundTrips<dkg::Opening>("reshare-opening-v1.bin"));
  EXPECT_TRUE(RoundTrips<reshare::Notice>("reshare-notice-v1.bin"));
  EXPECT_TRUE(RoundTrips<reshare::Activation>("reshare-activation-v1.bin"));
  EXPECT_TRUE(RoundTrips<reshare::RepairPart>("repair-part-v1.bin"));
  EXPECT_TRUE(RoundTrips<reshare::RepairSum>("repair-sum-v1.bin"));
  EXPECT_TRUE(RoundTrips<transfer::ImportOffer>("import-offer-v1.bin"));
  EXPECT_TRUE(RoundTrips<transfer::ExportedShare>("export-share-v1.bin"));
}

// An older build that meets the second form, and forms that no build writes.
TEST(Golden, OneShareAndOneCertificateHaveOneForm) {
  for (const char* name : {"key-share-v1.bin", "key-share-v2.bin"}) {
    Bytes bytes = ReadGolden(name);
    bytes[0] ^= 3;  // the other version's number
    EXPECT_FALSE(sharing::KeyShare::Parse(bytes).ok()) << name;
  }
  for (const char* name : {"key-certificate-v1.bin", "key-certificate-v2.bin"}) {
    Bytes bytes = ReadGolden(name);
    bytes[0] ^= 3;
    EXPECT_FALSE(dkg::KeyCertificate::Parse(bytes).ok()) << name;
  }
  Bytes share = ReadGolden("key-share-v2.bin");
  share[43] = 4;  // a mark that there is not
  EXPECT_FALSE(sharing::KeyShare::Parse(share).ok());
  share[43] = 0;
  EXPECT_TRUE(sharing::KeyShare::Parse(share).ok());
  share[35] = 0;  // neither epoch nor mark: that is the first form
  EXPECT_FALSE(sharing::KeyShare::Parse(share).ok());
}

// One hash over all bytes of a run from a fixed seed. A change of it is a change of what goes over the wire,
// or of the order in which randomness is drawn; it belongs into the commit message.
TEST(Golden, TracesOfFixedSeedsStayTheSame) {
  EXPECT_EQ(ToHex(RunDkg(MakeProposal(2, 3), 1).wire.Trace()),
            "117cc45c1b7d6811be969f53712485742963bba6fe087b0c38e6ba64731f4052");
  EXPECT_EQ(ToHex(RunSign(Cluster(2, 3, 1), {{1}, {3}}, 1).wire.Trace()),
            "207587e2000b8e796c4f786d2853ee1da2114d23989a190a2a583063164e4c01");
  const Committee committee = MakeCommittee(2, 3, 1);
  EXPECT_EQ(
      ToHex(RunReshare(committee, MakeReshareProposal(committee, AllOf(3), 2, 3, AllOf(3)), 1).wire.Trace()),
      "75842883fd04e905026193554a32d0be49f37bd86f64130d138b6f01cab94be3");
}

}  // namespace
}  // namespace passport::test
