#include "sealing/shamir.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/golden/golden.h"

namespace passport::sealing {
namespace {

using crypto::SecretKey32;

std::vector<ShamirShare> Chosen(const std::vector<ShamirShare>& shares, unsigned set) {
  std::vector<ShamirShare> out;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if ((set >> i) & 1u) out.push_back({shares[i].point, shares[i].value.Clone()});
  }
  return out;
}

TEST(Shamir, EverySetOfKOfNGivesTheKeyAndNoSmallerOneDoes) {
  crypto::SeededRng rng(std::uint64_t{1});
  for (std::uint8_t n = 1; n <= 7; ++n) {
    for (std::uint8_t k = 1; k <= n; ++k) {
      const SecretKey32 key = rng.Key();
      const auto shares = SplitKey(key, k, n, rng);
      for (unsigned set = 1; set < (1u << n); ++set) {
        const auto chosen = Chosen(shares, set);
        const bool equal = CombineShares(chosen).Expose() == key.Expose();
        EXPECT_EQ(equal, chosen.size() >= k) << unsigned{k} << " of " << unsigned{n} << ", set " << set;
      }
    }
  }
}

TEST(Shamir, TheMostSharesThatThereCanBe) {
  crypto::SeededRng rng(std::uint64_t{2});
  const SecretKey32 key = rng.Key();
  const auto shares = SplitKey(key, 255, 255, rng);
  EXPECT_EQ(CombineShares(shares).Expose(), key.Expose());
  EXPECT_NE(CombineShares(std::span(shares).first(254)).Expose(), key.Expose());
}

// The field's multiplication as school teaches it: a polynomial product, then the remainder.
unsigned Product(unsigned a, unsigned b) {
  unsigned product = 0;
  for (unsigned i = 0; i < 8; ++i) product ^= ((b >> i) & 1u) ? a << i : 0;
  for (unsigned i = 15; i >= 8; --i) product ^= ((product >> i) & 1u) ? 0x11bu << (i - 8) : 0;
  return product;
}

// Draws the same byte again and again.
class OneByte final : public crypto::Rng {
 public:
  explicit OneByte(std::uint8_t byte) : byte_(byte) {}
  void Fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, byte_); }

 private:
  std::uint8_t byte_;
};

TEST(Shamir, AShareIsThePolynomialAtItsPoint) {
  SecretKey32 key;
  for (std::size_t i = 0; i < 32; ++i) key.ExposeMutable()[i] = static_cast<std::uint8_t>(i);
  for (unsigned slope = 0; slope < 256; ++slope) {
    OneByte rng(static_cast<std::uint8_t>(slope));
    const auto shares = SplitKey(key, 3, 5, rng);
    for (const ShamirShare& share : shares) {
      const unsigned x = share.point;
      for (std::size_t i = 0; i < 32; ++i)
        ASSERT_EQ(share.value.Expose()[i], i ^ Product(slope, x) ^ Product(slope, Product(x, x)));
    }
  }
}

// One share of a byte fits every byte equally well: with k = 2 each slope gives another one.
TEST(Shamir, OneShareSaysNothing) {
  for (const std::uint8_t byte : {std::uint8_t{0}, std::uint8_t{0x5a}}) {
    SecretKey32 key;
    key.ExposeMutable().fill(byte);
    std::set<std::uint8_t> seen;
    for (unsigned slope = 0; slope < 256; ++slope) {
      OneByte rng(static_cast<std::uint8_t>(slope));
      seen.insert(SplitKey(key, 2, 2, rng)[1].value.Expose()[7]);
    }
    EXPECT_EQ(seen.size(), 256u);
  }
}

}  // namespace
}  // namespace passport::sealing
