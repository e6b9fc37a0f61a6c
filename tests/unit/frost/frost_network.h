// Keys dealt by a test, and FROST runs among their holders in one process, over bytes.
#pragma once

#include "tests/unit/protocol/wire.h"
#include "trusted/frost/frost.h"
#include "trusted/sharing/polynomial.h"

namespace passport::test {

// A key of suite S for n parties; the secret exists in the test alone.
template <frost::Suite S>
std::map<PartyIndex, sharing::KeyShareOf<typename S::Group>> DealKey(std::uint16_t t, std::uint16_t n,
                                                                     std::uint64_t seed) {
  using G = typename S::Group;
  crypto::SeededRng rng(seed);
  const auto polynomial = sharing::PolynomialOf<G>::Random(t, rng);
  std::map<PartyIndex, sharing::KeyShareOf<G>> out;
  for (std::uint16_t i = 1; i <= n; ++i) {
    sharing::KeyShareOf<G>& share = out[{i}];
    share.purpose = S::kPurpose;
    share.n = n;
    share.t = t;
    share.self = {i};
    for (std::uint16_t j = 1; j <= n; ++j) share.holders.push_back({j});
    share.commitments = polynomial.Commit();
    share.share = polynomial.Evaluate({i});
  }
  return out;
}

template <frost::Suite S>
using KeyOf = std::map<PartyIndex, sharing::KeyShareOf<typename S::Group>>;

// How a run deviates from an honest one.
template <frost::Suite S>
struct FrostScript {
  Tamper tamper;
  std::function<void(PartyIndex, frost::AwaitingCommitments<S>&)> after_start;
  std::function<void(PartyIndex, frost::SignatureShareOf<typename S::Group>&)> after_sign;
  std::map<PartyIndex, Bytes> messages;  // what a party signs instead
  curve::ScalarOf<typename S::Group> tweak;
};

template <frost::Suite S>
struct FrostRun {
  explicit FrostRun(Tamper tamper) : wire(std::move(tamper)) {}
  Wire wire;
  std::map<PartyIndex, protocol::Abort> aborts;
  std::map<PartyIndex, typename S::Signature> signatures;
  std::optional<curve::PointOf<typename S::Group>> public_key;  // of the key that signs
};

inline Hash32 SsidOf(std::uint64_t seed) {
  Hash32 out{};
  out[0] = static_cast<std::uint8_t>(seed);
  out[1] = static_cast<std::uint8_t>(seed >> 8);
  return out;
}

// Runs until nobody can go on. A party that lacks a message aborts with kPeerLost.
template <frost::Suite S>
FrostRun<S> RunFrost(const KeyOf<S>& key, const Parties& quorum, const Bytes& message, std::uint64_t seed,
                     const FrostScript<S>& script = {}) {
  using G = typename S::Group;
  FrostRun<S> run(script.tamper);
  crypto::SeededRng rng(seed);
  const auto stopped = [&run](PartyIndex self, const auto& outcome) {
    if (!outcome.ok()) run.aborts.emplace(self, outcome.error());
    return !outcome.ok();
  };
  const auto send = [&](int round, PartyIndex self, const Bytes& bytes) {
    for (const PartyIndex peer : quorum) {
      if (peer != self) run.wire.Send({round, self, peer}, bytes);
    }
  };
  std::map<PartyIndex, frost::AwaitingCommitments<S>> started;
  for (const PartyIndex self : quorum) {
    auto step = frost::Start<S>({quorum, SsidOf(seed), key.at(self), script.tweak}, rng);
    if (stopped(self, step)) continue;
    auto [state, out] = std::move(step).value();
    if (script.after_start) script.after_start(self, state);
    run.public_key = state.session.public_key;
    send(1, self, state.sent.Encode());
    started.emplace(self, std::move(state));
  }
  std::map<PartyIndex, frost::AwaitingShares<S>> signing;
  for (auto& [self, state] : started) {
    const auto inbox = run.wire.template Receive<frost::NonceCommitmentOf<G>>(1, self, quorum);
    if (stopped(self, inbox)) continue;
    const bool differs = script.messages.contains(self);
    auto step = frost::Sign(std::move(state), differs ? script.messages.at(self) : message, inbox.value());
    if (stopped(self, step)) continue;
    auto [next, out] = std::move(step).value();
    if (script.after_sign) script.after_sign(self, out);
    send(2, self, out.Encode());
    signing.emplace(self, std::move(next));
  }
  for (auto& [self, state] : signing) {
    const auto inbox = run.wire.template Receive<frost::SignatureShareOf<G>>(2, self, quorum);
    if (stopped(self, inbox)) continue;
    auto outcome = frost::Aggregate(std::move(state), inbox.value());
    if (!stopped(self, outcome)) run.signatures.emplace(self, outcome.value());
  }
  return run;
}

}  // namespace passport::test
