// ECDSA over secp256k1 (SEC 1, 4.1): verification and recovery of public values.
#pragma once

#include "edl/base/ids.h"
#include "trusted/curve/point.h"

namespace passport::curve {

// A low-s signature and its recovery id (bit 0: y of R is odd; bit 1: x of R is at least q).
struct EcdsaSignature {
  Scalar r;
  Scalar s;
  std::uint8_t recovery_id = 0;
};

// Whether (r, s) signs digest under key. High s is refused.
bool VerifyEcdsa(const Point& key, const Digest& digest, const EcdsaSignature& signature);
// The key under which the signature would verify; kBadSignature if there is none.
Result<Point> RecoverEcdsa(const Digest& digest, const EcdsaSignature& signature);
// The digest as an integer modulo q (SEC 1, 4.1.3 step 5).
Scalar DigestToScalar(const Digest& digest);

}  // namespace passport::curve
