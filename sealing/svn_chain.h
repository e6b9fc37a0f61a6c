// The chain of PRODUCT keys: an enclave can make the key of every lower security version, and of no higher
// one.
#pragma once

#include "trusted/crypto/secret.h"

namespace passport::sealing {

// K_(i-1) = HKDF-SHA256(K_i, info = "svn-step") (boundary.md 4.1), `steps` times.
crypto::SecretKey32 LowerSvnKey(const crypto::SecretKey32& key, std::uint32_t steps);

}  // namespace passport::sealing
