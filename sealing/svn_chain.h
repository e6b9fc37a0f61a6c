// The chain of PRODUCT keys: an enclave can make the key of every lower security version, and of no higher
// one.
#pragma once

#include "trusted/crypto/secret.h"

namespace passport::sealing {

inline constexpr std::uint32_t kSvnMax = 1024;  // where the launcher begins the chain; bounds the walk down

// K_(i-1) = HKDF-SHA256(K_i, salt = "passport/launcher/v1", info = "svn-step"), `steps` times
// (boundary.md 4.1): the same steps as the launcher takes from the root key down to the version it starts.
crypto::SecretKey32 LowerSvnKey(const crypto::SecretKey32& key, std::uint32_t steps);

}  // namespace passport::sealing
