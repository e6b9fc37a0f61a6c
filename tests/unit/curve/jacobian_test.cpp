// The formulas and algorithms of the group in small groups, where every special case occurs: subgroups of
// order 13, 199 and 3319 of other curves y^2 = x^3 + b over the same field, against affine formulas from a
// textbook.
#include "trusted/curve/jacobian.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "trusted/curve/multiply.h"

namespace passport::curve::small_groups {
namespace {

using Element = std::optional<Affine>;  // nothing: the identity

bool Same(const FieldElement& a, const FieldElement& b) { return (a - b).IsZero() == 1; }
bool Same(const Element& a, const Element& b) {
  if (!a || !b) return !a && !b;
  return Same(a->x, b->x) && Same(a->y, b->y);
}

Element TextbookSum(const Element& a, const Element& b) {
  if (!a) return b;
  if (!b) return a;
  FieldElement slope;
  if (!Same(a->x, b->x)) {
    slope = (b->y - a->y) * InvertVar(b->x - a->x);
  } else if (Same(a->y, b->y)) {
    slope = a->x.Square() * FieldElement(0, 0, 0, 3) * InvertVar(a->y.Twice());
  } else {
    return std::nullopt;
  }
  const FieldElement x = slope.Square() - a->x - b->x;
  return Affine{x, slope * (a->x - x) - a->y};
}

// All elements of the group that a point generates; element i is i times it.
struct Group {
  Group(const Affine& generator, std::size_t order) : elements(order) {
    for (std::size_t i = 1; i < order; ++i) elements[i] = TextbookSum(elements[i - 1], generator);
    EXPECT_TRUE(Same(TextbookSum(elements[order - 1], generator), std::nullopt));
  }
  const Element& At(std::uint64_t i) const { return elements[i % elements.size()]; }
  const Affine& generator() const { return *elements[1]; }
  std::size_t size() const { return elements.size(); }
  std::vector<Element> elements;
};

// b = 2, b = 4 and b = 2.
Group Of13() {
  return {{{0x79ee1c36aebd658a, 0xfa2e3b40491d77e7, 0x962476b87ca04bcd, 0xc151f97c12902b8a},
           {0x942536cba3e49492, 0x3a701cc3ee3e443f, 0xdf182aa915b8aa6a, 0x166d3b19ba84b045}},
          13};
}
Group Of199() {
  return {{{0xfa7cc9a70737f2db, 0xa749dd392b4fb069, 0x3b017a7da808c2f1, 0xfb12940c9ea66c18},
           {0x78ac123a5ed8aef3, 0x8732bc911f3a2868, 0x48df246c808dae72, 0xcfe525727f0501ed}},
          199};
}
Group Of3319() {
  return {{{0x835570fe8dbff844, 0x3a8f1e07ea57d437, 0xa649d00b7fdef52c, 0x60d67f5ab5aa0b13},
           {0xdbfd2018ed72c39f, 0x8867b7c04218bc18, 0xbaf39079be63d675, 0x6b20c44a456070cf}},
          3319};
}

// With a Z that is not 1, and an identity with remains of coordinates.
Jacobian Scaled(const Element& element, std::uint64_t z) {
  const FieldElement factor(z, 1, 2, 3);
  if (!element) return {factor, factor.Square(), FieldElement()};
  return {element->x * factor.Square(), element->y * factor.Square() * factor, factor};
}

Element ToAffine(const Jacobian& point) {
  if (point.IsIdentity() != 0) return std::nullopt;
  return Scale(point, InvertVar(point.z));
}

// Every pair of elements, but only each `stride`-th second one.
void ExpectCompleteAddition(const Group& group, std::size_t stride) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    const Jacobian a = Scaled(group.At(i), i + 2);
    EXPECT_TRUE(Same(ToAffine(Double(a)), group.At(2 * i))) << i;
    for (std::size_t j = i % stride; j < group.size(); j += stride) {
      const Element& expected = group.At(i + j);
      const Jacobian b = Scaled(group.At(j), 77);
      EXPECT_TRUE(Same(ToAffine(Add(a, b)), expected)) << i << " + " << j;
      EXPECT_EQ(AreEqual(a, b), i == j);
      if (j == 0) continue;
      EXPECT_TRUE(Same(ToAffine(Add(a, *group.At(j))), expected)) << i << " + " << j;
      EXPECT_TRUE(Same(ToAffine(AddVar(a, *group.At(j))), expected)) << i << " + " << j;
    }
  }
}

