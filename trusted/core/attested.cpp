#include "trusted/core/attested.h"

#include "edl/base/codec.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kFormat = 1;

}  // namespace

Hash32 AttestedFacts::SignedHash(const ByteArray<32>& nonce) const {
  Writer claims;
  claims.U8(kFormat).Text(build);
  for (const Claim& claim : confinement) claims.Text(claim.layer).Text(claim.state);
  return crypto::TaggedHash(crypto::tag::kAttest, nonce,
                            {identity_key, channel_key, manifest_hash, measurement, boot.bytes,
                             envelope_key_sha256, claims.bytes()});
}

}  // namespace passport::core
