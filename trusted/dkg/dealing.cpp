#include "trusted/dkg/dealing.h"

#include "trusted/curve/ed25519.h"

namespace passport::dkg {

using curve::Group;
using curve::PointOf;
using protocol::AbortReason;
using protocol::Outcome;

template <Group G>
Hash32 CommitmentTo(const DealingTags& tags, const OpeningBroadcastOf<G>& opening) {
  Writer value;
  for (const PointOf<G>& point : opening.coefficients) value.Raw(point.Encode());
  value.Raw(opening.chain_code_part);
  return proof::Commit(tags.commitment, opening.header.context, opening.header.from, opening.salt,
                       {value.bytes()});
}

Hash32 RunId(const DealingTags& tags, const Hash32& context, const Commitments& commitments) {
  crypto::Sha256 state = crypto::TaggedState(tags.sid, context);
  for (const auto& [dealer, commitment] : commitments) state.Update(commitment.nonce);
  return state.Final();
}

Hash32 Echo(const DealingTags& tags, const Hash32& sid, const Commitments& commitments) {
  crypto::Sha256 state = crypto::TaggedState(tags.echo, sid);
  for (const auto& [dealer, commitment] : commitments) state.Update(commitment.Encode());
  return state.Final();
}

template <Group G>
Hash32 Transcript(const Commitments& commitments, const OpeningsOf<G>& openings) {
  crypto::Sha256 state;
  for (const auto& [dealer, commitment] : commitments) state.Update(commitment.Encode());
  for (const auto& [dealer, opening] : openings) state.Update(opening->Encode());
  return state.Final();
}

proof::DlogUse CoefficientUse(const DealingTags& tags, const Hash32& sid, PartyIndex dealer,
                              std::size_t index) {
  return {tags.proof, sid, dealer, static_cast<std::uint16_t>(index)};
}

template <Group G>
void ProveCoefficients(const DealingTags& tags, const Hash32& sid, const sharing::PolynomialOf<G>& polynomial,
                       OpeningBroadcastOf<G>& opening, crypto::Rng& rng) {
  for (std::size_t k = 0; k < opening.coefficients.size(); ++k) {
    opening.proofs.push_back(proof::ProveDlog<G>(CoefficientUse(tags, sid, opening.header.from, k),
                                                 polynomial.coefficients()[k], opening.coefficients[k], rng));
  }
}

template <Group G>
Outcome<Unit> CheckOpened(const DealingTags& tags, std::size_t t, const Commitment& commitment,
                          const OpeningBroadcastOf<G>& opening) {
  const PartyIndex dealer = opening.header.from;
  if (opening.coefficients.size() != t || opening.proofs.size() != t) {
    return Stop(AbortReason::kMalformed, dealer);
  }
  if (CommitmentTo(tags, opening) != commitment.commitment) return Stop(AbortReason::kCommitment, dealer);
  return Unit{};
}

template <Group G>
Outcome<std::vector<PointOf<G>>> SumOfCoefficients(const OpeningsOf<G>& openings) {
  std::vector<PointOf<G>> out;
  for (std::size_t k = 0; k < openings.begin()->second->coefficients.size(); ++k) {
    std::vector<PointOf<G>> terms;
    for (const auto& [dealer, opening] : openings) terms.push_back(opening->coefficients[k]);
    const std::optional<PointOf<G>> sum = G::Sum(terms);
    if (!sum) return Stop(AbortReason::kIdentity);
    out.push_back(*sum);
  }
  return out;
}

template <Group G>
sharing::KeyShareOf<G> MakeShare(const KeyFactsOf<G>& facts, PartyIndex self,
                                 curve::SecretScalarOf<G> share) {
  sharing::KeyShareOf<G> out;
  out.id = facts.Id();
  out.curve = facts.proposal.curve;
  out.purpose = facts.proposal.purpose;
  out.epoch = facts.epoch;
  out.marks = facts.marks;
  out.n = facts.proposal.n;
  out.t = facts.proposal.t;
  out.self = self;
  out.holders = facts.proposal.dealers;
  out.commitments = facts.commitments;
  out.chain_code = facts.chain_code;
  out.share = std::move(share);
  return out;
}

using curve::Secp256k1;
template Hash32 CommitmentTo(const DealingTags&, const OpeningBroadcast&);
template Hash32 Transcript<Secp256k1>(const Commitments&, const OpeningsOf<Secp256k1>&);
template void ProveCoefficients(const DealingTags&, const Hash32&, const sharing::Polynomial&,
                                OpeningBroadcast&, crypto::Rng&);
template Outcome<Unit> CheckOpened(const DealingTags&, std::size_t, const Commitment&,
                                   const OpeningBroadcast&);
template Outcome<std::vector<PointOf<Secp256k1>>> SumOfCoefficients<Secp256k1>(const OpeningsOf<Secp256k1>&);
template sharing::KeyShare MakeShare(const KeyFacts&, PartyIndex, curve::SecretScalarOf<Secp256k1>);

using curve::Ed25519;
template Hash32 CommitmentTo(const DealingTags&, const OpeningBroadcastOf<Ed25519>&);
template Hash32 Transcript<Ed25519>(const Commitments&, const OpeningsOf<Ed25519>&);
template void ProveCoefficients(const DealingTags&, const Hash32&, const sharing::PolynomialOf<Ed25519>&,
                                OpeningBroadcastOf<Ed25519>&, crypto::Rng&);
template Outcome<Unit> CheckOpened(const DealingTags&, std::size_t, const Commitment&,
                                   const OpeningBroadcastOf<Ed25519>&);
template Outcome<std::vector<PointOf<Ed25519>>> SumOfCoefficients<Ed25519>(const OpeningsOf<Ed25519>&);
template sharing::KeyShareOf<Ed25519> MakeShare(const KeyFactsOf<Ed25519>&, PartyIndex,
                                                curve::SecretScalarOf<Ed25519>);

}  // namespace passport::dkg
