// Distributed key generation, joint Feldman with commit, open and confirm: three rounds (dkls23.md 2).
#pragma once

#include "trusted/dkg/certificate.h"
#include "trusted/protocol/step.h"
#include "trusted/sharing/polynomial.h"

namespace passport::dkg {

template <class Message>
using Inbox = protocol::Inbox<Message>;
using protocol::Abort;
using protocol::AbortReason;

// What a party is and what it agreed to; public.
struct Run {
  Proposal proposal;
  PartyIndex self;
  Hash32 context{};  // proposal.Context()
};

// After round 1. Owns the polynomial, which dies when it has been dealt.
struct AwaitingCommitments {
  Run run;
  Commitment sent;
  sharing::Polynomial polynomial;
  OpeningBroadcast opening;  // all but the proofs and the echo
};

// After round 2. The only secret is the own part of the own share.
struct AwaitingOpenings {
  Run run;
  Hash32 sid{};
  std::map<PartyIndex, Commitment> commitments;  // of all dealers
  OpeningBroadcast sent;
  curve::SecretScalar own_part;
};

// After round 3. Nothing secret.
struct AwaitingConfirmations {
  Run run;
  KeyFacts facts;
  Hash32 digest{};
  crypto::Ed25519Signature own_signature{};
};

// What round 3 gives. The caller makes the share durable before it sends the confirmation, and lets nothing
// sign with it before Finish has given a certificate.
struct Confirmed {
  AwaitingConfirmations next;
  sharing::KeyShare pending;
  Confirmation out;
};

// Round 1 (dkls23.md 2.2): draws the polynomial. The message goes to all other dealers. kWrongQuorum if the
// proposal is not valid or self is no dealer.
protocol::Step<AwaitingCommitments, Commitment> Start(const Proposal& proposal, PartyIndex self,
                                                      crypto::Rng& rng);

// Round 2 (dkls23.md 2.3): opens the commitment, proves every coefficient, deals one share to each dealer.
protocol::Step<AwaitingOpenings, protocol::Outbox<Opening>> Open(AwaitingCommitments state,
                                                                 const Inbox<Commitment>& inbox,
                                                                 crypto::Rng& rng);

// Round 3 (dkls23.md 2.4, 2.5): all checks in the order of 2.4, then the share and its confirmation, signed
// by the node key.
protocol::Outcome<Confirmed> Confirm(AwaitingOpenings state, Inbox<Opening> inbox,
                                     const crypto::SigningKey& node_key, crypto::Rng& rng);

// The certificate, from the own and the given confirmations: there may be fewer than dealers, since nodes
// die, but at least max(min_confirmers, t) in all, else kConfirmation. One that does not verify ends the run.
protocol::Outcome<KeyCertificate> Finish(AwaitingConfirmations state, const Inbox<Confirmation>& inbox,
                                         const Roster& roster, std::size_t min_confirmers);

}  // namespace passport::dkg
