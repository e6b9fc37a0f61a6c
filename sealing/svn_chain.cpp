#include "sealing/svn_chain.h"

#include "trusted/crypto/hash.h"

namespace passport::sealing {

crypto::SecretKey32 LowerSvnKey(const crypto::SecretKey32& key, std::uint32_t steps) {
  crypto::SecretKey32 current = key.Clone();
  for (std::uint32_t i = 0; i < steps; ++i) {
    crypto::SecretKey32 lower;
    crypto::HkdfSha256(AsBytes("passport/launcher/v1"), current.Expose(), AsBytes("svn-step"),
                       lower.ExposeMutable());
    current = std::move(lower);
  }
  return current;
}

}  // namespace passport::sealing
