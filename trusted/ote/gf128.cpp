#include "trusted/ote/gf128.h"

#include <immintrin.h>

namespace passport::ote {
namespace {

// An unreduced product: low + middle * x^64 + high * x^128.
struct Product {
  __m128i low;
  __m128i middle;
  __m128i high;
};

__m128i Load(const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }

Block ToBlock(__m128i value) {
  Block out;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out.data()), value);
  return out;
}

[[gnu::target("pclmul")]] void AddProduct(Product& sum, __m128i a, __m128i b) {
  sum.low = _mm_xor_si128(sum.low, _mm_clmulepi64_si128(a, b, 0x00));
  sum.middle = _mm_xor_si128(sum.middle, _mm_clmulepi64_si128(a, b, 0x01));
  sum.middle = _mm_xor_si128(sum.middle, _mm_clmulepi64_si128(a, b, 0x10));
  sum.high = _mm_xor_si128(sum.high, _mm_clmulepi64_si128(a, b, 0x11));
}

// x^128 = x^7 + x^2 + x + 1 = 0x87: the upper half times 0x87 comes down, and what that carries over 2^128
// (at most 7 bits) comes down once more.
[[gnu::target("pclmul")]] __m128i Reduce(const Product& product) {
  const __m128i poly = _mm_set_epi64x(0, 0x87);
  __m128i low = _mm_xor_si128(product.low, _mm_slli_si128(product.middle, 8));
  const __m128i high = _mm_xor_si128(product.high, _mm_srli_si128(product.middle, 8));
  const __m128i from_low = _mm_clmulepi64_si128(high, poly, 0x00);
  const __m128i from_high = _mm_clmulepi64_si128(high, poly, 0x01);
  low = _mm_xor_si128(low, from_low);
  low = _mm_xor_si128(low, _mm_slli_si128(from_high, 8));
  return _mm_xor_si128(low, _mm_clmulepi64_si128(from_high, poly, 0x01));
}

Product Zero() { return {_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()}; }

}  // namespace

Block MultiplyGf128(const Block& a, const Block& b) {
  Product product = Zero();
  AddProduct(product, Load(a.data()), Load(b.data()));
  return ToBlock(Reduce(product));
}

Block Fold(const Row& row, const Challenges& challenges) {
  Product sum = Zero();
  for (std::size_t j = 0; j < kChallenges; ++j) {
    AddProduct(sum, Load(row.data() + ot::kBlockBytes * j), Load(challenges[j].data()));
  }
  return ToBlock(_mm_xor_si128(Reduce(sum), Load(row.data() + ot::kBlockBytes * kChallenges)));
}

}  // namespace passport::ote
