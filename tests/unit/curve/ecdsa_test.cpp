// ECDSA: signatures made in Python and checked with OpenSSL, recovery of all four kinds, refusals.
#include "trusted/curve/ecdsa.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"

namespace passport::curve {
namespace {

struct Case {
  Point key;
  Digest digest;
  EcdsaSignature signature;
};

std::vector<Case> AllCases() {
  std::vector<Case> out;
  for (const kat::Fields& f : kat::Cases("curve.txt", "ecdsa", 5)) {
    const Result<Point> key = Point::Parse(kat::Hex(f[0]));
    EXPECT_TRUE(key.ok());
    if (!key.ok()) continue;
    out.push_back(
        {key.value(), Digest{kat::HexArray<32>(f[1])},
         EcdsaSignature{Scalar::Reduce(kat::HexArray<32>(f[2])), Scalar::Reduce(kat::HexArray<32>(f[3])),
                        static_cast<std::uint8_t>(std::stoi(f[4]))}});
  }
  return out;
}

bool Recovers(const Case& c, const EcdsaSignature& signature) {
  const Result<Point> key = RecoverEcdsa(c.digest, signature);
  return key.ok() && key.value() == c.key;
}

TEST(VerifyEcdsa, AcceptsWhatOpensslAccepts) {
  for (const Case& c : AllCases()) EXPECT_TRUE(VerifyEcdsa(c.key, c.digest, c.signature));
}

TEST(VerifyEcdsa, RefusesAnyChange) {
  for (const Case& c : AllCases()) {
    const Scalar one = Scalar::FromU64(1);
    EXPECT_FALSE(VerifyEcdsa(c.key, c.digest, {c.signature.r + one, c.signature.s, 0}));
    EXPECT_FALSE(VerifyEcdsa(c.key, c.digest, {c.signature.r, c.signature.s + one, 0}));
    EXPECT_FALSE(VerifyEcdsa(*Add(c.key, MulBase(one)), c.digest, c.signature));
    Digest other = c.digest;
    other.bytes[31] ^= 1;
    EXPECT_FALSE(VerifyEcdsa(c.key, other, c.signature));
  }
}

TEST(VerifyEcdsa, RefusesHighSAndZeros) {
  for (const Case& c : AllCases()) {
    EXPECT_FALSE(VerifyEcdsa(c.key, c.digest, {c.signature.r, c.signature.s.Negate(), 0}));
    EXPECT_FALSE(VerifyEcdsa(c.key, c.digest, {Scalar(), c.signature.s, 0}));
    EXPECT_FALSE(VerifyEcdsa(c.key, c.digest, {c.signature.r, Scalar(), 0}));
  }
}

TEST(RecoverEcdsa, GivesTheKeyForItsRecoveryIdOnly) {
  bool seen[4] = {};
  for (const Case& c : AllCases()) {
    seen[c.signature.recovery_id] = true;
    for (std::uint8_t id = 0; id < 4; ++id) {
      EXPECT_EQ(Recovers(c, {c.signature.r, c.signature.s, id}), id == c.signature.recovery_id);
    }
  }
  for (const bool id_seen : seen) EXPECT_TRUE(id_seen);
}

TEST(RecoverEcdsa, WhatItRecoversVerifies) {
  for (const Case& c : AllCases()) {
    const Result<Point> other = RecoverEcdsa(
        c.digest, {c.signature.r, c.signature.s, static_cast<std::uint8_t>(c.signature.recovery_id ^ 1)});
    ASSERT_TRUE(other.ok());
    EXPECT_TRUE(VerifyEcdsa(other.value(), c.digest, c.signature));
  }
}

TEST(RecoverEcdsa, RefusesUnknownIdsZerosAndHighS) {
  for (const Case& c : AllCases()) {
    const EcdsaSignature& s = c.signature;
    const EcdsaSignature bad[] = {{s.r, s.s, 4},
                                  {s.r, s.s, 255},
                                  {Scalar(), s.s, s.recovery_id},
                                  {s.r, Scalar(), s.recovery_id},
                                  {s.r, s.s.Negate(), static_cast<std::uint8_t>(s.recovery_id ^ 1)}};
    for (const EcdsaSignature& signature : bad) {
      const Result<Point> key = RecoverEcdsa(c.digest, signature);
      ASSERT_FALSE(key.ok());
      EXPECT_EQ(key.error(), Status::kBadSignature);
    }
  }
}

TEST(RecoverEcdsa, RefusesARThatIsNoXCoordinate) {
  // 5^3 + 7 is not a square; with bit 1 of the id, r + q must be below p, which the largest r is not.
  const Digest digest{};
  EXPECT_FALSE(RecoverEcdsa(digest, {Scalar::FromU64(5), Scalar::FromU64(1), 0}).ok());
  EXPECT_FALSE(RecoverEcdsa(digest, {Scalar::FromU64(1).Negate(), Scalar::FromU64(1), 2}).ok());
}

// The signatures of somebody else's library, half of which have a high s.
TEST(VerifyEcdsa, TakesThePublishedSignatures) {
  for (const kat::Fields& f : kat::Cases("ecdsa.txt", "signature", 6)) {
    const ByteArray<32> y = kat::HexArray<32>(f[2]);
    const Result<Point> key = Point::Parse(kat::Hex((y[31] % 2 == 0 ? "02" : "03") + f[1]));
    ASSERT_TRUE(key.ok());
    EXPECT_EQ(ToHex(key.value().EncodeXY()), f[1] + f[2]);
    Digest digest;
    digest.bytes = kat::HexArray<32>(f[3]);
    EcdsaSignature signature{Scalar::Reduce(kat::HexArray<32>(f[4])), Scalar::Reduce(kat::HexArray<32>(f[5])),
                             0};
    EXPECT_EQ(VerifyEcdsa(key.value(), digest, signature), !signature.s.IsHigh());
    if (signature.s.IsHigh()) signature.s = signature.s.Negate();
    EXPECT_TRUE(VerifyEcdsa(key.value(), digest, signature));
    digest.bytes[0] ^= 1;
    EXPECT_FALSE(VerifyEcdsa(key.value(), digest, signature));
  }
}

TEST(DigestToScalar, ReducesModuloQ) {
  Digest digest;
  digest.bytes.fill(0xff);
  EXPECT_EQ(ToHex(DigestToScalar(digest).Encode()),
            "000000000000000000000000000000014551231950b75fc4402da1732fc9bebe");
}

}  // namespace
}  // namespace passport::curve
