#include "tests/unit/protocol/sign_network.h"

#include <algorithm>

namespace passport::test {

using protocol::Abort;
using protocol::AbortReason;
using sign::Multiplication;
using sign::NonceCommitment;
using sign::SignatureShare;

namespace {

struct DealtSeeds {
  ot::ReceiverSeeds bob;
  ot::SenderSeeds alice;
};

// What PPRF and base OT give: Bob has every leaf, Alice all but number Delta_i of tree i.
DealtSeeds DealSeeds(crypto::Rng& rng) {
  ot::SeedTable all;
  for (auto& tree : all) {
    for (ot::Seed& seed : tree) rng.Fill(seed);
  }
  const auto delta = rng.Array<ot::kBaseOts / 8>();
  ot::SeedTable punctured = all;
  for (std::size_t i = 0; i < ot::kTrees; ++i) {
    punctured[i][(delta[i / 2] >> (4 * (i % 2))) & 15] = {};
  }
  return {ot::ReceiverSeeds(crypto::HeapSecret(all)),
          ot::SenderSeeds(crypto::HeapSecret(punctured), crypto::Secret<ot::Delta>(delta))};
}

}  // namespace

Cluster::Cluster(std::uint16_t t, std::uint16_t n, std::uint64_t seed)
    : Cluster(RunDkg(MakeProposal(t, n), seed).shares, seed) {}

Cluster::Cluster(std::map<PartyIndex, sharing::KeyShare> shares, std::uint64_t seed)
    : shares_(std::move(shares)) {
  for (auto a = shares_.begin(); a != shares_.end(); ++a) {
    for (auto b = std::next(a); b != shares_.end(); ++b) {
      Redeal(a->first, b->first, seed * 10000 + a->first.value * std::uint64_t{100} + b->first.value);
    }
  }
}

sign::Peers Cluster::PeersOf(PartyIndex self) const {
  sign::Peers out;
  for (const auto& [ends, pair] : pairs_) {
    if (ends.first == self) out.emplace(ends.second, pair.get());
  }
  return out;
}

void Cluster::Redeal(PartyIndex a, PartyIndex b, std::uint64_t seed) {
  crypto::SeededRng rng(seed);
  const SetupId id{rng.Array<32>()};
  DealtSeeds a_to_b = DealSeeds(rng);  // a is Alice
  DealtSeeds b_to_a = DealSeeds(rng);
  const Hash32 ctx_a = ot::PairContext(id, a, b);
  const Hash32 ctx_b = ot::PairContext(id, b, a);
  const crypto::SecretKey32 zero_seed = rng.Key();
  SetPair(a, b, {id, ctx_a, ctx_b, std::move(a_to_b.alice), std::move(b_to_a.bob), zero_seed.Clone()});
  SetPair(b, a, {id, ctx_b, ctx_a, std::move(b_to_a.alice), std::move(a_to_b.bob), zero_seed.Clone()});
}

void Cluster::SetPair(PartyIndex self, PartyIndex peer, ot::PairSetup setup) {
  pairs_[{self, peer}] = std::make_unique<mul::PairState>(std::move(setup));
}

Digest MakeDigest(std::uint8_t value) {
  Digest out;
  out.bytes.fill(value);
  return out;
}

Hash32 MakeRunSsid(const Cluster& cluster, const Parties& quorum, std::uint64_t seed,
                   const std::optional<Digest>& digest) {
  crypto::SeededRng rng(seed);
  sign::SsidInput input;
  input.key = cluster.share(quorum[0]).id;
  input.t = static_cast<std::uint16_t>(quorum.size());
  input.quorum = quorum;
  input.digest = digest;
  input.coordinator_nonce = rng.Array<32>();
  input.epoch = cluster.share(quorum[0]).epoch;
  return sign::MakeSsid(input);
}

namespace {

// One run in progress; each function does one round for everybody who can still go on.
class SignNetwork {
 public:
  SignNetwork(const Cluster& cluster, const Parties& quorum, std::uint64_t seed, const SignScript& script)
      : cluster_(cluster),
        quorum_(quorum),
        ssid_(MakeRunSsid(cluster, quorum, seed,
                          script.binds_digest ? std::optional(MakeDigest(1)) : std::nullopt)),
        script_(script),
        rng_(seed),
        run_(script.tamper) {}

