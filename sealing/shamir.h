// Shamir's secret sharing of a 32-byte key: each byte is the value at 0 of a random polynomial of degree k -
// 1 over GF(2^8) (x^8 + x^4 + x^3 + x + 1), and a share is its values at one point. Fewer than k shares say
// nothing at all about the key. Constant time in key and shares; k, n and the points are public.
#pragma once

#include <span>
#include <vector>

#include "trusted/crypto/rng.h"
#include "trusted/crypto/secret.h"

namespace passport::sealing {

struct ShamirShare {
  std::uint8_t point = 0;  // never 0
  crypto::SecretKey32 value;
};

// Shares at the points 1 to n; 1 <= k <= n.
std::vector<ShamirShare> SplitKey(const crypto::SecretKey32& key, std::uint8_t k, std::uint8_t n,
                                  crypto::Rng& rng);
// The key from exactly k shares at different points. From others, or from changed ones, it gives some key:
// what it is for has to be committed to (quorum.h).
crypto::SecretKey32 CombineShares(std::span<const ShamirShare> shares);

}  // namespace passport::sealing
