// BIP-340 verification against the vectors of the BIP (tests/kat/bip340.txt).
#include "trusted/curve/schnorr.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"

namespace passport::curve {
namespace {

TEST(Schnorr, GivesTheVerdictOfEveryVectorOfTheBip) {
  const auto cases = kat::Cases("bip340.txt", "bip340", 5);
  ASSERT_EQ(cases.size(), 19u);
  int valid = 0;
  for (const kat::Fields& f : cases) {
    const Bytes message = f[2] == "-" ? Bytes{} : kat::Hex(f[2]);
    const bool verdict = VerifySchnorr(kat::HexArray<32>(f[1]), message, kat::HexArray<64>(f[3]));
    EXPECT_EQ(verdict, f[4] == "valid") << f[0];
    valid += verdict ? 1 : 0;
  }
  EXPECT_EQ(valid, 9);
}

TEST(Schnorr, NoBitOfASignatureOrMessageCanChange) {
  const kat::Fields f = kat::Cases("bip340.txt", "bip340", 5)[1];
  const auto key = kat::HexArray<32>(f[1]);
  const auto signature = kat::HexArray<64>(f[3]);
  const Bytes message = kat::Hex(f[2]);
  ASSERT_TRUE(VerifySchnorr(key, message, signature));
  for (std::size_t i = 0; i < 64; ++i) {
    SchnorrSignature changed = signature;
    changed[i] ^= 1;
    EXPECT_FALSE(VerifySchnorr(key, message, changed)) << i;
  }
  for (std::size_t i = 0; i < 32; ++i) {
    Bytes changed = message;
    changed[i] ^= 1;
    EXPECT_FALSE(VerifySchnorr(key, changed, signature)) << i;
  }
}

}  // namespace
}  // namespace passport::curve
