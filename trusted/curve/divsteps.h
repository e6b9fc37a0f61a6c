// Modular inversion by division steps (Bernstein and Yang 2019/266), for odd moduli below 2^256.
#pragma once

#include <cstdint>

namespace passport::curve {

// An odd modulus with what its inversions need. Numbers are 64-bit words, least significant first.
class Modulus {
 public:
  constexpr explicit Modulus(const std::uint64_t* words) {
    // Newton's iteration: every step doubles the number of correct low bits, of which an odd number has
    // three.
    std::uint64_t inverse = words[0];
    for (int i = 0; i < 5; ++i) inverse *= 2 - words[0] * inverse;
    negated_inverse_ = 0 - inverse;
    Split(limbs_, words);
  }

  // out = 1 / a, of five words and below 32 times the modulus; zero for zero. a is below the modulus. The
  // time does not depend on a secret one.
  void Invert(std::uint64_t* out, const std::uint64_t* a, bool is_secret) const;

  // Signed numbers of five limbs of 59 bits; the last one carries the sign.
  using Limbs = std::int64_t[5];
  static constexpr int kBits = 59;

 private:
  static constexpr void Split(std::int64_t* out, const std::uint64_t* words) {
    constexpr std::uint64_t kMask = (std::uint64_t{1} << kBits) - 1;
    out[0] = static_cast<std::int64_t>(words[0] & kMask);
    out[1] = static_cast<std::int64_t>((words[0] >> 59 | words[1] << 5) & kMask);
    out[2] = static_cast<std::int64_t>((words[1] >> 54 | words[2] << 10) & kMask);
    out[3] = static_cast<std::int64_t>((words[2] >> 49 | words[3] << 15) & kMask);
    out[4] = static_cast<std::int64_t>(words[3] >> 44);
  }

  Limbs limbs_{};
  std::uint64_t negated_inverse_ = 0;  // -1 / modulus modulo 2^64
};

}  // namespace passport::curve
