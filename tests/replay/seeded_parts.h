// What makes an enclave repeatable: a seed from its own PRODUCT key, and the simulator's RSA key. Tests only.
#pragma once

#include <string_view>

#include "tests/sim/fixture_keys.h"
#include "trusted/crypto/hash.h"
#include "trusted/crypto/rng.h"
#include "trusted/crypto/rsa.h"

namespace passport::replay {

inline constexpr char kBuild[] = "passport seeded test";

// Nodes differ because their root keys do. A second start of one node would repeat the first one's stream,
// boot id and nonces included: a run has one start of each node.
inline crypto::SeededRng MakeSeededRng(const crypto::SecretKey32& product_key) {
  ByteArray<32> seed;
  crypto::HkdfSha256(AsBytes("passport/tests/replay"), product_key.Expose(), AsBytes("seed"), seed);
  return crypto::SeededRng(seed);
}

inline crypto::EnvelopeKey FixtureEnvelopeKey() {
  return crypto::EnvelopeKey::Parse(ParseBase64(sim::kEnvelopeKeyPkcs8).value()).value();
}

}  // namespace passport::replay
