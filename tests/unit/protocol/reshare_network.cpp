#include "tests/unit/protocol/reshare_network.h"

#include "trusted/sharing/quorum.h"

namespace passport::test {

using dkg::Commitment;
using dkg::Opening;
using protocol::Abort;
using protocol::AbortReason;

Committee MakeCommittee(std::uint16_t t, std::uint16_t n, std::uint64_t seed) {
  DkgRun run = RunDkg(MakeProposal(t, n), seed);
  return {run.certificates.at({1}), std::move(run.shares)};
}

sharing::KeyShare CopyOf(const sharing::KeyShare& share) {
  return sharing::KeyShare::Parse(share.EncodeSecret().Expose()).value();
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

std::optional<curve::Point> OpenedBy(const std::map<PartyIndex, sharing::KeyShare>& shares,
                                     const Parties& quorum) {
  curve::Scalar sum;
  for (const PartyIndex party : quorum) {
    sum = sum + sharing::LagrangeWeight(quorum, party) * shares.at(party).share.Expose();
  }
  return curve::MulBase(sum);
}

reshare::Proposal MakeReshareProposal(const Committee& from, const Parties& dealers, std::uint16_t t,
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

Committee ReshareRun::Activated() const {
  Committee out;
  for (const auto& [party, node] : nodes) {
    const reshare::Confirmed& own = confirmed.at(party);
    if (node.SigningEpoch() != own.facts.epoch) continue;
    out.certificate = {own.facts, node.Notices().back().confirmations};
    out.shares.emplace(party, CopyOf(own.pending));
  }
  return out;
}

namespace {

// One run in progress; each function does one round for everybody who can still go on.
class ReshareNetwork {
 public:
  ReshareNetwork(const Committee& from, const reshare::Proposal& proposal, std::uint64_t seed,
                 const ReshareScript& script)
      : from_(from), proposal_(proposal), script_(script), rng_(seed), run_(script.tamper) {}

  void Start() {
    for (const PartyIndex self : proposal_.Parties()) {
      auto step = StartOne(self);
      if (Stopped(self, step)) continue;
      auto [state, message] = std::move(step).value();
      if (script_.after_start) script_.after_start(self, state, message);
      for (const PartyIndex peer : proposal_.Parties()) {
        if (peer != self) run_.wire.Send({1, self, peer}, message.Encode());
      }
      committed_.emplace(self, std::move(state));
    }
  }

  void Open() {
    for (auto& [self, state] : committed_) {
      auto inbox = Receive<Commitment>(1, self, proposal_.Parties());
      if (!inbox) continue;
      auto step = reshare::Open(std::move(state), *inbox, rng_);
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
      if (!sharing::Contains(proposal_.holders, self)) continue;
      // A liar whose own opening no honest node can have sent goes no further.
      if (state.sent && state.sent->coefficients.size() != proposal_.t) continue;
      auto inbox = Receive<Opening>(2, self, proposal_.dealers);
      if (!inbox) continue;
      std::vector<reshare::Received> received;
      received.push_back({std::move(state), std::move(*inbox)});
      auto outcomes = reshare::ConfirmAll(std::move(received), NodeKey(self), rng_);
      if (Stopped(self, outcomes[0])) continue;
      reshare::Activation& node =
          run_.nodes.emplace(self, reshare::Activation(proposal_.key, self)).first->second;
      reshare::Confirmed confirmed = std::move(outcomes[0]).value();
      const auto effects = node.Prepare(confirmed.agreement, confirmed.confirmation);
      run_.confirmed.emplace(self, std::move(confirmed));
      for (const PartyIndex peer : proposal_.holders) {
        if (peer != self) run_.wire.Send({3, self, peer}, effects.value().send.at(0).Encode());
      }
    }
  }

  void Activate() {
    for (auto& [self, node] : run_.nodes) {
      const auto inbox = run_.wire.Receive<reshare::Notice>(3, self, proposal_.holders);
      if (!inbox.ok()) continue;  // a notice that does not parse is dropped by its receiver
      for (const auto& [peer, notice] : inbox.value()) node.Learn(notice, MakeRoster(8));
    }
  }

  ReshareRun Take() { return std::move(run_); }

 private:
  protocol::Step<reshare::AwaitingCommitments, Commitment> StartOne(PartyIndex self) {
    const auto share = from_.shares.find(self);
    if (share != from_.shares.end()) {
      return reshare::Start(proposal_, from_.facts(), share->second, rng_);
    }
    return reshare::Join(proposal_, from_.certificate, MakeRoster(8), from_.facts().proposal.t, self, rng_);
  }

  template <class T>
  bool Stopped(PartyIndex self, const protocol::Outcome<T>& outcome) {
    if (!outcome.ok()) run_.aborts.emplace(self, outcome.error());
    return !outcome.ok();
  }

  template <class Message>
  std::optional<protocol::Inbox<Message>> Receive(int round, PartyIndex self, const Parties& senders) {
    auto inbox = run_.wire.Receive<Message>(round, self, senders);
    if (Stopped(self, inbox)) return std::nullopt;
    const std::size_t expected = senders.size() - (sharing::Contains(senders, self) ? 1 : 0);
    if (inbox.value().size() < expected) {
      run_.aborts.emplace(self, Abort{AbortReason::kPeerLost, {}});
      return std::nullopt;
    }
    return std::move(inbox).value();
  }

  const Committee& from_;
  const reshare::Proposal& proposal_;
  const ReshareScript& script_;
  crypto::SeededRng rng_;
  ReshareRun run_;
  std::map<PartyIndex, reshare::AwaitingCommitments> committed_;
  std::map<PartyIndex, reshare::AwaitingOpenings> opened_;
};

}  // namespace

ReshareRun RunReshare(const Committee& from, const reshare::Proposal& proposal, std::uint64_t seed,
                      const ReshareScript& script) {
  ReshareNetwork network(from, proposal, seed, script);
  network.Start();
  network.Open();
  network.Confirm();
  network.Activate();
  return network.Take();
}

}  // namespace passport::test
