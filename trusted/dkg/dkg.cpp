#include "trusted/dkg/dkg.h"

#include <algorithm>

#include "trusted/curve/ed25519.h"
#include "trusted/dkg/dealing.h"
#include "trusted/sharing/quorum.h"

namespace passport::dkg {

using curve::Group;
using curve::PointOf;
using curve::SecretScalarOf;
using proof::DlogUse;
using protocol::Outcome;

namespace {

DlogUse ShareUse(const Hash32& sid, PartyIndex holder) { return {crypto::tag::kPokShare, sid, holder, 0}; }

// Checks 2 to 6 of dkls23.md 2.4 on one dealer. That no coefficient is the identity is in the type.
template <Group G>
Outcome<Unit> CheckOpening(const AwaitingOpeningsOf<G>& state, PartyIndex dealer,
                           const OpeningOf<G>& opening) {
  const OpeningBroadcastOf<G>& broadcast = opening.broadcast;
  const std::size_t t = state.run.proposal.t;
  PASSPORT_TRY_VOID(CheckOpened(kKeyGeneration, t, state.commitments.at(dealer), broadcast));
  for (std::size_t k = 0; k < t; ++k) {
    if (!proof::VerifyDlog<G>(CoefficientUse(kKeyGeneration, state.sid, dealer, k), broadcast.coefficients[k],
                              broadcast.proofs[k])) {
      return Stop(AbortReason::kProof, dealer);
    }
  }
  if (G::MulBase(opening.share.Expose()) !=
      sharing::EvaluateCommitments<G>(broadcast.coefficients, state.run.self)) {
    return Stop(AbortReason::kShare, dealer);
  }
  return Unit{};
}

// All broadcasts of rounds 1 and 2 by round and sender, and what the openings add up to.
template <Group G>
Outcome<KeyFactsOf<G>> Combine(const AwaitingOpeningsOf<G>& state,
                               const std::map<PartyIndex, const OpeningBroadcastOf<G>*>& openings) {
  KeyFactsOf<G> facts;
  facts.proposal = state.run.proposal;
  facts.sid = state.sid;
  facts.transcript = Transcript(state.commitments, openings);
  crypto::Sha256 chain_code = crypto::TaggedState(crypto::tag::kKgCc, state.sid);
  for (const auto& [dealer, opening] : openings) {
    chain_code.Update(opening->chain_code_part);
  }
  facts.chain_code = chain_code.Final();
  PASSPORT_TRY(facts.commitments, SumOfCoefficients<G>(openings));
  return facts;
}

}  // namespace

template <Group G>
protocol::Step<AwaitingCommitmentsOf<G>, Commitment> Start(const Proposal& proposal, PartyIndex self,
                                                           crypto::Rng& rng) {
  if (!proposal.IsValidFor(G::kCurve) || !sharing::Contains(proposal.dealers, self)) {
    return Stop(AbortReason::kWrongQuorum);
  }
  const Run run{proposal, self, proposal.Context()};
  const Header header{self, run.context};
  sharing::PolynomialOf<G> polynomial = sharing::PolynomialOf<G>::Random(proposal.t, rng);
  OpeningBroadcastOf<G> opening{header, polynomial.Commit(), rng.Array<32>(), rng.Array<32>(), {}, {}};
  const Commitment commitment{header, CommitmentTo(kKeyGeneration, opening), rng.Array<32>()};
  return protocol::Advance<AwaitingCommitmentsOf<G>, Commitment>{
      {run, commitment, std::move(polynomial), std::move(opening)}, commitment};
}

template <Group G>
protocol::Step<AwaitingOpeningsOf<G>, protocol::Outbox<OpeningOf<G>>> Open(AwaitingCommitmentsOf<G> state,
                                                                           const Inbox<Commitment>& inbox,
                                                                           crypto::Rng& rng) {
  if (!IsFromAllOthers(state.run.proposal.dealers, state.run.self, inbox))
    return Stop(AbortReason::kWrongQuorum);
  for (const auto& [dealer, commitment] : inbox) {
    if (!IsOfRun(state.run.context, dealer, commitment.header)) return Stop(AbortReason::kWrongSession);
  }
  AwaitingOpeningsOf<G> next{state.run, {}, inbox, std::move(state.opening), {}};
  next.commitments.emplace(state.run.self, state.sent);
  next.sid = RunId(kKeyGeneration, next.run.context, next.commitments);
  next.sent.echo = Echo(kKeyGeneration, next.sid, next.commitments);
  ProveCoefficients(kKeyGeneration, next.sid, state.polynomial, next.sent, rng);
  next.own_part = state.polynomial.Evaluate(next.run.self);
  protocol::Outbox<OpeningOf<G>> out;
  for (const auto& [dealer, commitment] : inbox) {
    out.emplace(dealer, OpeningOf<G>{next.sent, state.polynomial.Evaluate(dealer)});
  }
  return protocol::Advance<AwaitingOpeningsOf<G>, protocol::Outbox<OpeningOf<G>>>{std::move(next),
                                                                                  std::move(out)};
}

template <Group G>
Outcome<ConfirmedOf<G>> Confirm(AwaitingOpeningsOf<G> state, std::type_identity_t<Inbox<OpeningOf<G>>> inbox,
                                const crypto::SigningKey& node_key, crypto::Rng& rng) {
  if (!IsFromAllOthers(state.run.proposal.dealers, state.run.self, inbox))
    return Stop(AbortReason::kWrongQuorum);
  for (const auto& [dealer, opening] : inbox) {
    if (!IsOfRun(state.run.context, dealer, opening.broadcast.header))
      return Stop(AbortReason::kWrongSession);
  }
  for (const auto& [dealer, opening] : inbox) {
    if (opening.broadcast.echo != state.sent.echo) return Stop(AbortReason::kEquivocation);
  }
  std::map<PartyIndex, const OpeningBroadcastOf<G>*> openings{{state.run.self, &state.sent}};
  SecretScalarOf<G> share = std::move(state.own_part);
  for (const auto& [dealer, opening] : inbox) {
    PASSPORT_TRY_VOID(CheckOpening(state, dealer, opening));
    openings.emplace(dealer, &opening.broadcast);
    share.ExposeMutable() = share.Expose() + opening.share.Expose();
  }
  PASSPORT_TRY(KeyFactsOf<G> facts, Combine(state, openings));
  return ConfirmShare(state.run, std::move(facts), std::move(share), node_key, rng);
}

template <Group G>
Outcome<ConfirmedOf<G>> ConfirmShare(const Run& run, KeyFactsOf<G> facts, SecretScalarOf<G> share,
                                     const crypto::SigningKey& node_key, crypto::Rng& rng) {
  const std::optional<Hash32> digest = facts.ConfirmedDigest();
  if (!digest) return Stop(AbortReason::kIdentity);

  // Every part matched its commitments, so the sum does.
  const std::optional<PointOf<G>> share_point = sharing::EvaluateCommitments<G>(facts.commitments, run.self);
  PASSPORT_CHECK(share_point && G::MulBase(share.Expose()) == share_point);
  ConfirmationOf<G> out{{run.self, run.context},
                        *digest,
                        proof::ProveDlog<G>(ShareUse(facts.sid, run.self), share, *share_point, rng),
                        node_key.Sign(*digest)};
  sharing::KeyShareOf<G> pending = MakeShare(facts, run.self, std::move(share));
  return ConfirmedOf<G>{{run, std::move(facts), *digest, out.signature}, std::move(pending), out};
}

template <Group G>
Outcome<KeyCertificateOf<G>> Finish(AwaitingConfirmationsOf<G> state,
                                    const std::type_identity_t<Inbox<ConfirmationOf<G>>>& inbox,
                                    const Roster& roster, std::size_t min_confirmers) {
  for (const auto& [party, confirmation] : inbox) {
    if (party == state.run.self || !sharing::Contains(state.run.proposal.dealers, party) ||
        !roster.contains(party)) {
      return Stop(AbortReason::kWrongQuorum);
    }
    if (!IsOfRun(state.run.context, party, confirmation.header)) return Stop(AbortReason::kWrongSession);
  }
  KeyCertificateOf<G> certificate{std::move(state.facts), {{state.run.self, state.own_signature}}};
  const KeyFactsOf<G>& facts = certificate.facts;
  for (const auto& [party, confirmation] : inbox) {
    // A different digest comes of some dealer's two different broadcasts, not necessarily of this sender.
    if (confirmation.digest != state.digest) return Stop(AbortReason::kConfirmation);
    const std::optional<PointOf<G>> share_point = sharing::EvaluateCommitments<G>(facts.commitments, party);
    if (!share_point || !proof::VerifyDlog<G>(ShareUse(facts.sid, party), *share_point, confirmation.proof)) {
      return Stop(AbortReason::kProof, party);
    }
    if (!crypto::VerifyEd25519(roster.at(party), state.digest, confirmation.signature)) {
      return Stop(AbortReason::kConfirmation, party);
    }
    certificate.confirmations.emplace(party, confirmation.signature);
  }
  const std::size_t needed = std::max<std::size_t>(min_confirmers, state.run.proposal.t);
  if (certificate.confirmations.size() < needed) return Stop(AbortReason::kConfirmation);
  return certificate;
}

using curve::Secp256k1;
template protocol::Step<AwaitingCommitments, Commitment> Start<Secp256k1>(const Proposal&, PartyIndex,
                                                                          crypto::Rng&);
template protocol::Step<AwaitingOpenings, protocol::Outbox<Opening>> Open<Secp256k1>(AwaitingCommitments,
                                                                                     const Inbox<Commitment>&,
                                                                                     crypto::Rng&);
template Outcome<Confirmed> Confirm<Secp256k1>(AwaitingOpenings, Inbox<Opening>, const crypto::SigningKey&,
                                               crypto::Rng&);
template Outcome<Confirmed> ConfirmShare(const Run&, KeyFacts, SecretScalarOf<Secp256k1>,
                                         const crypto::SigningKey&, crypto::Rng&);
template Outcome<KeyCertificate> Finish<Secp256k1>(AwaitingConfirmations, const Inbox<Confirmation>&,
                                                   const Roster&, std::size_t);

using curve::Ed25519;
template protocol::Step<AwaitingCommitmentsOf<Ed25519>, Commitment> Start<Ed25519>(const Proposal&,
                                                                                   PartyIndex, crypto::Rng&);
template protocol::Step<AwaitingOpeningsOf<Ed25519>, protocol::Outbox<OpeningOf<Ed25519>>> Open<Ed25519>(
    AwaitingCommitmentsOf<Ed25519>, const Inbox<Commitment>&, crypto::Rng&);
template Outcome<ConfirmedOf<Ed25519>> Confirm<Ed25519>(AwaitingOpeningsOf<Ed25519>,
                                                        Inbox<OpeningOf<Ed25519>>, const crypto::SigningKey&,
                                                        crypto::Rng&);
template Outcome<KeyCertificateOf<Ed25519>> Finish<Ed25519>(AwaitingConfirmationsOf<Ed25519>,
                                                            const Inbox<ConfirmationOf<Ed25519>>&,
                                                            const Roster&, std::size_t);

}  // namespace passport::dkg
