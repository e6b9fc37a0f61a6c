// Schnorr proof of knowledge of a discrete logarithm, made non-interactive by Fiat and Shamir's transform
// (dkls23.md 2.3).
#pragma once

#include "edl/base/codec.h"
#include "edl/base/ids.h"
#include "trusted/curve/point.h"

namespace passport::proof {

// What a proof is for: a proof for one use verifies for no other.
struct DlogUse {
  crypto::Tag tag;
  Hash32 context;  // the run
  PartyIndex prover;
  std::uint16_t index;  // which of the prover's statements
};

// T = k G and z = k + e x with e = HS(tag, ctx, LE16 prover || LE16 index || ser X || ser T); 65 bytes.
struct DlogProof {
  static constexpr std::size_t kSize = 65;
  curve::Point nonce;
  curve::Scalar response;

  void Write(Writer& writer) const;
  static DlogProof Read(Reader& reader);  // fails the reader on a bad point or scalar
};

// Proves knowledge of the secret x of statement X = x G. Constant time in x.
DlogProof ProveDlog(const DlogUse& use, const curve::SecretScalar& secret, const curve::Point& statement,
                    crypto::Rng& rng);
// Variable time: everything is public.
bool VerifyDlog(const DlogUse& use, const curve::Point& statement, const DlogProof& proof);

}  // namespace passport::proof