  void Start() {
    for (const PartyIndex self : quorum_) {
      const sign::SessionInput input{self, quorum_, ssid_, cluster_.share(self), script_.tweak};
      auto step = sign::Start(input, cluster_.PeersOf(self), rng_);
      if (Stopped(self, step)) continue;
      auto [state, out] = std::move(step).value();
      if (script_.after_start) script_.after_start(self, state, out);
      Send(1, self, out);
      started_.emplace(self, std::move(state));
    }
  }

  void Multiply() {
    for (auto& [self, state] : started_) {
      if (!GoesOn(self, 1)) continue;
      const auto inbox = Receive<NonceCommitment>(1, self);
      if (!inbox) continue;
      auto step = sign::Multiply(std::move(state), cluster_.PeersOf(self), *inbox, rng_);
      if (Stopped(self, step)) continue;
      auto [next, out] = std::move(step).value();
      if (script_.after_multiply) script_.after_multiply(self, next, out);
      Send(2, self, out);
      multiplied_.emplace(self, std::move(next));
    }
  }

  void Online() {
    for (auto& [self, state] : multiplied_) {
      if (!GoesOn(self, 2)) continue;
      const auto inbox = Receive<Multiplication>(2, self);
      if (!inbox) continue;
      auto outcome = sign::Presign(std::move(state), cluster_.PeersOf(self), *inbox, rng_);
      if (Stopped(self, outcome)) continue;
      sign::Signing signing = sign::Online(std::move(outcome).value(), MakeDigest(1));
      std::map<PartyIndex, SignatureShare> out;
      for (const PartyIndex peer : quorum_) {
        if (peer != self) out.emplace(peer, signing.out);
      }
      Send(3, self, out);
      run_.combinations.emplace(self, signing.combination);
      if (signing.defender) run_.defenders.emplace(self, std::move(*signing.defender));
      signed_.emplace(self, std::move(signing));
    }
  }

  void Combine() {
    for (const auto& [self, signing] : signed_) {
      auto shares = Receive<SignatureShare>(3, self);
      if (!shares) continue;
      shares->emplace(self, signing.out);
      const auto outcome = sign::Combine(signing.combination, MakeDigest(1), *shares);
      if (!Stopped(self, outcome)) run_.signatures.emplace(self, outcome.value());
    }
  }

  SignRun Take() { return std::move(run_); }

 private:
  bool GoesOn(PartyIndex self, int round) const {
    return !script_.alone_after || script_.alone_after->first != round || script_.alone_after->second == self;
  }

  template <class Message>
  void Send(int round, PartyIndex self, const std::map<PartyIndex, Message>& out) {
    for (const auto& [peer, message] : out) run_.wire.Send({round, self, peer}, message.Encode());
  }

  template <class T>
  bool Stopped(PartyIndex self, const protocol::Outcome<T>& outcome) {
    if (!outcome.ok()) run_.aborts.emplace(self, outcome.error());
    return !outcome.ok();
  }

  template <class Message>
  std::optional<protocol::Inbox<Message>> Receive(int round, PartyIndex self) {
    auto inbox = run_.wire.Receive<Message>(round, self, quorum_);
    if (Stopped(self, inbox)) return std::nullopt;
    if (inbox.value().size() + 1 < quorum_.size()) {
      run_.aborts.emplace(self, Abort{AbortReason::kPeerLost, {}});
      return std::nullopt;
    }
    return std::move(inbox).value();
  }

  const Cluster& cluster_;
  const Parties& quorum_;
  const Hash32 ssid_;
  const SignScript& script_;
  crypto::SeededRng rng_;
  SignRun run_;
  std::map<PartyIndex, sign::AwaitingCommitments> started_;
  std::map<PartyIndex, sign::AwaitingMultiplications> multiplied_;
  std::map<PartyIndex, sign::Signing> signed_;
};

}  // namespace

SignRun RunSign(const Cluster& cluster, const Parties& quorum, std::uint64_t seed, const SignScript& script) {
  SignNetwork network(cluster, quorum, seed, script);
  network.Start();
  network.Multiply();
  network.Online();
  network.Combine();
  return network.Take();
}

}  // namespace passport::test
