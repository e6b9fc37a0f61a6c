// Keys of different curves and purposes are different keys (dkls23.md 9): from key generation to signature.
#include <gtest/gtest.h>

#include "tests/unit/frost/frost_network.h"
#include "tests/unit/protocol/dkg_network.h"
#include "trusted/frost/bip340.h"
#include "trusted/frost/ed25519_sha512.h"
#include "trusted/sign/sign.h"

namespace passport::test {
namespace {

using frost::Bip340;
using frost::Ed25519Sha512;
using protocol::AbortReason;

const Parties kAll{{1}, {2}, {3}};

dkg::Proposal ProposalFor(std::uint8_t curve, std::uint8_t purpose) {
  return {{7}, curve, purpose, 3, 2, kAll};
}

// A key generation of 2-of-3 over bytes, everybody honest.
template <class G>
DkgRunOf<G> Generate(std::uint8_t purpose) {
  return RunDkg<G>(ProposalFor(G::kCurve, purpose), purpose);
}

template <class S>
class KeyKind : public testing::Test {};
using Suites = testing::Types<Ed25519Sha512, Bip340>;
TYPED_TEST_SUITE(KeyKind, Suites);

TYPED_TEST(KeyKind, GeneratedKeySignsAfterARoundTripThroughStorage) {
  using G = typename TypeParam::Group;
  const DkgRunOf<G> key = Generate<G>(TypeParam::kPurpose);
  KeyOf<TypeParam> stored;
  for (const auto& [party, share] : key.shares) {
    stored.emplace(party, sharing::KeyShareOf<G>::Parse(share.EncodeSecret().Expose()).value());
    EXPECT_EQ(stored.at(party).curve, G::kCurve);
    EXPECT_EQ(stored.at(party).purpose, TypeParam::kPurpose);
    const auto certificate = dkg::KeyCertificateOf<G>::Parse(key.certificates.at(party).Encode());
    ASSERT_TRUE(certificate.ok());
    EXPECT_EQ(certificate.value().facts.Id(), share.id);
    EXPECT_EQ(certificate.value().facts.proposal.curve, G::kCurve);
    EXPECT_EQ(certificate.value().facts.proposal.purpose, TypeParam::kPurpose);
  }
  for (const Parties& quorum : {Parties{{1}, {2}}, Parties{{1}, {3}}, Parties{{2}, {3}}}) {
    const auto run = RunFrost<TypeParam>(stored, quorum, ToBytes("message"), 1);
    EXPECT_EQ(run.signatures.size(), 2u);
  }
}

TYPED_TEST(KeyKind, ShareOfAnotherPurposeOrCurveIsRefusedWithNothingDrawn) {
  using G = typename TypeParam::Group;
  KeyOf<TypeParam> key = DealKey<TypeParam>(2, 3, 1);
  const auto reason = [&key](std::uint8_t curve, std::uint8_t purpose) -> std::optional<AbortReason> {
    key.at({1}).curve = curve;
    key.at({1}).purpose = purpose;
    crypto::SeededRng rng(2);
    crypto::SeededRng untouched(2);
    const auto step = frost::Start<TypeParam>({{{1}, {2}}, {}, key.at({1}), {}}, rng);
    if (step.ok()) return std::nullopt;
    EXPECT_EQ(rng.template Array<32>(), untouched.template Array<32>());
    EXPECT_FALSE(step.error().culprit.has_value());
    return step.error().reason;
  };
  EXPECT_EQ(reason(G::kCurve, TypeParam::kPurpose), std::nullopt);
  for (std::uint8_t purpose = 0; purpose < 5; ++purpose) {
    if (purpose == TypeParam::kPurpose) continue;
    EXPECT_EQ(reason(G::kCurve, purpose), AbortReason::kWrongKey);
  }
  EXPECT_EQ(reason(3 - G::kCurve, TypeParam::kPurpose), AbortReason::kWrongKey);
}

TEST(KeyKinds, EcdsaRefusesASchnorrKey) {
  const auto key = DealKey<Bip340>(2, 3, 1);
  crypto::SeededRng rng(1);
  const auto step = sign::Start({{1}, {{1}, {2}}, {}, key.at({1}), {}}, {}, rng);
  ASSERT_FALSE(step.ok());
  EXPECT_EQ(step.error().reason, AbortReason::kWrongKey);
}

TEST(KeyKinds, StoredSharesOfAnotherCurveAreRefusedByName) {
  const auto bip340 = DealKey<Bip340>(2, 3, 1);
  const auto eddsa = DealKey<Ed25519Sha512>(2, 3, 1);
  const auto wrong = sharing::KeyShareOf<curve::Ed25519>::Parse(bip340.at({1}).EncodeSecret().Expose());
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error(), Status::kWrongCurve);
  const auto other = sharing::KeyShare::Parse(eddsa.at({1}).EncodeSecret().Expose());
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error(), Status::kWrongCurve);
}

