// The field in the lanes of vector registers against the portable one, at random values and at the ends of
// what a Field may hold.
#include "trusted/curve/field_ifma.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "trusted/crypto/cpu.h"
#include "trusted/crypto/rng.h"

namespace passport::curve::ifma::field_test {
namespace {

using u64 = std::uint64_t;

// A Field for code that is not compiled for AVX-512, which must not pass one by value: limb by limb, lane by
// lane.
struct alignas(64) Eight {
  u64 v[5][8];
};
using One = std::array<u64, 5>;

constexpr One kLargest = {kLimbMask, kLimbMask, kLimbMask, kLimbMask, (u64{1} << 49) + 63};

One AtOf(const Eight& a, std::size_t lane) {
  return {a.v[0][lane], a.v[1][lane], a.v[2][lane], a.v[3][lane], a.v[4][lane]};
}

FieldElement Value(const One& limbs) {
  FieldElement out;
  for (std::size_t k = 5; k-- > 0;) {
    out = out * FieldElement(0, 0, 0, u64{1} << kLimbBits) + FieldElement(0, 0, 0, limbs[k]);
  }
  return out;
}

One Multiple(u64 times) {  // times p
  return {(u64{1} << kLimbBits) - times * field_words::kComplement, kLimbMask, kLimbMask, kLimbMask,
          (times << 48) - 1};
}

std::vector<One> Inputs() {
  std::vector<One> out = {One{},
                          {1, 0, 0, 0, 0},
                          Multiple(1),
                          Multiple(2),
                          {kLimbMask, kLimbMask, kLimbMask, kLimbMask, kTopMask},
                          kLargest};
  for (const u64 times : {u64{1}, u64{2}}) {  // next to a multiple of p
    for (const u64 step : {u64{1}, ~u64{0}}) {
      out.push_back(Multiple(times));
      out.back()[0] += step;
    }
  }
  for (std::size_t k = 0; k < 5; ++k) {
    One only{};
    only[k] = kLargest[k];
    out.push_back(only);
    One without = kLargest;
    without[k] = 0;
    out.push_back(without);
  }
  crypto::SeededRng rng(52);
  while (out.size() < 64) {
    One random;
    for (std::size_t k = 0; k < 5; ++k) {
      const ByteArray<8> bytes = rng.Array<8>();
      std::memcpy(&random[k], bytes.data(), 8);
      random[k] &= k == 4 ? (u64{1} << 49) - 1 : kLimbMask;
    }
    out.push_back(random);
  }
  return out;
}

// Eight inputs from `first` on, around the end.
Eight Take(const std::vector<One>& inputs, std::size_t first) {
  Eight out;
  for (std::size_t lane = 0; lane < 8; ++lane) {
    for (std::size_t k = 0; k < 5; ++k) out.v[k][lane] = inputs[(first + lane) % inputs.size()][k];
  }
  return out;
}

// Every operation on three operands.
struct Results {
  Eight product;
  Eight square;
  Eight sum_of_products;  // a b + b c
  Eight difference;       // a - b
  Eight seven;            // 7 a
  Eight minus_seven;
  unsigned zero_lanes;  // of a
};
struct Operation {
  const char* name;
  Eight Results::*result;
  FieldElement (*expected)(const FieldElement& a, const FieldElement& b, const FieldElement& c);
};
FieldElement Seven(const FieldElement& a) { return FieldElement(0, 0, 0, 7) * a; }
using F = const FieldElement&;
constexpr Operation kOperations[] = {
    {"a b", &Results::product, [](F a, F b, F) { return a * b; }},
    {"a^2", &Results::square, [](F a, F, F) { return a.Square(); }},
    {"a b + b c", &Results::sum_of_products, [](F a, F b, F c) { return a * b + b * c; }},
    {"a - b", &Results::difference, [](F a, F b, F) { return a - b; }},
    {"7 a", &Results::seven, [](F a, F, F) { return Seven(a); }},
    {"-7 a", &Results::minus_seven, [](F a, F, F) { return -Seven(a); }},
};

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] void Get(const Eight& from, Field& to) {
  std::memcpy(&to, &from, sizeof to);
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] void Put(const Field& from, Eight& to) {
  std::memcpy(&to, &from, sizeof to);
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] void RunAll(const Eight& x, const Eight& y,
                                                                             const Eight& z, Results& out) {
  Field a, b, c;
  Get(x, a);
  Get(y, b);
  Get(z, c);
  Put(a * b, out.product);
  Put(Square(a), out.square);
  Put(SumOfProducts(a, b, b, c), out.sum_of_products);
  Put(Carried(FieldSum(a) - b), out.difference);
  const FieldSum seven = Twice(Twice(a)) + Twice(a) + a;
  Put(Carried(seven), out.seven);
  Put(Carried(FieldSum(Field{}) - seven), out.minus_seven);
  out.zero_lanes = ZeroLanes(a);
}

TEST(FieldIfma, EveryOperationIsThatOfThePortableFieldAndStaysInItsBounds) {
  if (!crypto::ThisCpu().ifma) {
    std::printf("not tested: this processor does not have avx512-ifma\n");
    return;
  }
  const std::vector<One> inputs = Inputs();
  for (std::size_t first = 0; first < inputs.size(); ++first) {
    const Eight a = Take(inputs, first);
    const Eight c = Take(inputs, 5 * first + 1);
    for (std::size_t other = 0; other < inputs.size(); other += 8) {
      const Eight b = Take(inputs, first + other);
      Results results;
      RunAll(a, b, c, results);
      for (std::size_t lane = 0; lane < 8; ++lane) {
        const FieldElement values[] = {Value(AtOf(a, lane)), Value(AtOf(b, lane)), Value(AtOf(c, lane))};
        for (const Operation& operation : kOperations) {
          const One out = AtOf(results.*operation.result, lane);
          ASSERT_EQ(Value(out).Encode(), operation.expected(values[0], values[1], values[2]).Encode())
              << operation.name << ' ' << first << ' ' << other << ' ' << lane;
          for (std::size_t k = 0; k < 5; ++k) ASSERT_LE(out[k], kLargest[k]) << operation.name;
        }
        ASSERT_EQ(results.zero_lanes >> lane & 1, values[0].IsZero()) << first << ' ' << lane;
      }
    }
  }
}

}  // namespace
}  // namespace passport::curve::ifma::field_test
