#include "tests/unit/protocol/reshare_network.h"

#include "trusted/curve/ed25519.h"

namespace passport::test {

using dkg::Commitment;

template <curve::Group G>
CommitteeOf<G> MakeCommittee(const dkg::Proposal& proposal, std::uint64_t seed) {
  DkgRunOf<G> run = RunDkg<G>(proposal, seed);
  return {run.certificates.begin()->second, std::move(run.shares)};
}

Committee MakeCommittee(std::uint16_t t, std::uint16_t n, std::uint64_t seed) {
  return MakeCommittee<curve::Secp256k1>(MakeProposal(t, n), seed);
}

Parties AllOf(std::uint16_t n) { return MakeProposal(2, n).dealers; }

std::vector<Parties> QuorumsOf(const Parties& parties, std::size_t t) {
  std::vector<Parties> out;
  for (unsigned bits = 0; bits < 1u << parties.size(); ++bits) {
    Parties quorum;
    for (std::size_t i = 0; i < parties.size(); ++i) {
      if (bits >> i & 1) quorum.push_back(parties[i]);
    }
    if (quorum.size() == t) out.push_back(quorum);
  }
  return out;
}

template <curve::Group G>
reshare::Proposal MakeReshareProposal(const CommitteeOf<G>& from, const Parties& dealers, std::uint16_t t,
                                      std::uint16_t n, const Parties& holders) {
  reshare::Proposal out;
  out.digest.fill(9);
  out.key = from.facts().Id();
  out.epoch = from.facts().epoch + 1;
  out.dealers = dealers;
  out.n = n;
  out.t = t;
  out.holders = holders;
  out.marks = from.facts().marks;
  return out;
}

template <curve::Group G>
CommitteeOf<G> ReshareRunOf<G>::Activated() const {
  CommitteeOf<G> out;
  for (const auto& [party, node] : nodes) {
    const reshare::ConfirmedOf<G>& own = confirmed.at(party);
    if (node.SigningEpoch() != own.facts.epoch) continue;
    out.certificate = {own.facts, node.Notices().back().confirmations};
    out.shares.emplace(party, CopyOf(own.pending));
  }
  return out;
}

namespace {

// One run in progress; each function does one round for everybody who can still go on.
template <curve::Group G>
class ReshareNetwork {
 public:
  ReshareNetwork(const CommitteeOf<G>& from, const reshare::Proposal& proposal, std::uint64_t seed,
                 const ReshareScriptOf<G>& script)
      : from_(from), proposal_(proposal), script_(script), rng_(seed), run_(script.tamper) {}

  void Start() {
    for (const PartyIndex self : proposal_.Parties()) {
      auto step = StartOne(self);
      if (run_.Stopped(self, step)) continue;
      auto [state, message] = std::move(step).value();
      if (script_.after_start) script_.after_start(self, state, message);
      run_.SendToOthers(1, self, proposal_.Parties(), message.Encode());
      committed_.emplace(self, std::move(state));
    }
  }

  void Open() {
    for (auto& [self, state] : committed_) {
      auto inbox = run_.template Receive<Commitment>(1, self, proposal_.Parties());
      if (!inbox) continue;
      auto step = reshare::Open(std::move(state), *inbox, rng_);
      if (run_.Stopped(self, step)) continue;
      auto [next, out] = std::move(step).value();
      if (script_.after_open) script_.after_open(self, next, out);
      for (const auto& [peer, message] : out) {
        run_.wire.Send({2, self, peer}, message.EncodeSecret().Expose());
      }
      opened_.emplace(self, std::move(next));
    }
  }

  void Confirm() {
    for (auto& [self, state] : opened_) {
      if (!sharing::Contains(proposal_.holders, self)) continue;
      // A liar whose own opening no honest node can have sent goes no further.
      if (state.sent && state.sent->coefficients.size() != proposal_.t) continue;
      auto inbox = run_.template Receive<dkg::OpeningOf<G>>(2, self, proposal_.dealers);
      if (!inbox) continue;
      std::vector<reshare::ReceivedOf<G>> received;
      received.push_back({std::move(state), std::move(*inbox)});
      auto outcomes = reshare::ConfirmAll<G>(std::move(received), NodeKey(self), rng_);
      if (run_.Stopped(self, outcomes[0])) continue;
      reshare::Activation& node =
          run_.nodes.emplace(self, reshare::Activation(proposal_.key, self)).first->second;
      reshare::ConfirmedOf<G> confirmed = std::move(outcomes[0]).value();
      const auto effects = node.Prepare(confirmed.agreement, confirmed.confirmation);
      run_.confirmed.emplace(self, std::move(confirmed));
      run_.SendToOthers(3, self, proposal_.holders, effects.value().send.at(0).Encode());
    }
  }

  void Activate() {
    for (auto& [self, node] : run_.nodes) {
      const auto inbox = run_.wire.template Receive<reshare::Notice>(3, self, proposal_.holders);
      if (!inbox.ok()) continue;  // a notice that does not parse is dropped by its receiver
      for (const auto& [peer, notice] : inbox.value()) node.Learn(notice, MakeRoster(8));
    }
  }

  ReshareRunOf<G> Take() { return std::move(run_); }

 private:
  protocol::Step<reshare::AwaitingCommitmentsOf<G>, Commitment> StartOne(PartyIndex self) {
    const auto share = from_.shares.find(self);
    if (share != from_.shares.end()) {
      return reshare::Start<G>(proposal_, from_.facts(), share->second, rng_);
    }
    return reshare::Join<G>(proposal_, from_.certificate, MakeRoster(8), from_.facts().proposal.t, self,
                            rng_);
  }

  const CommitteeOf<G>& from_;
  const reshare::Proposal& proposal_;
  const ReshareScriptOf<G>& script_;
  crypto::SeededRng rng_;
  ReshareRunOf<G> run_;
  std::map<PartyIndex, reshare::AwaitingCommitmentsOf<G>> committed_;
  std::map<PartyIndex, reshare::AwaitingOpeningsOf<G>> opened_;
};

}  // namespace

template <curve::Group G>
ReshareRunOf<G> RunReshare(const CommitteeOf<G>& from, const reshare::Proposal& proposal, std::uint64_t seed,
                           const std::type_identity_t<ReshareScriptOf<G>>& script) {
  ReshareNetwork<G> network(from, proposal, seed, script);
  network.Start();
  network.Open();
  network.Confirm();
  network.Activate();
  return network.Take();
}

template Committee MakeCommittee<curve::Secp256k1>(const dkg::Proposal&, std::uint64_t);
template reshare::Proposal MakeReshareProposal(const Committee&, const Parties&, std::uint16_t, std::uint16_t,
                                               const Parties&);
template struct ReshareRunOf<curve::Secp256k1>;
template ReshareRun RunReshare(const Committee&, const reshare::Proposal&, std::uint64_t,
                               const ReshareScript&);

using curve::Ed25519;
template CommitteeOf<Ed25519> MakeCommittee<Ed25519>(const dkg::Proposal&, std::uint64_t);
template reshare::Proposal MakeReshareProposal(const CommitteeOf<Ed25519>&, const Parties&, std::uint16_t,
                                               std::uint16_t, const Parties&);
template struct ReshareRunOf<Ed25519>;
template ReshareRunOf<Ed25519> RunReshare(const CommitteeOf<Ed25519>&, const reshare::Proposal&,
                                          std::uint64_t, const ReshareScriptOf<Ed25519>&);

}  // namespace passport::test
