// Distributed key generation, joint Feldman with commit, open and confirm: three rounds (dkls23.md 2).
#pragma once

#include <type_traits>

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
template <curve::Group G>
struct AwaitingCommitmentsOf {
  Run run;
  Commitment sent;
  sharing::PolynomialOf<G> polynomial;
  OpeningBroadcastOf<G> opening;  // all but the proofs and the echo
};

// After round 2. The only secret is the own part of the own share.
template <curve::Group G>
struct AwaitingOpeningsOf {
  Run run;
  Hash32 sid{};
  std::map<PartyIndex, Commitment> commitments;  // of all dealers
  OpeningBroadcastOf<G> sent;
  curve::SecretScalarOf<G> own_part;
};

// After round 3. Nothing secret.
template <curve::Group G>
struct AwaitingConfirmationsOf {
  Run run;
  KeyFactsOf<G> facts;
  Hash32 digest{};
  crypto::Ed25519Signature own_signature{};
};

// What round 3 gives. The caller makes the share durable before it sends the confirmation, and lets nothing
// sign with it before Finish has given a certificate.
template <curve::Group G>
struct ConfirmedOf {
  AwaitingConfirmationsOf<G> next;
  sharing::KeyShareOf<G> pending;
  ConfirmationOf<G> out;
};

using AwaitingCommitments = AwaitingCommitmentsOf<curve::Secp256k1>;
using AwaitingOpenings = AwaitingOpeningsOf<curve::Secp256k1>;
using AwaitingConfirmations = AwaitingConfirmationsOf<curve::Secp256k1>;
using Confirmed = ConfirmedOf<curve::Secp256k1>;

// Round 1 (dkls23.md 2.2): draws the polynomial. The message goes to all other dealers. kWrongQuorum if the
// proposal is not valid for this group or self is no dealer.
template <curve::Group G = curve::Secp256k1>
protocol::Step<AwaitingCommitmentsOf<G>, Commitment> Start(const Proposal& proposal, PartyIndex self,
                                                           crypto::Rng& rng);

// Round 2 (dkls23.md 2.3): opens the commitment, proves every coefficient, deals one share to each dealer.
template <curve::Group G>
protocol::Step<AwaitingOpeningsOf<G>, protocol::Outbox<OpeningOf<G>>> Open(AwaitingCommitmentsOf<G> state,
                                                                           const Inbox<Commitment>& inbox,
                                                                           crypto::Rng& rng);

// Round 3 (dkls23.md 2.4, 2.5): all checks in the order of 2.4, then the share and its confirmation, signed
// by the node key.
template <curve::Group G>
protocol::Outcome<ConfirmedOf<G>> Confirm(AwaitingOpeningsOf<G> state,
                                          std::type_identity_t<Inbox<OpeningOf<G>>> inbox,
                                          const crypto::SigningKey& node_key, crypto::Rng& rng);

// The certificate, from the own and the given confirmations: there may be fewer than dealers, since nodes
// die, but at least max(min_confirmers, t) in all, else kConfirmation. One that does not verify ends the run.
template <curve::Group G>
protocol::Outcome<KeyCertificateOf<G>> Finish(AwaitingConfirmationsOf<G> state,
                                              const std::type_identity_t<Inbox<ConfirmationOf<G>>>& inbox,
                                              const Roster& roster, std::size_t min_confirmers);

}  // namespace passport::dkg
