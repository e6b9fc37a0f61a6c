#include "tests/unit/protocol/dkg_network.h"

namespace passport::test {

using dkg::Commitment;
using dkg::Confirmation;
using dkg::Opening;
using protocol::Abort;
using protocol::AbortReason;

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
class DkgNetwork {
 public:
  DkgNetwork(const dkg::Proposal& proposal, std::uint64_t seed, const DkgScript& script)
      : proposal_(proposal), script_(script), rng_(seed), run_(script.tamper) {}

  void Start() {
    for (const PartyIndex self : proposal_.dealers) {
      auto step = dkg::Start(proposal_, self, rng_);
      if (Stopped(self, step)) continue;
      auto [state, message] = std::move(step).value();
      if (script_.after_start) script_.after_start(self, state, message);
      for (const PartyIndex peer : proposal_.dealers) {
        if (peer != self) run_.wire.Send({1, self, peer}, message.Encode());
      }
      committed_.emplace(self, std::move(state));
    }
  }

  void Open() {
    for (auto& [self, state] : committed_) {
      auto inbox = Receive<Commitment>(1, self);
      if (!inbox) continue;
      auto step = dkg::Open(std::move(state), *inbox, rng_);
      if (Stopped(self, step)) continue;
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
      auto inbox = Receive<Opening>(2, self);
      if (!inbox) continue;
      auto step = dkg::Confirm(std::move(state), std::move(*inbox), NodeKey(self), rng_);
      if (Stopped(self, step)) continue;
      dkg::Confirmed confirmed = std::move(step).value();
      run_.shares.emplace(self, std::move(confirmed.pending));
      confirmed_.emplace(self, std::move(confirmed.next));
      for (const PartyIndex peer : proposal_.dealers) {
        if (peer != self) run_.wire.Send({3, self, peer}, confirmed.out.Encode());
      }
    }
  }

  void Finish() {
    const std::size_t needed = script_.min_confirmers ? script_.min_confirmers : proposal_.dealers.size();
    for (auto& [self, state] : confirmed_) {
      auto inbox = run_.wire.Receive<Confirmation>(3, self, proposal_.dealers);
      if (Stopped(self, inbox)) continue;
      auto outcome = dkg::Finish(std::move(state), inbox.value(), MakeRoster(proposal_.n), needed);
      if (!Stopped(self, outcome)) run_.certificates.emplace(self, std::move(outcome).value());
    }
  }

  DkgRun Take() { return std::move(run_); }

 private:
  template <class T>
  bool Stopped(PartyIndex self, const protocol::Outcome<T>& outcome) {
    if (!outcome.ok()) run_.aborts.emplace(self, outcome.error());
    return !outcome.ok();
  }

  template <class Message>
  std::optional<protocol::Inbox<Message>> Receive(int round, PartyIndex self) {
    auto inbox = run_.wire.Receive<Message>(round, self, proposal_.dealers);
    if (Stopped(self, inbox)) return std::nullopt;
    if (inbox.value().size() + 1 < proposal_.dealers.size()) {
      run_.aborts.emplace(self, Abort{AbortReason::kPeerLost, {}});
      return std::nullopt;
    }
    return std::move(inbox).value();
  }

  const dkg::Proposal& proposal_;
  const DkgScript& script_;
  crypto::SeededRng rng_;
  DkgRun run_;
  std::map<PartyIndex, dkg::AwaitingCommitments> committed_;
  std::map<PartyIndex, dkg::AwaitingOpenings> opened_;
  std::map<PartyIndex, dkg::AwaitingConfirmations> confirmed_;
};

}  // namespace

DkgRun RunDkg(const dkg::Proposal& proposal, std::uint64_t seed, const DkgScript& script) {
  DkgNetwork network(proposal, seed, script);
  network.Start();
  network.Open();
  network.Confirm();
  network.Finish();
  return network.Take();
}

}  // namespace passport::test
