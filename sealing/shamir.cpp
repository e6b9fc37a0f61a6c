#include "sealing/shamir.h"

#include "edl/base/check.h"
#include "trusted/crypto/ct.h"

namespace passport::sealing {
namespace {

using crypto::SecretKey32;

constexpr std::size_t kBytes = 32;

// The product in GF(2^8), a bit of b at a time: no table, no branch.
std::uint8_t Multiply(std::uint8_t a, std::uint8_t b) {
  unsigned product = 0;
  unsigned shifted = a;
  for (unsigned bit = 0; bit < 8; ++bit) {
    const auto mask = static_cast<unsigned>(crypto::MaskFromBit((b >> bit) & 1u));
    product ^= shifted & mask;
    const auto carry = static_cast<unsigned>(crypto::MaskFromBit((shifted >> 7) & 1u));
    shifted = ((shifted << 1) ^ (0x1bu & carry)) & 0xffu;
  }
  return static_cast<std::uint8_t>(product);
}

// a^254, which is the inverse of a; 0 for 0.
std::uint8_t Invert(std::uint8_t a) {
  std::uint8_t power = a;
  for (int i = 0; i < 6; ++i) power = Multiply(Multiply(power, power), a);  // a^3, a^7, ... a^127
  return Multiply(power, power);
}

// What the share at `point` counts for in the value at 0: the product over the others of x / (x - point).
std::uint8_t Weight(std::uint8_t point, std::span<const ShamirShare> shares) {
  std::uint8_t weight = 1;
  for (const ShamirShare& other : shares) {
    if (other.point == point) continue;
    weight = Multiply(weight, Multiply(other.point, Invert(static_cast<std::uint8_t>(other.point ^ point))));
  }
  return weight;
}

}  // namespace

std::vector<ShamirShare> SplitKey(const SecretKey32& key, std::uint8_t k, std::uint8_t n, crypto::Rng& rng) {
  PASSPORT_CHECK(k >= 1 && k <= n);
  std::vector<SecretKey32> coefficients;  // of the powers 1 to k - 1
  coefficients.reserve(k);
  for (unsigned power = 1; power < k; ++power) coefficients.push_back(rng.Key());
  std::vector<ShamirShare> shares(n);
  for (unsigned i = 0; i < n; ++i) {
    ShamirShare& share = shares[i];
    share.point = static_cast<std::uint8_t>(i + 1);
    ByteArray<kBytes>& value = share.value.ExposeMutable();
    for (auto power = coefficients.rbegin(); power != coefficients.rend(); ++power) {  // Horner's rule
      for (std::size_t at = 0; at < kBytes; ++at)
        value[at] = Multiply(static_cast<std::uint8_t>(value[at] ^ power->Expose()[at]), share.point);
    }
    for (std::size_t at = 0; at < kBytes; ++at) value[at] ^= key.Expose()[at];
  }
  return shares;
}

SecretKey32 CombineShares(std::span<const ShamirShare> shares) {
  SecretKey32 key;
  for (const ShamirShare& share : shares) {
    const std::uint8_t weight = Weight(share.point, shares);
    for (std::size_t at = 0; at < kBytes; ++at)
      key.ExposeMutable()[at] ^= Multiply(share.value.Expose()[at], weight);
  }
  return key;
}

}  // namespace passport::sealing
