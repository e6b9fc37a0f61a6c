#include "tests/unit/protocol/dkg_network.h"

#include "trusted/curve/ed25519.h"

namespace passport::test {

using dkg::Commitment;

dkg::Proposal MakeProposal(std::uint16_t t, std::uint16_t n) {
  dkg::Proposal out;
  out.digest.fill(7);
  out.purpose = 1;
  out.t = t;
  out.n = n;
  for (std::uint16_t i = 1; i <= n; ++i) out.dealers.push_back({i});
  return out;
}

crypto::SigningKey NodeKey(PartyIndex party) {
  crypto::SeededRng rng(std::uint64_t{0x6e6f6465} << 16 | party.value);
  return crypto::SigningKey::Generate(rng);
}

dkg::Roster MakeRoster(std::uint16_t n) {
  dkg::Roster out;
  for (std::uint16_t i = 1; i <= n; ++i) out.emplace(PartyIndex{i}, NodeKey({i}).public_key());
  return out;
}

namespace {

// One run in progress; each function does one round for everybody who can still go on.
template <curve::Group G>
class DkgNetwork {
 public:
  DkgNetwork(const dkg::Proposal& proposal, std::uint64_t seed, const DkgScriptOf<G>& script)
      : proposal_(proposal), script_(script), rng_(seed), run_(script.tamper) {}

  void Start() {
    for (const PartyIndex self : proposal_.dealers) {
      auto step = dkg::Start<G>(proposal_, self, rng_);
      if (run_.Stopped(self, step)) continue;
      auto [state, message] = std::move(step).value();
      if (script_.after_start) script_.after_start(self, state, message);
      run_.SendToOthers(1, self, proposal_.dealers, message.Encode());
      committed_.emplace(self, std::move(state));
    }
  }

  void Open() {
    for (auto& [self, state] : committed_) {
      auto inbox = run_.template Receive<Commitment>(1, self, proposal_.dealers);
      if (!inbox) continue;
      auto step = dkg::Open(std::move(state), *inbox, rng_);
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
      if (script_.dead_after_round_2.contains(self)) continue;
      auto inbox = run_.template Receive<dkg::OpeningOf<G>>(2, self, proposal_.dealers);
      if (!inbox) continue;
      auto step = dkg::Confirm(std::move(state), std::move(*inbox), NodeKey(self), rng_);
      if (run_.Stopped(self, step)) continue;
      dkg::ConfirmedOf<G> confirmed = std::move(step).value();
      run_.shares.emplace(self, std::move(confirmed.pending));
      confirmed_.emplace(self, std::move(confirmed.next));
      run_.SendToOthers(3, self, proposal_.dealers, confirmed.out.Encode());
    }
  }

  void Finish() {
    const std::size_t needed = script_.min_confirmers ? script_.min_confirmers : proposal_.dealers.size();
    for (auto& [self, state] : confirmed_) {
      auto inbox = run_.wire.template Receive<dkg::ConfirmationOf<G>>(3, self, proposal_.dealers);
      if (run_.Stopped(self, inbox)) continue;
      auto outcome = dkg::Finish(std::move(state), inbox.value(), MakeRoster(proposal_.n), needed);
      if (!run_.Stopped(self, outcome)) run_.certificates.emplace(self, std::move(outcome).value());
    }
  }

  DkgRunOf<G> Take() { return std::move(run_); }

 private:
  const dkg::Proposal& proposal_;
  const DkgScriptOf<G>& script_;
  crypto::SeededRng rng_;
  DkgRunOf<G> run_;
  std::map<PartyIndex, dkg::AwaitingCommitmentsOf<G>> committed_;
  std::map<PartyIndex, dkg::AwaitingOpeningsOf<G>> opened_;
  std::map<PartyIndex, dkg::AwaitingConfirmationsOf<G>> confirmed_;
};

}  // namespace

template <curve::Group G>
DkgRunOf<G> RunDkg(const dkg::Proposal& proposal, std::uint64_t seed, const DkgScriptOf<G>& script) {
  DkgNetwork<G> network(proposal, seed, script);
  network.Start();
  network.Open();
  network.Confirm();
  network.Finish();
  return network.Take();
}

template DkgRun RunDkg(const dkg::Proposal&, std::uint64_t, const DkgScript&);
template DkgRunOf<curve::Ed25519> RunDkg(const dkg::Proposal&, std::uint64_t,
                                         const DkgScriptOf<curve::Ed25519>&);

}  // namespace passport::test
