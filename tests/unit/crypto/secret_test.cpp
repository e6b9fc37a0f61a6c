// Secrets that move and are wiped, constant-time helpers, random streams.
#include "trusted/crypto/secret.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "trusted/crypto/ct.h"
#include "trusted/crypto/rng.h"

namespace passport::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<SecretKey32> && !std::is_copy_assignable_v<SecretKey32>);
static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretKey32>);

SecretKey32 Sevens() {
  ByteArray<32> bytes;
  bytes.fill(7);
  return SecretKey32(bytes);
}

TEST(Secret, AMovedFromSecretIsZero) {
  SecretKey32 from = Sevens();
  SecretKey32 to = std::move(from);
  EXPECT_EQ(from.Expose(), ByteArray<32>{});
  EXPECT_EQ(to.Expose(), Sevens().Expose());
  SecretKey32 assigned;
  assigned = std::move(to);
  EXPECT_EQ(to.Expose(), ByteArray<32>{});
  EXPECT_EQ(assigned.Expose(), Sevens().Expose());
}

TEST(Secret, ADestroyedSecretLeavesZeros) {
  alignas(SecretKey32) std::uint8_t place[sizeof(SecretKey32)];
  SecretKey32* const secret = new (place) SecretKey32(Sevens());
  EXPECT_EQ(place[0], 7);
  secret->~SecretKey32();
  for (const std::uint8_t byte : place) EXPECT_EQ(byte, 0);
}

TEST(Secret, ACloneIsIndependent) {
  SecretKey32 original = Sevens();
  const SecretKey32 clone = original.Clone();
  original.ExposeMutable()[0] = 1;
  EXPECT_EQ(clone.Expose()[0], 7);
}

TEST(SecretBytes, MovingLeavesNothingBehind) {
  SecretBytes from(Bytes(40, 3));
  SecretBytes to(std::move(from));
  EXPECT_TRUE(from.Expose().empty());
  EXPECT_EQ(ToBytes(to.Expose()), Bytes(40, 3));
  SecretBytes other(Bytes(5, 4));
  other = std::move(to);
  EXPECT_TRUE(to.Expose().empty());
  EXPECT_EQ(ToBytes(other.Expose()), Bytes(40, 3));
}

TEST(ConstantTime, MasksAreAllOrNothing) {
  EXPECT_EQ(MaskFromBit(0), 0u);
  EXPECT_EQ(MaskFromBit(1), ~std::uint64_t{0});
  EXPECT_EQ(MaskIfZero(0), ~std::uint64_t{0});
  for (int shift = 0; shift < 64; ++shift) EXPECT_EQ(MaskIfZero(std::uint64_t{1} << shift), 0u);
  EXPECT_EQ(MaskIfZero(~std::uint64_t{0}), 0u);
}

TEST(ConstantTime, EqualCtComparesEveryByteAndTheSize) {
  const Bytes a(33, 5);
  EXPECT_TRUE(EqualCt(a, Bytes(33, 5)));
  EXPECT_TRUE(EqualCt({}, {}));
  EXPECT_FALSE(EqualCt(a, Bytes(32, 5)));
  for (std::size_t i = 0; i < a.size(); ++i) {
    Bytes b = a;
    b[i] ^= 0x80;
    EXPECT_FALSE(EqualCt(a, b)) << i;
  }
}

TEST(SeededRng, TheSameSeedGivesTheSameStream) {
  SeededRng a(42);
  SeededRng b(42);
  SeededRng c(43);
  for (int i = 0; i < 5; ++i) {
    const auto from_a = a.Array<48>();
    EXPECT_EQ(from_a, b.Array<48>());
    EXPECT_NE(from_a, c.Array<48>());
  }
}

TEST(SeededRng, NoCallRepeatsAnother) {
  SeededRng rng(1);
  const auto first = rng.Array<32>();
  EXPECT_NE(rng.Array<32>(), first);
}

TEST(SystemRng, FillsEveryByte) {
  SystemRng rng;
  ByteArray<64> seen{};
  for (int i = 0; i < 16; ++i) {
    const auto draw = rng.Array<64>();
    for (std::size_t j = 0; j < seen.size(); ++j) seen[j] = static_cast<std::uint8_t>(seen[j] | draw[j]);
  }
  for (const std::uint8_t byte : seen) EXPECT_NE(byte, 0);
}

}  // namespace
}  // namespace passport::crypto
