// The blame round (dkls23.md 8): who spoilt a signature that more than two made. Each signer proves that its
// share belongs to what it showed and got in round 2; whoever cannot has lied, and anybody can check that.
// The argument is in docs/protocols.md.
#pragma once

#include "trusted/protocol/step.h"
#include "trusted/sign/defence.h"
#include "trusted/sign/online.h"

namespace passport::sign {

// The public keys of the nodes, by which they are known to whoever judges.
using NodeKeys = std::map<PartyIndex, crypto::Ed25519PublicKey>;

// The signature that failed; public.
struct Dispute {
  std::vector<PartyIndex> quorum;  // rising
  Hash32 ssid{};
  curve::Point public_key;  // under which it was to verify
  Digest digest;
};

// Spends the defender, in the name of its node. shares are what the combiner got in round 3. Nothing is
// proved (kWrongSession, nobody blamed) unless they are signed shares of exactly the quorum, the defender's
// own as it was sent, and spoil the signature; nor anything that would not hold (kProof).
protocol::Outcome<Defence> Defend(Defender defender, const NodeKeys& keys,
                                  const std::map<PartyIndex, SignedShare>& shares, Exchanges exchanges,
                                  const crypto::SigningKey& node_key, crypto::Rng& rng);

enum class Lie : std::uint8_t {
  kTwoWords = 1,  // signed two things where an honest signer signs one
  kDefence = 2,   // signed a defence that does not hold: psi, u_i or w_i was wrong
};

struct Verdict {
  std::map<PartyIndex, Lie> liars;  // proved by what they signed
  std::vector<PartyIndex> silent;   // gave no defence in their own name: no proof of anything
};

// The same for everybody who is given the same words. Shares and defences that are not signed by their party
// for this run are nobody's and count as not given; an honest signer is never among the liars. If nobody is
// silent and the signature failed, there is a liar.
Verdict Judge(const Dispute& dispute, const NodeKeys& keys, const std::map<PartyIndex, SignedShare>& shares,
              const std::map<PartyIndex, Defence>& defences);

}  // namespace passport::sign
