// Secrets that move and are wiped, constant-time helpers, random streams.
#include "trusted/crypto/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <type_traits>

#include "trusted/crypto/ct.h"
#include "trusted/crypto/heap_secret.h"
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

TEST(HeapSecret, MovesWithoutACopy) {
  HeapSecret<ByteArray<32>> from(Sevens().Expose());
  const auto* const place = &from.Expose();
  const HeapSecret<ByteArray<32>> to = std::move(from);
  EXPECT_EQ(&to.Expose(), place);
  EXPECT_NE(&to.Clone().Expose(), place);
  EXPECT_EQ(to.Clone().Expose(), Sevens().Expose());
  EXPECT_EQ(HeapSecret<ByteArray<32>>().Expose(), ByteArray<32>{});
  EXPECT_DEATH((void)from.Expose(), "");
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

// A source that is broken in the worst way.
class ConstantRng final : public Rng {
 public:
  explicit ConstantRng(std::uint8_t value) : value_(value) {}
  void Fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, value_); }

 private:
  std::uint8_t value_;
};

// What a hedged generator gives first, and then.
std::array<ByteArray<48>, 2> TwoDraws(std::uint8_t source, std::uint8_t secret, std::uint8_t step) {
  ConstantRng constant(source);
  const ByteArray<32> key{secret};
  HedgedRng rng(constant, key, Hash32{step});
  const ByteArray<48> first = rng.Array<48>();
  return {first, rng.Array<48>()};
}

TEST(HedgedRng, TheSameSourceSecretAndStepGiveTheSameStream) {
  EXPECT_EQ(TwoDraws(1, 2, 3), TwoDraws(1, 2, 3));
  EXPECT_NE(TwoDraws(1, 2, 3)[0], TwoDraws(1, 2, 3)[1]);
}

TEST(HedgedRng, AnotherSourceSecretOrStepAloneGivesAnotherStream) {
  const std::set<ByteArray<48>> firsts = {TwoDraws(1, 2, 3)[0], TwoDraws(2, 2, 3)[0], TwoDraws(1, 3, 3)[0],
                                          TwoDraws(1, 2, 4)[0]};
  EXPECT_EQ(firsts.size(), 4u);
}

// HKDF-SHA256 and ChaCha20 with its 64-bit counter and nonce, by Python: its hmac, and ChaCha20 written out
// from the paper.
TEST(HedgedRng, IsThatOfPython) {
  EXPECT_EQ(
      ToHex(TwoDraws(1, 2, 3)[0]),
      "48c13f14c79319f7f304d3a0fc1f9ebe019357323699c2e86b399e36e7eddc2ea2cfd3fb102e932a52f199f427a6a5b7");
  EXPECT_EQ(
      ToHex(TwoDraws(1, 2, 3)[1]),
      "ec9b41163321b93f73658af74f3a6efe4f26183ea96a0ba316952ccd13b4dda3c9ad0e2bdfdd0ec437511ac9af0e0a6e");
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
