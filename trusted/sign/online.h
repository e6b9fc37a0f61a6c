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

// Whether runs of more than two signers can be followed by a blame round (blame.h). The argument for it is
// this project's own (docs/protocols.md).
inline constexpr bool kBlameRound = true;

// What a signer needs to defend its share. Move-only; its owner drops it when the signature is out, or after
// the time that one may take. phi_i is as secret as the key share.
struct Defender {
  Combination combination;
  Digest digest;
  SignatureShare share;
  curve::SecretScalar blinding;  // phi_i
};

struct Signing {
  SignatureShare out;
  Combination combination;
  std::optional<Defender> defender;  // if kBlameRound and more than two sign
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
