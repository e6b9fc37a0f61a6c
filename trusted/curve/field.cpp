#include "trusted/curve/field.h"

#include <cpuid.h>

#include <vector>

#include "trusted/crypto/secret.h"
#include "trusted/curve/divsteps.h"

namespace passport::curve {
namespace {

using limbs::u64;

constexpr u64 kComplement[4] = {field_words::kComplement, 0, 0, 0};
constexpr u64 kPrimeWords[4] = {~(field_words::kComplement - 1), ~u64{0}, ~u64{0}, ~u64{0}};
constexpr Modulus kPrime(kPrimeWords);

FieldElement InvertBy(const FieldElement& a, bool is_secret) {
  u64 words[5];
  kPrime.Invert(words, a.Normal().words(), is_secret);
  return FieldElement(words[3], words[2], words[1], words[0]) +
         FieldElement(0, 0, 0, words[4] * field_words::kComplement);
}

bool AskForAdx() {
#ifdef PASSPORT_MSAN
  return false;  // it does not follow assembly (tests/ct/README.md)
#endif
  constexpr unsigned kBmi2AndAdx = 1u << 8 | 1u << 19;
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & kBmi2AndAdx) == kBmi2AndAdx;
}

// Montgomery's trick: the inverse of the product of all, then one factor after the other taken out of it.
void InvertAllBy(std::span<FieldElement> elements, bool is_secret) {
  if (elements.empty()) return;
  std::vector<FieldElement> products(elements.begin(), elements.end());
  for (std::size_t i = 1; i < products.size(); ++i) products[i] = products[i - 1] * elements[i];
  FieldElement inverse = InvertBy(products.back(), is_secret);
  for (std::size_t i = elements.size(); i-- > 1;) {
    const FieldElement own = inverse * products[i - 1];
    inverse = inverse * elements[i];
    elements[i] = own;
  }
  elements[0] = inverse;
  crypto::Wipe(products.data(), products.size() * sizeof products[0]);
}

template <std::size_t kCount>
using Elements = std::array<FieldElement, kCount>;

template <std::size_t kCount>
Elements<kCount> SquareTimes(Elements<kCount> a, int times) {
  if constexpr (kCount == 1) {
    a[0].SquareTimes(times);
  } else {
    for (int i = 0; i < times; ++i) limbs::Unroll<kCount>([&](auto k) { a[k].SquareTimes(1); });
  }
  return a;
}

template <std::size_t kCount>
Elements<kCount> operator*(const Elements<kCount>& a, const Elements<kCount>& b) {
  Elements<kCount> out;
  for (std::size_t i = 0; i < kCount; ++i) out[i] = a[i] * b[i];
  return out;
}

}  // namespace

namespace field_words {

const bool kHasAdx = AskForAdx();

void MulPortable(u64* out, const u64* a, const u64* b) {
  u64 wide[8];
  limbs::MulWide(wide, a, b);
  // The upper half times 2^256 - p goes onto the lower one, then the word that this leaves, then its carry.
  u128 t = 0;
  for (int i = 0; i < 4; ++i) {
    t += static_cast<u128>(wide[4 + i]) * kComplement + wide[i];
    wide[i] = static_cast<u64>(t);
    t >>= 64;
  }
  t *= kComplement;
  for (int i = 0; i < 4; ++i) {
    t += wide[i];
    out[i] = static_cast<u64>(t);
    t >>= 64;
  }
  // What is left after a carry is below 2^67.
  t = static_cast<u128>(out[0]) + ((0 - static_cast<u64>(t)) & kComplement);
  out[0] = static_cast<u64>(t);
  out[1] += static_cast<u64>(t >> 64);
}

}  // namespace field_words

FieldElement FieldElement::Load(const std::uint8_t* bytes) {
  FieldElement out;
  limbs::Load(out.words_, bytes);
  return out;
}

bool FieldElement::IsCanonical(std::span<const std::uint8_t, 32> bytes) {
  u64 words[4];
  limbs::Load(words, bytes.data());
  return limbs::Add(words, words, kComplement) == 0;
}

FieldElement FieldElement::ReduceWide(std::span<const std::uint8_t, 48> bytes) {
  u64 words[6];
  limbs::Load(words, bytes.data(), 6);
  return FieldElement(0, 0, words[5], words[4]) * FieldElement(0, 0, 0, field_words::kComplement) +
         FieldElement(words[3], words[2], words[1], words[0]);
}

FieldElement FieldElement::Normal() const {
  FieldElement out = *this;
  limbs::Normalize(out.words_, 0, kComplement);
  return out;
}

ByteArray<32> FieldElement::Encode() const {
  ByteArray<32> out;
  limbs::Store(out.data(), Normal().words_);
  return out;
}

FieldElement Invert(const FieldElement& a) { return InvertBy(a, true); }
FieldElement InvertVar(const FieldElement& a) { return InvertBy(a, false); }

void InvertAll(std::span<FieldElement> elements) { InvertAllBy(elements, true); }
void InvertAllVar(std::span<FieldElement> elements) { InvertAllBy(elements, false); }

template <std::size_t kCount>
Elements<kCount> PowRoots(const Elements<kCount>& one) {
  // (p - 3) / 4 is, in binary, 223 ones, a zero, 22 ones and 00001011; ones(n) is one^(2^n - 1).
  const auto ones2 = SquareTimes(one, 1) * one;
  const auto ones3 = SquareTimes(ones2, 1) * one;
  const auto ones6 = SquareTimes(ones3, 3) * ones3;
  const auto ones9 = SquareTimes(ones6, 3) * ones3;
  const auto ones11 = SquareTimes(ones9, 2) * ones2;
  const auto ones22 = SquareTimes(ones11, 11) * ones11;
  const auto ones44 = SquareTimes(ones22, 22) * ones22;
  const auto ones88 = SquareTimes(ones44, 44) * ones44;
  const auto ones176 = SquareTimes(ones88, 88) * ones88;
  const auto ones220 = SquareTimes(ones176, 44) * ones44;
  const auto ones223 = SquareTimes(ones220, 3) * ones3;
  const auto head = SquareTimes(ones223, 23) * ones22;
  return SquareTimes(SquareTimes(head, 5) * one, 3) * ones2;
}

template Elements<1> PowRoots(const Elements<1>& one);
template Elements<2> PowRoots(const Elements<2>& one);

}  // namespace passport::curve
