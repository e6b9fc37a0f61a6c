// The online part of signing (dkls23.md 6.7): a presignature and a digest become a share, t shares a
// signature.
#pragma once

#include "trusted/curve/ecdsa.h"
#include "trusted/sign/sign.h"

namespace passport::sign {

// What the combiner needs to know of the run; public.
struct Combination {
  PartyIndex self;  // the combiner, if it is one of the signers: of two signers, it knows who lied
  std::vector<PartyIndex> quorum;
  Hash32 ssid{};
  curve::Point nonce;  // R
  curve::Point public_key;
};

struct Signing {
  SignatureShare out;
  Combination combination;
};

// Round 3. Spends the presignature: w_i = m phi_i + r_x v_i. The caller has decided that this digest may be
// signed.
Signing Online(Presignature presignature, const Digest& digest);

// s = (sum w_i) / (sum u_i), made low, from the shares of exactly the quorum, the combiner's own included.
// Verified before it is released: kBadSignature otherwise, which blames the other party if there are two and
// self is one. kWrongQuorum and kWrongSession blame nobody.
protocol::Outcome<curve::EcdsaSignature> Combine(const Combination& combination, const Digest& digest,
                                                 const std::map<PartyIndex, SignatureShare>& shares);

}  // namespace passport::sign
