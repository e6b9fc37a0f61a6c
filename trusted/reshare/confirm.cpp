// Round 3 of a resharing: the checks of what the dealers opened, and the new share.
#include "trusted/curve/ed25519.h"
#include "trusted/reshare/linear_check.h"
#include "trusted/reshare/reshare.h"

namespace passport::reshare {

using curve::Group;
using curve::PointOf;
using curve::ScalarOf;
using curve::SecretScalarOf;
using dkg::kResharing;
using dkg::OpeningBroadcastOf;
using dkg::OpeningOf;
using dkg::Stop;
using protocol::Outcome;

namespace {

// An equation that a dealer's opening must meet, and what it means if it does not.
struct Meaning {
  AbortReason reason;
  PartyIndex dealer;
};
template <Group G>
struct QueueOf {
  std::vector<EquationOf<G>> equations;
  std::vector<Meaning> meanings;

  void Add(EquationOf<G> equation, const Meaning& meaning) {
    equations.push_back(std::move(equation));
    meanings.push_back(meaning);
  }
};

// The sum of at^k P_k over the given points, times factor: what a polynomial with these commitments is there.
template <Group G>
void AddEvaluation(EquationOf<G>& equation, ScalarOf<G> factor, std::span<const PointOf<G>> points,
                   PartyIndex at) {
  for (const PointOf<G>& point : points) {
    equation.terms.push_back({factor, point});
    factor = factor * ScalarOf<G>::FromU64(at.value);
  }
}

// A dealer deals the share that it holds: 0 == lambda_i S_i - G_{i,0}.
template <Group G>
EquationOf<G> ConstantEquation(const RunOf<G>& run, const OpeningBroadcastOf<G>& opening) {
  const PartyIndex dealer = opening.header.from;
  EquationOf<G> out{{}, {{ScalarOf<G>::FromU64(1).Negate(), opening.coefficients.front()}}};
  AddEvaluation<G>(out, sharing::LagrangeWeight<G>(run.proposal.dealers, dealer), run.current.commitments,
                   dealer);
  return out;
}

// The proof of a coefficient: z G == T + e F.
template <Group G>
EquationOf<G> ProofEquation(const Hash32& sid, const OpeningBroadcastOf<G>& opening, std::size_t k) {
  const proof::DlogUse use = CoefficientUse(kResharing, sid, opening.header.from, k);
  const proof::DlogProofOf<G>& proof = opening.proofs[k];
  return {SecretScalarOf<G>(proof.response),
          {{ScalarOf<G>::FromU64(1), proof.nonce},
           {proof::DlogChallenge<G>(use, opening.coefficients[k], proof.nonce), opening.coefficients[k]}}};
}

// The share of party self: g(self) G == sum of self^k G_k.
template <Group G>
EquationOf<G> ShareEquation(const OpeningOf<G>& opening, PartyIndex self) {
  EquationOf<G> out{opening.share.Clone(), {}};
  AddEvaluation<G>(out, ScalarOf<G>::FromU64(1), opening.broadcast.coefficients, self);
  return out;
}

template <Group G>
Outcome<Unit> CheckDealer(const AwaitingOpeningsOf<G>& state, PartyIndex dealer, const OpeningOf<G>& opening,
                          QueueOf<G>& queue) {
  const OpeningBroadcastOf<G>& broadcast = opening.broadcast;
  const std::size_t t = state.run.proposal.t;
  if (broadcast.chain_code_part != state.run.current.chain_code) return Stop(AbortReason::kMalformed, dealer);
  PASSPORT_TRY_VOID(CheckOpened(kResharing, t, state.commitments.at(dealer), broadcast));
  queue.Add(ConstantEquation(state.run, broadcast), {AbortReason::kConstantTerm, dealer});
  for (std::size_t k = 0; k < t; ++k) {
    queue.Add(ProofEquation(state.sid, broadcast, k), {AbortReason::kProof, dealer});
  }
  queue.Add(ShareEquation(opening, state.run.self), {AbortReason::kShare, dealer});
  return Unit{};
}

// All checks of one key but the equations, which are queued.
template <Group G>
Outcome<Unit> CheckKey(const ReceivedOf<G>& received, QueueOf<G>& queue) {
  const RunOf<G>& run = received.state.run;
  if (!sharing::Contains(run.proposal.holders, run.self) ||
      !dkg::IsFromAllOthers(run.proposal.dealers, run.self, received.inbox)) {
    return Stop(AbortReason::kWrongQuorum);
  }
  for (const auto& [dealer, opening] : received.inbox) {
    if (!dkg::IsOfRun(run.context, dealer, opening.broadcast.header)) return Stop(AbortReason::kWrongSession);
  }
  for (const auto& [dealer, opening] : received.inbox) {
    if (opening.broadcast.echo != received.state.echo) return Stop(AbortReason::kEquivocation);
  }
  for (const auto& [dealer, opening] : received.inbox) {
    PASSPORT_TRY_VOID(CheckDealer(received.state, dealer, opening, queue));
  }
  return Unit{};
}

// The first equation from `begin` to `end` that does not hold, one by one: this is where blame comes from.
template <Group G>
Outcome<Unit> CheckOneByOne(const QueueOf<G>& queue, std::size_t begin, std::size_t end, crypto::Rng& rng) {
  for (std::size_t i = begin; i < end; ++i) {
    if (!AllHold<G>(std::span(queue.equations).subspan(i, 1), rng)) {
      return Stop(queue.meanings[i].reason, queue.meanings[i].dealer);
    }
  }
  return Unit{};
}

template <Group G>
dkg::KeyFactsOf<G> NewFacts(const AwaitingOpeningsOf<G>& state, const dkg::OpeningsOf<G>& openings,
                            std::vector<PointOf<G>> commitments) {
  const Proposal& proposal = state.run.proposal;
  const dkg::Proposal& old = state.run.current.proposal;
  dkg::KeyFactsOf<G> out;
  out.proposal = {proposal.digest, old.curve, old.purpose, proposal.n, proposal.t, proposal.holders};
  out.sid = state.sid;
  out.transcript = Transcript(state.commitments, openings);
  out.commitments = std::move(commitments);
  out.chain_code = state.run.current.chain_code;
  out.epoch = proposal.epoch;
  out.marks = proposal.marks;
  out.key = proposal.key;
  return out;
}

// The new share, if all checks of the openings have passed.
template <Group G>
Outcome<ConfirmedOf<G>> Accept(ReceivedOf<G> received, const Outcome<Unit>& verdict,
                               const crypto::SigningKey& node_key) {
  if (!verdict.ok()) return Fail(verdict.error());
  AwaitingOpeningsOf<G>& state = received.state;
  dkg::OpeningsOf<G> openings;
  if (state.sent) openings.emplace(state.run.self, &*state.sent);
  SecretScalarOf<G> share = std::move(state.own_part);
  for (const auto& [dealer, opening] : received.inbox) {
    openings.emplace(dealer, &opening.broadcast);
    share.ExposeMutable() = share.Expose() + opening.share.Expose();
  }
  PASSPORT_TRY(std::vector<PointOf<G>> commitments, dkg::SumOfCoefficients<G>(openings));
  if (commitments.front() != state.run.current.PublicKey()) return Stop(AbortReason::kPublicKeySum);
  ConfirmedOf<G> out{NewFacts(state, openings, std::move(commitments)), {}, {}, {}};
  const std::optional<Agreement> agreement = AgreementOf(out.facts);
  if (!agreement) return Stop(AbortReason::kIdentity);
  out.agreement = *agreement;
  out.confirmation = node_key.Sign(agreement->digest);
  out.pending = dkg::MakeShare(out.facts, state.run.self, std::move(share));
  return out;
}

}  // namespace

template <Group G>
std::vector<Outcome<ConfirmedOf<G>>> ConfirmAll(std::vector<ReceivedOf<G>> received,
                                                const crypto::SigningKey& node_key, crypto::Rng& rng) {
  QueueOf<G> queue;
  std::vector<Outcome<Unit>> verdicts;
  std::vector<std::size_t> ends;  // of each key's equations
  for (const ReceivedOf<G>& each : received) {
    verdicts.push_back(CheckKey(each, queue));
    ends.push_back(queue.equations.size());
  }
  const bool all_hold = AllHold<G>(queue.equations, rng);
  std::vector<Outcome<ConfirmedOf<G>>> out;
  for (std::size_t i = 0; i < received.size(); ++i) {
    if (verdicts[i].ok() && !all_hold) {
      verdicts[i] = CheckOneByOne(queue, i == 0 ? 0 : ends[i - 1], ends[i], rng);
    }
    out.push_back(Accept(std::move(received[i]), verdicts[i], node_key));
  }
  return out;
}

template std::vector<Outcome<Confirmed>> ConfirmAll(std::vector<Received>, const crypto::SigningKey&,
                                                    crypto::Rng&);
template std::vector<Outcome<ConfirmedOf<curve::Ed25519>>> ConfirmAll(std::vector<ReceivedOf<curve::Ed25519>>,
                                                                      const crypto::SigningKey&,
                                                                      crypto::Rng&);

}  // namespace passport::reshare
