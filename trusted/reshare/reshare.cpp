#include "trusted/reshare/reshare.h"

#include "trusted/curve/ed25519.h"
#include "trusted/sharing/encoding.h"

namespace passport::reshare {

using curve::Group;
using curve::PointOf;
using curve::ScalarOf;
using curve::SecretScalarOf;
using dkg::Commitment;
using dkg::IsFromAllOthers;
using dkg::IsOfRun;
using dkg::kResharing;
using dkg::OpeningBroadcastOf;
using dkg::OpeningOf;
using dkg::Stop;
using protocol::Step;

namespace {

template <Group G>
bool IsValid(const Proposal& proposal, const dkg::KeyFactsOf<G>& current) {
  const dkg::Proposal& old = current.proposal;
  const auto held = [&](PartyIndex party) { return sharing::Contains(old.dealers, party); };
  return proposal.key == current.Id() && old.curve == G::kCurve && proposal.epoch > current.epoch &&
         sharing::IsPartySet(proposal.dealers, old.n) && proposal.dealers.size() >= old.t &&
         std::all_of(proposal.dealers.begin(), proposal.dealers.end(), held) &&
         proposal.n <= sharing::kPartiesMax && proposal.t >= 2 && proposal.holders.size() >= proposal.t &&
         sharing::IsPartySet(proposal.holders, proposal.n) && (proposal.marks & ~sharing::kMarksAll) == 0 &&
         (current.marks & ~proposal.marks) == 0;
}

// Whether a share is one of the key and epoch that the facts are about, and knows of no mark that would be
// lost.
template <Group G>
bool Fits(const sharing::KeyShareOf<G>& share, const dkg::KeyFactsOf<G>& current, const Proposal& proposal) {
  return share.id == current.Id() && share.epoch == current.epoch &&
         share.commitments == current.commitments && share.chain_code == current.chain_code &&
         (share.marks & ~proposal.marks) == 0;
}

template <Group G>
Hash32 ContextOf(const Proposal& proposal, const dkg::KeyFactsOf<G>& current) {
  Writer writer;
  writer.Raw(proposal.digest).U64(proposal.epoch).U16(proposal.n).U16(proposal.t).U8(proposal.marks);
  sharing::WriteParties(writer, proposal.dealers);
  sharing::WriteParties(writer, proposal.holders);
  writer.Raw(crypto::HashSha256(dkg::KeyCertificateOf<G>{current, {}}.Encode()));
  return crypto::TaggedHash(crypto::tag::kReshare, proposal.key.bytes, {writer.bytes()});
}

// g_i(0) = lambda_i^Q s_i.
template <Group G>
DealingOf<G> MakeDealing(const RunOf<G>& run, const sharing::KeyShareOf<G>& share, crypto::Rng& rng) {
  const ScalarOf<G> weight = sharing::LagrangeWeight<G>(run.proposal.dealers, run.self);
  auto polynomial = sharing::PolynomialOf<G>::WithConstant(SecretScalarOf<G>(weight * share.share.Expose()),
                                                           run.proposal.t, rng);
  OpeningBroadcastOf<G> opening{
      {run.self, run.context}, polynomial.Commit(), run.current.chain_code, rng.Array<32>(), {}, {}};
  return {std::move(polynomial), std::move(opening)};
}

template <Group G>
Step<AwaitingCommitmentsOf<G>, Commitment> Begin(const Proposal& proposal, const dkg::KeyFactsOf<G>& current,
                                                 PartyIndex self, const sharing::KeyShareOf<G>* share,
                                                 crypto::Rng& rng) {
  const bool deals = sharing::Contains(proposal.dealers, self);
  if (!IsValid(proposal, current) || (deals && !share) ||
      (!deals && !sharing::Contains(proposal.holders, self))) {
    return Stop(AbortReason::kWrongQuorum);
  }
  AwaitingCommitmentsOf<G> next{{proposal, current, self, ContextOf(proposal, current)}, {}, {}};
  next.sent.header = {self, next.run.context};
  if (deals) {
    next.dealing = MakeDealing(next.run, *share, rng);
    next.sent.commitment = CommitmentTo(kResharing, next.dealing->opening);
  }
  next.sent.nonce = rng.Array<32>();
  const Commitment out = next.sent;
  return protocol::Advance<AwaitingCommitmentsOf<G>, Commitment>{std::move(next), out};
}

}  // namespace

std::vector<PartyIndex> Proposal::Parties() const {
  std::vector<PartyIndex> out;
  std::set_union(dealers.begin(), dealers.end(), holders.begin(), holders.end(), std::back_inserter(out));
  return out;
}

template <Group G>
std::optional<Agreement> AgreementOf(const dkg::KeyFactsOf<G>& facts) {
  const std::optional<Hash32> digest = facts.ConfirmedDigest();
  if (!digest) return std::nullopt;
  return Agreement{facts.epoch, *digest, facts.proposal.dealers};
}

template <Group G>
Step<AwaitingCommitmentsOf<G>, Commitment> Start(const Proposal& proposal, const dkg::KeyFactsOf<G>& current,
                                                 const sharing::KeyShareOf<G>& share, crypto::Rng& rng) {
  if (!Fits(share, current, proposal)) return Stop(AbortReason::kWrongQuorum);
  return Begin(proposal, current, share.self, &share, rng);
}

template <Group G>
Step<AwaitingCommitmentsOf<G>, Commitment> Join(const Proposal& proposal,
                                                const dkg::KeyCertificateOf<G>& current,
                                                const Roster& old_roster, std::size_t min_confirmers,
                                                PartyIndex self, crypto::Rng& rng) {
  if (!current.Verify(old_roster, min_confirmers).ok()) return Stop(AbortReason::kConfirmation);
  return Begin<G>(proposal, current.facts, self, nullptr, rng);
}

template <Group G>
dkg::KeyFactsOf<G> FactsOf(const sharing::KeyShareOf<G>& share) {
  dkg::KeyFactsOf<G> out;
  out.proposal = {{}, share.curve, share.purpose, share.n, share.t, {}};
  for (std::uint16_t m = 1; m <= share.n; ++m) out.proposal.dealers.push_back({m});
  out.commitments = share.commitments;
  out.chain_code = share.chain_code;
  out.epoch = share.epoch;
  out.marks = share.marks;
  out.key = share.id;
  return out;
}

template <Group G>
Step<AwaitingCommitmentsOf<G>, Commitment> JoinKnown(const Proposal& proposal,
                                                     const dkg::KeyFactsOf<G>& current,
                                                     const PointOf<G>& public_key, PartyIndex self,
                                                     crypto::Rng& rng) {
  if (current.commitments.empty() || current.PublicKey() != public_key)
    return Stop(AbortReason::kWrongQuorum);
  return Begin<G>(proposal, current, self, nullptr, rng);
}

template <Group G>
Step<AwaitingOpeningsOf<G>, protocol::Outbox<OpeningOf<G>>> Open(AwaitingCommitmentsOf<G> state,
                                                                 const Inbox<Commitment>& inbox,
                                                                 crypto::Rng& rng) {
  const Proposal& proposal = state.run.proposal;
  if (!IsFromAllOthers<Commitment>(proposal.Parties(), state.run.self, inbox)) {
    return Stop(AbortReason::kWrongQuorum);
  }
  for (const auto& [party, message] : inbox) {
    if (!IsOfRun(state.run.context, party, message.header)) return Stop(AbortReason::kWrongSession);
  }
  for (const auto& [party, message] : inbox) {
    const bool commits = message.commitment != Hash32{};
    if (commits != sharing::Contains(proposal.dealers, party)) return Stop(AbortReason::kMalformed, party);
  }
  AwaitingOpeningsOf<G> next{state.run, {}, {}, inbox, {}, {}};
  next.commitments.emplace(state.run.self, state.sent);
  next.sid = RunId(kResharing, next.run.context, next.commitments);
  next.echo = Echo(kResharing, next.sid, next.commitments);
  protocol::Outbox<OpeningOf<G>> out;
  if (state.dealing) {
    const sharing::PolynomialOf<G>& polynomial = state.dealing->polynomial;
    next.sent = std::move(state.dealing->opening);
    next.sent->echo = next.echo;
    ProveCoefficients(kResharing, next.sid, polynomial, *next.sent, rng);
    for (const PartyIndex holder : proposal.holders) {
      if (holder != next.run.self) out.emplace(holder, OpeningOf<G>{*next.sent, polynomial.Evaluate(holder)});
    }
    next.own_part = polynomial.Evaluate(next.run.self);
  }
  return protocol::Advance<AwaitingOpeningsOf<G>, protocol::Outbox<OpeningOf<G>>>{std::move(next),
                                                                                  std::move(out)};
}

using curve::Secp256k1;
template std::optional<Agreement> AgreementOf(const dkg::KeyFacts&);
template Step<AwaitingCommitments, Commitment> Start(const Proposal&, const dkg::KeyFacts&,
                                                     const sharing::KeyShare&, crypto::Rng&);
template Step<AwaitingCommitments, Commitment> Join(const Proposal&, const dkg::KeyCertificate&,
                                                    const Roster&, std::size_t, PartyIndex, crypto::Rng&);
template dkg::KeyFacts FactsOf(const sharing::KeyShare&);
template Step<AwaitingCommitments, Commitment> JoinKnown(const Proposal&, const dkg::KeyFacts&,
                                                         const curve::Point&, PartyIndex, crypto::Rng&);
template Step<AwaitingOpenings, protocol::Outbox<dkg::Opening>> Open(AwaitingCommitments,
                                                                     const Inbox<Commitment>&, crypto::Rng&);

using curve::Ed25519;
template std::optional<Agreement> AgreementOf(const dkg::KeyFactsOf<Ed25519>&);
template Step<AwaitingCommitmentsOf<Ed25519>, Commitment> Start(const Proposal&,
                                                                const dkg::KeyFactsOf<Ed25519>&,
                                                                const sharing::KeyShareOf<Ed25519>&,
                                                                crypto::Rng&);
template Step<AwaitingCommitmentsOf<Ed25519>, Commitment> Join(const Proposal&,
                                                               const dkg::KeyCertificateOf<Ed25519>&,
                                                               const Roster&, std::size_t, PartyIndex,
                                                               crypto::Rng&);
template Step<AwaitingOpeningsOf<Ed25519>, protocol::Outbox<OpeningOf<Ed25519>>> Open(
    AwaitingCommitmentsOf<Ed25519>, const Inbox<Commitment>&, crypto::Rng&);

}  // namespace passport::reshare
