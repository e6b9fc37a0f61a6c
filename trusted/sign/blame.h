// The blame round (dkls23.md 8): who spoilt a signature that more than two made. Each signer proves that its
// share belongs to what it showed and got in round 2; whoever cannot has lied, and anybody can check that.
// The argument is in docs/protocols.md.
#pragma once

#include <set>

#include "trusted/protocol/step.h"
#include "trusted/sign/defence.h"
#include "trusted/sign/online.h"

namespace passport::sign {

// The public keys of the nodes, by which they are known to whoever judges.
using NodeKeys = std::map<PartyIndex, crypto::Ed25519PublicKey>;

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

// Hears the words of a dispute one by one, so that no call of a judge takes long: a defence costs 4 (t - 1) +
// 3 verifications of signatures and some 4 t multiplications. What is not signed by its party is nobody's,
// and not heard; an honest signer is never among the liars, whatever the dispute. If nobody is silent and the
// signature failed, there is a liar.
class Trial {
 public:
  Trial(Dispute dispute, NodeKeys keys) : dispute_(std::move(dispute)), keys_(std::move(keys)) {}
  const Dispute& dispute() const { return dispute_; }

  void Hear(PartyIndex party, const SignedShare& share);
  void Hear(PartyIndex party, const Defence& defence);  // the first of each party counts
  Verdict verdict() const;

 private:
  void Hear(const SignedShown& word);

  Dispute dispute_;
  NodeKeys keys_;
  std::map<PartyIndex, Lie> liars_;
  std::set<PartyIndex> defended_;
  // The words of each signer so far, to find one who signed two where there is one to sign.
  std::map<PartyIndex, Shown> shown_;
  std::map<std::pair<PartyIndex, PartyIndex>, Hash32> statements_;
  std::map<PartyIndex, Hash32> shares_;
};

// All of it at once: the same for everybody who is given the same words.
Verdict Judge(const Dispute& dispute, const NodeKeys& keys, const std::map<PartyIndex, SignedShare>& shares,
              const std::map<PartyIndex, Defence>& defences);

}  // namespace passport::sign
