// What an enclave says about itself under its identity key in GET /enclave: the core signs it, tools verify
// it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "trusted/claims/claims.h"

namespace passport::core {

// rules.md 1, in its words; README and docs/threat-model.md say the same, which a test compares.
inline constexpr std::string_view kLegacyBinding =
    "In legacy mode whoever has seen one valid header set (a host that ends TLS, or one corrupt enclave) can "
    "have any payload of that user signed while the set is valid. So in legacy mode the threshold protects "
    "the key, and only bound mode also protects its use against t-1 corrupt enclaves.";

using Claim = claims::LayerClaim;
using claims::IsMissing;

struct AttestedFacts {
  crypto::Ed25519PublicKey identity_key{};
  crypto::X25519PublicKey channel_key{};
  Hash32 manifest_hash{};  // zero: no manifest yet
  Hash32 measurement{};
  BootId boot;
  Hash32 envelope_key_sha256{};  // of the SPKI of the current key; zero: the network has none yet
  std::string build;
  std::vector<Claim> confinement;

  // What the identity key signs for whoever chose the nonce.
  Hash32 SignedHash(const ByteArray<32>& nonce) const;
};

}  // namespace passport::core
