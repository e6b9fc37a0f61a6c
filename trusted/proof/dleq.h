// Chaum-Pedersen proof that two points are the same multiple of two bases, made non-interactive by Fiat and
// Shamir's transform. Of knowledge, too: whoever can make it knows the multiplier.
#pragma once

#include "trusted/proof/dlog.h"

namespace passport::proof {

// X_1 = x B_1 and X_2 = x B_2.
struct DleqStatement {
  curve::Point base_1;
  curve::Point image_1;
  curve::Point base_2;
  curve::Point image_2;
};

// e = HS(tag, ctx, LE16 prover || LE16 index || ser B_1, X_1, B_2, X_2, k B_1, k B_2) and z = k + e x; 64
// bytes.
struct DleqProof {
  static constexpr std::size_t kSize = 64;
  curve::Scalar challenge;
  curve::Scalar response;

  void Write(Writer& writer) const;
  static DleqProof Read(Reader& reader);  // fails the reader on a bad scalar
};

// Proves the statement with the secret x. Constant time in x.
DleqProof ProveDleq(const DlogUse& use, const curve::SecretScalar& secret, const DleqStatement& statement,
                    crypto::Rng& rng);
// Variable time: everything is public.
bool VerifyDleq(const DlogUse& use, const DleqStatement& statement, const DleqProof& proof);

}  // namespace passport::proof
