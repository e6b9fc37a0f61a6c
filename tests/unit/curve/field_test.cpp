// The field: edge values, words not below p, algebra on random elements, inversion against Fermat's.
#include "trusted/curve/field.h"

#include <gtest/gtest.h>

#include <vector>

#include "trusted/crypto/hash.h"

namespace passport::curve::field_element {
namespace {

constexpr FieldElement kOne(0, 0, 0, 1);
constexpr FieldElement kMinusOne(~0ull, ~0ull, ~0ull, 0xfffffffefffffc2e);

FieldElement Element(std::uint32_t i) {
  ByteArray<48> bytes{};
  const Hash32 hash = crypto::HashSha256({{reinterpret_cast<const std::uint8_t*>(&i), sizeof i}});
  std::copy(hash.begin(), hash.end(), bytes.begin() + 8);
  return FieldElement::ReduceWide(bytes);
}

bool Same(const FieldElement& a, const FieldElement& b) { return a.Encode() == b.Encode(); }

// Edge values and random ones.
std::vector<FieldElement> Elements() {
  std::vector<FieldElement> out = {FieldElement(), kOne, kMinusOne, FieldElement(0, 0, 0, 0x1000003d1),
                                   FieldElement(0, 0, 0, ~0ull), FieldElement(1ull << 63, 0, 0, 0),
                                   // p and 2^256 - 1, which are not below p
                                   FieldElement(~0ull, ~0ull, ~0ull, 0xfffffffefffffc2f),
                                   FieldElement(~0ull, ~0ull, ~0ull, ~0ull)};
  for (std::uint32_t i = 0; i < 40; ++i) out.push_back(Element(i));
  return out;
}

// a^(p - 2).
FieldElement FermatInverse(const FieldElement& a) {
  FieldElement out = kOne;
  for (int bit = 255; bit >= 0; --bit) {
    out = out.Square();
    constexpr std::uint64_t kLow = 0xfffffffefffffc2d;
    if (bit >= 64 || (kLow >> bit & 1) != 0) out = out * a;
  }
  return out;
}

TEST(Field, EdgeValuesWrapAtP) {
  EXPECT_TRUE(Same(kMinusOne + kOne, FieldElement()));
  EXPECT_TRUE(Same(FieldElement() - kOne, kMinusOne));
  EXPECT_TRUE(Same(kMinusOne * kMinusOne, kOne));
  EXPECT_EQ((kMinusOne + kOne).IsZero(), 1u);
  EXPECT_EQ((kMinusOne + kOne).Normal().Encode(), ByteArray<32>{});
  EXPECT_EQ(kMinusOne.IsZero(), 0u);
  EXPECT_EQ(kOne.IsOdd(), 1u);
  EXPECT_EQ(kMinusOne.IsOdd(), 0u);
  EXPECT_EQ((kMinusOne + kOne + kOne).IsOdd(), 1u);
}

TEST(Field, IsCanonical_EndsAtP) {
  ByteArray<32> bytes = kMinusOne.Encode();
  EXPECT_TRUE(FieldElement::IsCanonical(bytes));
  ++bytes[31];
  EXPECT_FALSE(FieldElement::IsCanonical(bytes));
  EXPECT_EQ(FieldElement::Load(bytes.data()).IsZero(), 1u);
  bytes.fill(0xff);
  EXPECT_FALSE(FieldElement::IsCanonical(bytes));
  EXPECT_TRUE(FieldElement::IsCanonical(ByteArray<32>{}));
}

TEST(Field, ReduceWide_TakesTheLargestValueModuloP) {
  ByteArray<48> bytes;
  bytes.fill(0xff);  // 2^384 - 1 = 2^128 * c - 1 modulo p, for c = 2^256 - p
  EXPECT_EQ(ToHex(FieldElement::ReduceWide(bytes).Encode()),
            "000000000000000000000001000003d0ffffffffffffffffffffffffffffffff");
}

// The same residue by words that are not below p, where there are such.
FieldElement Unreduced(const FieldElement& a) {
  std::uint64_t words[4];
  const std::uint64_t prime[4] = {0xfffffffefffffc2f, ~0ull, ~0ull, ~0ull};
  return limbs::Add(words, a.Normal().words(), prime) == 0
             ? FieldElement(words[3], words[2], words[1], words[0])
             : a;
}

TEST(Field, OperationsOnUnreducedWords_KeepTheResidue) {
  for (const FieldElement& a : Elements()) {
    const FieldElement x = Unreduced(a);
    EXPECT_TRUE(Same(x, a));
    EXPECT_TRUE(Same(x.Half().Twice(), a));
    EXPECT_TRUE(Same(-x + a, FieldElement()));
    EXPECT_EQ((x - a).IsZero(), 1u);
    EXPECT_EQ(x.IsZero(), a.IsZero());
    EXPECT_EQ(x.IsOdd(), a.Encode()[31] & 1u);
    for (const FieldElement& b : Elements()) {
      const FieldElement y = Unreduced(b);
      EXPECT_TRUE(Same(x + y, a.Normal() + b.Normal()));
      EXPECT_TRUE(Same(x - y, a.Normal() - b.Normal()));
      EXPECT_TRUE(Same(x * y, a.Normal() * b.Normal()));
      EXPECT_TRUE(Same((x + y) - y, a));
    }
  }
}

// 2^256 - 1 in both places makes every carry there can be.
TEST(Field, OperationsOnTheLargestWords_CarryTwice) {
  const FieldElement largest(~0ull, ~0ull, ~0ull, ~0ull);  // kComplement - 1 modulo p
  const FieldElement small(0, 0, 0, 0x1000003d0);
  EXPECT_TRUE(Same(largest, small));
  EXPECT_TRUE(Same(largest + largest, small + small));
  EXPECT_TRUE(Same(FieldElement() - largest, FieldElement() - small));
  EXPECT_TRUE(Same((FieldElement() - largest) - largest, FieldElement() - (small + small)));
  EXPECT_TRUE(Same(largest * largest, small * small));
  EXPECT_TRUE(Same(largest.Half().Twice(), small));
}

// (2^256 - 1) b for a b whose product, folded twice, is 2^256 and a little less than 2^64 more: the last
// carry goes into the second word. Products and residues by Python.
TEST(Field, Multiplication_CarriesOutOfTheLastFold) {
  const FieldElement largest(~0ull, ~0ull, ~0ull, ~0ull);
  const FieldElement factors[] = {
      {0xfffffc35000e75ef, 0xc8de5dd2303a4ea8, 0x21b41eff8149d1e3, 0x168fce39fbbdbf1b},
      {0xfffffc36000e721f, 0xc8ece6d1f8cfff7b, 0x6701f9874878ac3b, 0xb3ef5c61ff6fc68c}};
  const FieldElement products[] = {{0, 0, 1, 0xc368aa05}, {0, 0, 1, 0xda250ca6}};
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(ToHex((largest * factors[i]).Encode()), ToHex(products[i].Encode()));
    EXPECT_EQ(ToHex((factors[i] * largest).Encode()), ToHex(products[i].Encode()));
    std::uint64_t portable[4];
    field_words::MulPortable(portable, factors[i].words(), largest.words());
    EXPECT_EQ(ToHex(FieldElement(portable[3], portable[2], portable[1], portable[0]).Encode()),
              ToHex(products[i].Encode()));
  }
}

// Random elements, and words of zeros and ones for every carry of a row.
TEST(Field, MultiplicationWithAndWithoutAdx_IsTheSame) {
  if (!field_words::kHasAdx) GTEST_SKIP() << "this CPU has no ADX";
  std::vector<FieldElement> elements = Elements();
  constexpr std::uint64_t kWords[] = {0, 1, ~0ull};
  for (std::size_t i = 0; i < 81; ++i) {
    elements.emplace_back(kWords[i % 3], kWords[i / 3 % 3], kWords[i / 9 % 3], kWords[i / 27]);
  }
  std::uint64_t portable[4], adx[4];
  for (const FieldElement& a : elements) {
    for (const FieldElement& b : elements) {
      field_words::MulPortable(portable, a.words(), b.words());
      field_words::MulAdx(adx, a.words(), b.words());
      ASSERT_TRUE(std::equal(portable, portable + 4, adx)) << ToHex(a.Encode()) << " " << ToHex(b.Encode());
    }
    field_words::MulPortable(portable, a.words(), a.words());
    field_words::SquareAdx(adx, a.words());
    ASSERT_TRUE(std::equal(portable, portable + 4, adx)) << ToHex(a.Encode());
  }
}

TEST(Field, RandomElements_FormAField) {
  for (std::uint32_t i = 0; i < 200; ++i) {
    const FieldElement a = Element(3 * i);
    const FieldElement b = Element(3 * i + 1);
    const FieldElement c = Element(3 * i + 2);
    EXPECT_TRUE(Same((a + b) * c, a * c + b * c));
    EXPECT_TRUE(Same((a * b) * c, a * (b * c)));
    EXPECT_TRUE(Same(a - b + b, a));
    EXPECT_TRUE(Same(a.Square(), a * a));
    EXPECT_TRUE(Same(FieldElement::Select(0, a, b), a));
    EXPECT_TRUE(Same(FieldElement::Select(~0ull, a, b), b));
  }
}

TEST(Field, BothInversions_AreFermats) {
  for (const FieldElement& a : Elements()) {
    const FieldElement expected = FermatInverse(a);
    EXPECT_TRUE(Same(Invert(a), expected));
    EXPECT_TRUE(Same(InvertVar(a), expected));
  }
  for (int shift = 0; shift < 64; ++shift) {
    for (const FieldElement& a : {FieldElement(0, 0, 0, 1ull << shift), FieldElement(1ull << shift, 0, 0, 0),
                                  FieldElement(~0ull << shift, ~0ull, 0, 5)}) {
      EXPECT_TRUE(Same(Invert(a) * a, kOne));
      EXPECT_TRUE(Same(InvertVar(a) * a, kOne));
    }
  }
}

TEST(Field, InvertAll_InvertsEach) {
  for (const std::size_t count : {0u, 1u, 2u, 7u}) {
    std::vector<FieldElement> elements;
    for (std::uint32_t i = 0; i < count; ++i) elements.push_back(Element(i));
    std::vector<FieldElement> again = elements;
    InvertAll(elements);
    InvertAllVar(again);
    for (std::uint32_t i = 0; i < count; ++i) {
      EXPECT_TRUE(Same(elements[i] * Element(i), kOne));
      EXPECT_TRUE(Same(again[i] * Element(i), kOne));
    }
  }
}

TEST(Field, PowRoots_GiveSquareRoots) {
  for (std::uint32_t i = 0; i < 50; ++i) {
    const std::array<FieldElement, 2> squares = {Element(2 * i).Square(), Element(2 * i + 1).Square()};
    const std::array<FieldElement, 2> powers = PowRoots(squares);
    for (std::size_t j = 0; j < 2; ++j) {
      EXPECT_TRUE(Same((powers[j] * squares[j]).Square(), squares[j]));  // a^((p + 1) / 4)
      EXPECT_TRUE(Same(PowRoots<1>({squares[j]})[0], powers[j]));
    }
  }
}

}  // namespace
}  // namespace passport::curve::field_element
