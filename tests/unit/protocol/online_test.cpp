// The combiner on made-up shares: the edges that honest runs never reach.
#include <gtest/gtest.h>

#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/sign_network.h"

namespace passport::test {
namespace {

using curve::EcdsaSignature;
using curve::Point;
using curve::Scalar;
using protocol::AbortReason;
using sign::Combination;
using sign::SignatureShare;
using Shares = std::map<PartyIndex, SignatureShare>;

const Hash32 kSsid{9};

// q, whose encoding no Scalar has: q - 1 plus one.
ByteArray<32> Order() {
  ByteArray<32> out = Scalar::FromU64(1).Negate().Encode();
  out[31] = static_cast<std::uint8_t>(out[31] + 1);
  return out;
}

// The point with even y and x = q + offset, if there is one.
Result<Point> PointAtOrderPlus(std::uint8_t offset) {
  ByteArray<33> encoded{2};
  const ByteArray<32> order = Order();
  std::copy(order.begin(), order.end(), encoded.begin() + 1);
  encoded[32] = static_cast<std::uint8_t>(encoded[32] + offset);
  return Point::Parse(encoded);
}

// A point whose x-coordinate is above q: there are about 2^128 of them below p.
Point PointWithXAboveOrder() {
  for (std::uint8_t offset = 1; offset < 100; ++offset) {
    const Result<Point> point = PointAtOrderPlus(offset);
    if (point.ok()) return point.value();
  }
  ADD_FAILURE() << "no such point";
  return {};
}

// The key under which (r, s) signs the digest with nonce point R: r^-1 (s R - m G).
Point KeyFor(const Point& nonce, const Scalar& s, const Digest& digest) {
  const Scalar r = Scalar::Reduce(nonce.X());
  const Scalar m = curve::DigestToScalar(digest);
  return *curve::MulVar(r.Invert(), *curve::Add(curve::MulVar(s, nonce), curve::MulBase(m.Negate())));
}

// Shares of two parties with sums u and w.
Shares SharesOf(const Scalar& u, const Scalar& w) {
  const Scalar part = Scalar::FromU64(12345);
  return {{{1}, {{1}, kSsid, part, part}}, {{2}, {{2}, kSsid, u - part, w - part}}};
}

Combination CombinationOf(const Point& nonce, const Point& key) {
  return {{1}, {{1}, {2}}, kSsid, nonce, key};
}

TEST(Combine, LowAndHighSBothGiveLowSAndARecoveryIdThatRecovers) {
  const Digest digest = MakeDigest(3);
  for (const bool odd : {false, true}) {
    Point nonce = *curve::MulBase(Scalar::FromU64(77));
    if (nonce.HasOddY() != odd) nonce = nonce.Negate();
    for (const Scalar& s : {Scalar::FromU64(5), Scalar::FromU64(5).Negate()}) {
      const Point key = KeyFor(nonce, s, digest);
      const auto outcome = sign::Combine(CombinationOf(nonce, key), digest, SharesOf(Scalar::FromU64(1), s));
      ASSERT_TRUE(outcome.ok());
      const EcdsaSignature& signature = outcome.value();
      EXPECT_TRUE(signature.s.EqualsPublic(Scalar::FromU64(5)));
      EXPECT_EQ(signature.recovery_id, (odd ? 1 : 0) ^ (s.IsHigh() ? 1 : 0));
      EXPECT_EQ(curve::RecoverEcdsa(digest, signature).value(), key);
    }
  }
}

TEST(Combine, NonceWithXAboveTheOrderSetsBit1OfTheRecoveryId) {
  const Digest digest = MakeDigest(4);
  const Point nonce = PointWithXAboveOrder();
  for (const Scalar& s : {Scalar::FromU64(5), Scalar::FromU64(5).Negate()}) {
    const Point key = KeyFor(nonce, s, digest);
    const auto outcome = sign::Combine(CombinationOf(nonce, key), digest, SharesOf(Scalar::FromU64(1), s));
    ASSERT_TRUE(outcome.ok());
    EXPECT_EQ(outcome.value().recovery_id & 2, 2);
    EXPECT_EQ(curve::RecoverEcdsa(digest, outcome.value()).value(), key);
  }
}

TEST(Combine, NonceWhoseXIsTheOrderGivesNoSignature) {
  const Result<Point> nonce = PointAtOrderPlus(0);
  ASSERT_TRUE(nonce.ok());
  const auto outcome = sign::Combine(CombinationOf(nonce.value(), *curve::MulBase(Scalar::FromU64(2))),
                                     MakeDigest(4), SharesOf(Scalar::FromU64(1), Scalar::FromU64(5)));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().reason, AbortReason::kBadSignature);
}

TEST(Combine, ZeroSumsAreRefused) {
  const Digest digest = MakeDigest(5);
  const Point nonce = *curve::MulBase(Scalar::FromU64(77));
  const Point key = KeyFor(nonce, Scalar::FromU64(5), digest);
  const auto refused = [&](const Scalar& u, const Scalar& w) {
    const auto outcome = sign::Combine(CombinationOf(nonce, key), digest, SharesOf(u, w));
    return !outcome.ok() && outcome.error().reason == AbortReason::kBadSignature;
  };
  EXPECT_FALSE(refused(Scalar::FromU64(1), Scalar::FromU64(5)));
  EXPECT_TRUE(refused(Scalar(), Scalar::FromU64(5)));
  EXPECT_TRUE(refused(Scalar::FromU64(1), Scalar()));
  EXPECT_TRUE(refused(Scalar(), Scalar()));
}

TEST(Combine, WrongSignatureIsBlamedOnlyByOneOfTwoSigners) {
  const Digest digest = MakeDigest(6);
  const Point nonce = *curve::MulBase(Scalar::FromU64(77));
  Combination combination = CombinationOf(nonce, KeyFor(nonce, Scalar::FromU64(5), digest));
  const Shares wrong = SharesOf(Scalar::FromU64(1), Scalar::FromU64(6));
  const auto blamed = [&](PartyIndex self) {
    combination.self = self;
    return Describe(sign::Combine(combination, digest, wrong).error());
  };
  EXPECT_EQ(blamed({1}), Describe({AbortReason::kBadSignature, PartyIndex{2}}));
  EXPECT_EQ(blamed({2}), Describe({AbortReason::kBadSignature, PartyIndex{1}}));
  EXPECT_EQ(blamed({3}), Describe({AbortReason::kBadSignature, {}}));
}

TEST(Combine, SignatureOnAnotherDigestOrKeyIsNotReleased) {
  const Digest digest = MakeDigest(7);
  const Point nonce = *curve::MulBase(Scalar::FromU64(77));
  const Point key = KeyFor(nonce, Scalar::FromU64(5), digest);
  const Shares shares = SharesOf(Scalar::FromU64(1), Scalar::FromU64(5));
  EXPECT_TRUE(sign::Combine(CombinationOf(nonce, key), digest, shares).ok());
  EXPECT_FALSE(sign::Combine(CombinationOf(nonce, key), MakeDigest(8), shares).ok());
  EXPECT_FALSE(sign::Combine(CombinationOf(nonce, nonce), digest, shares).ok());
}

TEST(Combine, SharesOfExactlyTheQuorumAreNeeded) {
  const Digest digest = MakeDigest(9);
  const Point nonce = *curve::MulBase(Scalar::FromU64(77));
  const Combination combination = CombinationOf(nonce, KeyFor(nonce, Scalar::FromU64(5), digest));
  const Shares shares = SharesOf(Scalar::FromU64(1), Scalar::FromU64(5));
  const auto verdict = [&](const Shares& given) {
    return Describe(sign::Combine(combination, digest, given).error());
  };
  EXPECT_EQ(verdict({*shares.begin()}), Describe({AbortReason::kWrongQuorum, {}}));
  EXPECT_EQ(verdict({{{1}, shares.at({1})}, {{3}, shares.at({2})}}),
            Describe({AbortReason::kWrongQuorum, {}}));
  EXPECT_EQ(verdict({{{1}, shares.at({2})}, {{2}, shares.at({1})}}),
            Describe({AbortReason::kWrongSession, {}}));
  Shares other_run = shares;
  other_run.at({2}).ssid[0] ^= 1;
  EXPECT_EQ(verdict(other_run), Describe({AbortReason::kWrongSession, {}}));
  Shares more = shares;
  more.emplace(PartyIndex{3}, shares.at({1}));
  EXPECT_EQ(verdict(more), Describe({AbortReason::kWrongQuorum, {}}));
}

// A presignature of a party that signs alone, with secrets that the test knows.
sign::Presignature PresignatureOf(const Scalar& nonce, const Scalar& key, const Scalar& blinding) {
  sign::Presignature out;
  out.session = {{1}, {{1}}, kSsid, {}, *curve::MulBase(key), {}};
  out.nonce = *curve::MulBase(nonce);
  out.blinding = curve::SecretScalar(blinding);
  out.u = curve::SecretScalar(nonce * blinding);
  out.v = curve::SecretScalar(key * blinding);
  return out;
}

// Why a presignature is spent by its first message: whoever sees the shares of two has the key.
TEST(Presignature, TwoMessagesOnOneGiveTheKey) {
  const Scalar nonce = Scalar::FromU64(1001);
  const Scalar key = Scalar::FromU64(2002);
  const Scalar blinding = Scalar::FromU64(3003);
  const Digest digests[] = {MakeDigest(1), MakeDigest(2)};
  const SignatureShare one = sign::Online(PresignatureOf(nonce, key, blinding), digests[0]).out;
  const SignatureShare two = sign::Online(PresignatureOf(nonce, key, blinding), digests[1]).out;
  const Scalar m1 = curve::DigestToScalar(digests[0]);
  const Scalar m2 = curve::DigestToScalar(digests[1]);
  const Scalar phi = (one.w - two.w) * (m1 - m2).Invert();
  const Scalar r = Scalar::Reduce(curve::MulBase(nonce)->X());
  EXPECT_TRUE(((one.w * phi.Invert() - m1) * r.Invert()).EqualsPublic(key));
}

TEST(Presignature, IsSpentByOneMessage) {
  sign::Presignature presignature =
      PresignatureOf(Scalar::FromU64(1001), Scalar::FromU64(2002), Scalar::FromU64(3003));
  static_cast<void>(sign::Online(std::move(presignature), MakeDigest(1)));
  EXPECT_TRUE(presignature.blinding.Expose().IsZero());
  EXPECT_TRUE(presignature.u.Expose().IsZero());
  EXPECT_TRUE(presignature.v.Expose().IsZero());
}

}  // namespace
}  // namespace passport::test
