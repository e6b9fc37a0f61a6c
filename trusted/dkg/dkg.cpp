#include "trusted/dkg/dkg.h"

#include <algorithm>

#include "trusted/curve/ed25519.h"
#include "trusted/sharing/encoding.h"
#include "trusted/sharing/quorum.h"

namespace passport::dkg {

using curve::Group;
using curve::PointOf;
using curve::SecretScalarOf;
using proof::DlogUse;
using protocol::Outcome;

namespace {

Failure<Abort> Stop(AbortReason reason, std::optional<PartyIndex> culprit = std::nullopt) {
  return Fail(Abort{reason, culprit});
}

// Whether a message is of this run and from whom the channel says; nobody is blamed if not.
bool IsOfRun(const Run& run, PartyIndex from, const Header& header) {
  return header.from == from && header.context == run.context;
}

// Whether the senders are the other dealers, each once.
template <class Message>
bool IsComplete(const Run& run, const Inbox<Message>& inbox) {
  return inbox.size() + 1 == run.proposal.dealers.size() && !inbox.contains(run.self) &&
         std::all_of(inbox.begin(), inbox.end(),
                     [&](const auto& entry) { return sharing::Contains(run.proposal.dealers, entry.first); });
}

template <Group G>
Hash32 CommitmentTo(const OpeningBroadcastOf<G>& opening) {
  Writer value;
  for (const PointOf<G>& point : opening.coefficients) value.Raw(point.Encode());
  value.Raw(opening.chain_code_part);
  return proof::Commit(crypto::tag::kKgCom, opening.header.context, opening.header.from, opening.salt,
                       {value.bytes()});
}

DlogUse CoefficientUse(const Hash32& sid, PartyIndex dealer, std::size_t index) {
  return {crypto::tag::kPokKg, sid, dealer, static_cast<std::uint16_t>(index)};
}

DlogUse ShareUse(const Hash32& sid, PartyIndex holder) { return {crypto::tag::kPokShare, sid, holder, 0}; }

// sid = TH("kg/sid", setup_ctx, n_i of all dealers).
Hash32 RunId(const Run& run, const std::map<PartyIndex, Commitment>& commitments) {
  crypto::Sha256 state = crypto::TaggedState(crypto::tag::kKgSid, run.context);
  for (const auto& [dealer, commitment] : commitments) state.Update(commitment.nonce);
  return state.Final();
}

Hash32 Echo(const Hash32& sid, const std::map<PartyIndex, Commitment>& commitments) {
  crypto::Sha256 state = crypto::TaggedState(crypto::tag::kKgEcho, sid);
  for (const auto& [dealer, commitment] : commitments) state.Update(commitment.Encode());
  return state.Final();
}

// Checks 2 to 6 of dkls23.md 2.4 on one dealer. That no coefficient is the identity is in the type.
template <Group G>
Outcome<Unit> CheckOpening(const AwaitingOpeningsOf<G>& state, PartyIndex dealer,
                           const OpeningOf<G>& opening) {
  const OpeningBroadcastOf<G>& broadcast = opening.broadcast;
  const std::size_t t = state.run.proposal.t;
  if (broadcast.coefficients.size() != t || broadcast.proofs.size() != t) {
    return Stop(AbortReason::kMalformed, dealer);
  }
  if (CommitmentTo(broadcast) != state.commitments.at(dealer).commitment) {
    return Stop(AbortReason::kCommitment, dealer);
  }
  for (std::size_t k = 0; k < t; ++k) {
    if (!proof::VerifyDlog<G>(CoefficientUse(state.sid, dealer, k), broadcast.coefficients[k],
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
  KeyFactsOf<G> facts{state.run.proposal, state.sid, {}, {}, {}};
  crypto::Sha256 transcript;
  for (const auto& [dealer, commitment] : state.commitments) transcript.Update(commitment.Encode());
  crypto::Sha256 chain_code = crypto::TaggedState(crypto::tag::kKgCc, state.sid);
  for (const auto& [dealer, opening] : openings) {
    transcript.Update(opening->Encode());
    chain_code.Update(opening->chain_code_part);
  }
  facts.transcript = transcript.Final();
  facts.chain_code = chain_code.Final();
  for (std::size_t k = 0; k < state.run.proposal.t; ++k) {
    std::vector<PointOf<G>> terms;
    for (const auto& [dealer, opening] : openings) terms.push_back(opening->coefficients[k]);
    const std::optional<PointOf<G>> sum = G::Sum(terms);
    if (!sum) return Stop(AbortReason::kIdentity);
    facts.commitments.push_back(*sum);
  }
  return facts;
}

template <Group G>
sharing::KeyShareOf<G> MakeShare(const Run& run, const KeyFactsOf<G>& facts, SecretScalarOf<G> share) {
  sharing::KeyShareOf<G> out;
  out.id = facts.Id();
  out.curve = run.proposal.curve;
  out.purpose = run.proposal.purpose;
  out.n = run.proposal.n;
  out.t = run.proposal.t;
  out.self = run.self;
  out.holders = run.proposal.dealers;
  out.commitments = facts.commitments;
  out.chain_code = facts.chain_code;
  out.share = std::move(share);
  return out;
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
  const Commitment commitment{header, CommitmentTo(opening), rng.Array<32>()};
  return protocol::Advance<AwaitingCommitmentsOf<G>, Commitment>{
      {run, commitment, std::move(polynomial), std::move(opening)}, commitment};
}

template <Group G>
protocol::Step<AwaitingOpeningsOf<G>, protocol::Outbox<OpeningOf<G>>> Open(AwaitingCommitmentsOf<G> state,
                                                                           const Inbox<Commitment>& inbox,
                                                                           crypto::Rng& rng) {
  if (!IsComplete(state.run, inbox)) return Stop(AbortReason::kWrongQuorum);
  for (const auto& [dealer, commitment] : inbox) {
    if (!IsOfRun(state.run, dealer, commitment.header)) return Stop(AbortReason::kWrongSession);
  }
  AwaitingOpeningsOf<G> next{state.run, {}, inbox, std::move(state.opening), {}};
  next.commitments.emplace(state.run.self, state.sent);
  next.sid = RunId(next.run, next.commitments);
  next.sent.echo = Echo(next.sid, next.commitments);
  for (std::size_t k = 0; k < next.sent.coefficients.size(); ++k) {
    next.sent.proofs.push_back(proof::ProveDlog<G>(CoefficientUse(next.sid, next.run.self, k),
                                                   state.polynomial.coefficients()[k],
                                                   next.sent.coefficients[k], rng));
  }
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
  if (!IsComplete(state.run, inbox)) return Stop(AbortReason::kWrongQuorum);
  for (const auto& [dealer, opening] : inbox) {
    if (!IsOfRun(state.run, dealer, opening.broadcast.header)) return Stop(AbortReason::kWrongSession);
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
  const std::optional<Hash32> digest = facts.ConfirmedDigest();
  if (!digest) return Stop(AbortReason::kIdentity);

  // Every part matched its commitments, so the sum does.
  const std::optional<PointOf<G>> share_point =
      sharing::EvaluateCommitments<G>(facts.commitments, state.run.self);
  PASSPORT_CHECK(share_point && G::MulBase(share.Expose()) == share_point);
  ConfirmationOf<G> out{{state.run.self, state.run.context},
                        *digest,
                        proof::ProveDlog<G>(ShareUse(state.sid, state.run.self), share, *share_point, rng),
                        node_key.Sign(*digest)};
  sharing::KeyShareOf<G> pending = MakeShare(state.run, facts, std::move(share));
  return ConfirmedOf<G>{{state.run, std::move(facts), *digest, out.signature}, std::move(pending), out};
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
    if (!IsOfRun(state.run, party, confirmation.header)) return Stop(AbortReason::kWrongSession);
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