TEST(SmallGroup, OfOrder13_AdditionIsCompleteForEveryPair) { ExpectCompleteAddition(Of13(), 1); }
TEST(SmallGroup, OfOrder199_AdditionIsComplete) { ExpectCompleteAddition(Of199(), 3); }

TEST(SmallGroup, OddMultiples_AreOfThePoint) {
  const Group group = Of199();
  for (const std::size_t used : {1u, 2u, 3u, 8u}) {
    const OddMultiples<8> multiples(*group.At(5), used);
    const FieldElement inverse = InvertVar(multiples.scale);
    for (std::size_t i = 0; i < used; ++i) {
      EXPECT_TRUE(Same(Scale(Jacobian(multiples.points[i]), inverse), group.At(5 * (2 * i + 1))))
          << used << i;
    }
  }
}

TEST(SmallGroup, TheEndomorphismIsAMultiplication) {
  const Group group = Of199();
  for (std::size_t i = 1; i < group.size(); ++i) {
    EXPECT_TRUE(Same(group.At(i)->Endomorphism(), group.At(92 * i)));
  }
}

// 2^exponent - 1 modulo an order.
std::uint64_t AllOnes(int exponent, std::uint64_t order) {
  std::uint64_t power = 1;
  for (int i = 0; i < exponent; ++i) power = 2 * power % order;
  return (power + order - 1) % order;
}

// Every half modulo the order with every ninth other one, as small numbers and with high words.
TEST(SmallGroup, MulDigits_IsRightForAllHalves) {
  const Group group = Of199();
  const std::uint64_t offset = group.size() - AllOnes(132, group.size());
  for (std::uint64_t a = 0; a < group.size(); ++a) {
    for (std::uint64_t b = a % 9; b < group.size(); b += 9) {
      const std::uint64_t high = (a + b) % 3 == 0 ? 0 : 199 * (a * 1000003 + b);  // a multiple of the order
      const OddDigits digits(Halves{{a, high, 0, 0}, {b, high, 0, 0}});
      const std::uint64_t expected = 2 * a + offset + 92 * (2 * b + offset);
      EXPECT_TRUE(Same(ToAffine(MulDigits(digits, group.generator())), group.At(expected))) << a << " " << b;
    }
  }
}

TEST(SmallGroup, BaseTable_IsRightForEveryScalar) {
  const Group group = Of3319();
  const BaseTable table(group.generator());
  const std::uint64_t offset = group.size() - AllOnes(260, group.size());
  for (std::uint64_t k = 0; k < group.size(); ++k) {
    const std::uint64_t multiple = k % 2 * group.size();  // of the order: other high digits
    const std::uint64_t words[4] = {k, multiple, multiple * 12345, multiple << 40};
    EXPECT_TRUE(Same(ToAffine(table.MulSigned(words)), group.At(2 * k + offset))) << k;
  }
}

TEST(SmallGroup, MulSumVar_IsRightForAllScalars) {
  const Group group = Of199();
  for (const std::size_t other : {std::size_t{1}, std::size_t{198}, std::size_t{92}}) {
    for (std::uint64_t a = 0; a < group.size(); ++a) {
      for (std::uint64_t b = a % 9; b < group.size(); b += 9) {
        const Term terms[] = {{Scalar::FromU64(a), group.generator()},
                              {Scalar::FromU64(b).Negate(), *group.At(other)}};
        const std::uint64_t expected = a + (group.size() - b % group.size()) * other;
        EXPECT_TRUE(Same(ToAffine(MulSumVar(Scalar(), terms)), group.At(expected))) << a << " - " << b;
      }
    }
  }
}

}  // namespace
}  // namespace passport::curve::small_groups
