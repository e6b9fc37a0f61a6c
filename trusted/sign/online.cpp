#include "trusted/sign/online.h"

#include "trusted/sharing/quorum.h"
#include "trusted/sign/algebra.h"

namespace passport::sign {

using curve::EcdsaSignature;
using curve::Point;
using curve::Scalar;
using protocol::Abort;
using protocol::AbortReason;
using protocol::Outcome;

namespace {

// r_x = x(R) modulo q.
Scalar NonceScalar(const Point& nonce) { return Scalar::Reduce(nonce.X()); }

// Of two signers, the combiner knows that the other one has spoilt the signature; of more, nobody knows who
// has.
Abort BadSignature(const Combination& combination) {
  Abort abort{AbortReason::kBadSignature, {}};
  const std::vector<PartyIndex>& quorum = combination.quorum;
  if (quorum.size() == 2 && sharing::Contains(quorum, combination.self)) {
    abort.culprit.emplace(quorum[0] == combination.self ? quorum[1] : quorum[0]);
  }
  return abort;
}

// (r, s) with low s and the recovery id (dkls23.md 6.7). s is zero if the sums are of no use.
EcdsaSignature Assemble(const Point& nonce, const Scalar& u, const Scalar& w) {
  const Scalar r = NonceScalar(nonce);
  const bool x_overflows = r.Encode() != nonce.X();
  EcdsaSignature out{r, w * u.Invert(),
                     static_cast<std::uint8_t>((nonce.HasOddY() ? 1 : 0) | (x_overflows ? 2 : 0))};
  if (out.s.IsHigh()) {
    out.s = out.s.Negate();
    out.recovery_id ^= 1;
  }
  return out;
}

}  // namespace

Signing Online(Presignature presignature, const Digest& digest) {
  const Session& session = presignature.session;
  const Scalar m = curve::DigestToScalar(digest);
  const Scalar w = NumeratorShare(m, presignature.blinding.Expose(), NonceScalar(presignature.nonce),
                                  presignature.v.Expose());
  Signing out{{session.self, session.ssid, presignature.u.Expose(), w},
              {session.self, session.quorum, session.ssid, presignature.nonce, session.public_key},
              {}};
  if (kBlameRound && session.quorum.size() > 2) {
    out.defender.emplace(Defender{out.combination, digest, out.out, std::move(presignature.blinding)});
  }
  return out;
}

Outcome<EcdsaSignature> Combine(const Combination& combination, const Digest& digest,
                                const std::map<PartyIndex, SignatureShare>& shares) {
  if (shares.size() != combination.quorum.size()) return Fail(Abort{AbortReason::kWrongQuorum, {}});
  Scalar u;
  Scalar w;
  for (const auto& [party, share] : shares) {
    if (!sharing::Contains(combination.quorum, party)) return Fail(Abort{AbortReason::kWrongQuorum, {}});
    if (share.from != party || share.ssid != combination.ssid) {
      return Fail(Abort{AbortReason::kWrongSession, {}});
    }
    u = u + share.u;
    w = w + share.w;
  }
  const EcdsaSignature signature = Assemble(combination.nonce, u, w);
  // Refuses r = 0 and s = 0 too, and so a zero sum of the u_i, whose inverse is zero.
  if (!curve::VerifyEcdsa(combination.public_key, digest, signature)) {
    return Fail(BadSignature(combination));
  }
  return signature;
}

}  // namespace passport::sign