// One digest, agreed on twice: curve and purpose alone make ids, contexts and certificates differ.
TEST(KeyKinds, CurveAndPurposeAreInTheIdOfAKey) {
  const auto context = [](std::uint8_t curve, std::uint8_t purpose) {
    return ProposalFor(curve, purpose).Context();
  };
  std::set<Hash32> contexts;
  for (const std::uint8_t curve : {curve::kCurveSecp256k1, curve::kCurveEd25519}) {
    for (std::uint8_t purpose = 0; purpose < 5; ++purpose) contexts.insert(context(curve, purpose));
  }
  EXPECT_EQ(contexts.size(), 10u);
  // All draws the same, so nothing but the purpose differs.
  const auto id = [](std::uint8_t purpose) {
    dkg::KeyFacts facts;
    crypto::SeededRng rng(1);
    facts.transcript = crypto::HashSha256(
        dkg::Start(ProposalFor(curve::kCurveSecp256k1, purpose), {1}, rng).value().out.Encode());
    return facts.Id();
  };
  EXPECT_NE(id(sharing::kPurposeEcdsa), id(sharing::kPurposeBip340));
}

TEST(KeyKinds, MessagesAndRecordsOfAnEd25519KeyHaveTheStatedSizes) {
  const auto key = Generate<curve::Ed25519>(Ed25519Sha512::kPurpose);
  EXPECT_EQ(key.wire.sent({1, {1}, {2}}).size(), 100u);
  EXPECT_EQ(key.wire.sent({2, {1}, {2}}).size(), 168u + 96 * 2);
  EXPECT_EQ(key.wire.sent({3, {1}, {2}}).size(), 196u);
  EXPECT_EQ(key.shares.at({1}).EncodeSecret().Expose().size(), 109u + 2 * 3 + 32 * 2);
  EXPECT_EQ(key.certificates.at({1}).Encode().size(), 141u + 2 * 3 + 32 * 2 + 66 * 3);
}

TEST(KeyKinds, KeyGenerationRefusesAProposalOfAnotherCurve) {
  crypto::SeededRng rng(1);
  const auto step = dkg::Start<curve::Ed25519>(ProposalFor(curve::kCurveSecp256k1, 2), {1}, rng);
  ASSERT_FALSE(step.ok());
  EXPECT_EQ(step.error().reason, AbortReason::kWrongQuorum);
}

TEST(KeyKinds, CertificateOfAnotherCurveDoesNotParse) {
  const Bytes bip340 = Generate<curve::Secp256k1>(Bip340::kPurpose).certificates.at({1}).Encode();
  EXPECT_TRUE(dkg::KeyCertificate::Parse(bip340).ok());
  EXPECT_FALSE(dkg::KeyCertificateOf<curve::Ed25519>::Parse(bip340).ok());
}

}  // namespace
}  // namespace passport::test
