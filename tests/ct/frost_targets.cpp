// FROST in both ciphersuites: two signers of a dealt key, both with secret shares and randomness.
#include "tests/ct/poison.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_protocol.h"
#include "trusted/frost/bip340.h"
#include "trusted/frost/ed25519_sha512.h"
#include "trusted/frost/frost.h"
#include "trusted/sharing/polynomial.h"

namespace passport::ct {

namespace {

constexpr PartyIndex kFirst{1};
constexpr PartyIndex kSecond{2};

template <frost::Suite S>
sharing::KeyShareOf<typename S::Group> ShareOf(const sharing::PolynomialOf<typename S::Group>& polynomial,
                                               PartyIndex self) {
  sharing::KeyShareOf<typename S::Group> key;
  key.purpose = S::kPurpose;
  key.n = 2;
  key.t = 2;
  key.self = self;
  key.holders = {kFirst, kSecond};
  key.commitments = polynomial.Commit();
  key.share = polynomial.Evaluate(self);
  Poison(key.share);
  return key;
}

template <frost::Suite S>
frost::AwaitingCommitments<S> StartFrost(const sharing::KeyShareOf<typename S::Group>& key,
                                         const curve::ScalarOf<typename S::Group>& tweak, crypto::Rng& rng) {
  auto step = frost::Start<S>({{kFirst, kSecond}, Hash32{}, key, tweak}, rng).value();
  Require(
      HasSecretBits(step.next.hiding) && HasSecretBits(step.next.binding) && HasSecretBits(step.next.share),
      "nonce or share has lost its secret");
  Publish(step.next.sent.hiding);   // round 1, sent to all
  Publish(step.next.sent.binding);  // round 1
  return std::move(step.next);
}

template <frost::Suite S>
frost::AwaitingShares<S> SignFrost(frost::AwaitingCommitments<S> state, ByteSpan message, PartyIndex other,
                                   const frost::NonceCommitmentOf<typename S::Group>& received) {
  auto step = frost::Sign(std::move(state), message, {{other, received}}).value();
  Require(HasSecretBits(step.next.own_share), "the share has lost its secret");
  Publish(step.next.own_share);  // round 2, sent to all
  return std::move(step.next);
}

// With the tweak of a derived key, which is added to the share.
template <frost::Suite S>
void RunFrost(std::uint64_t seed) {
  using G = typename S::Group;
  const Bytes message = ToBytes("message");
  crypto::SeededRng dealer(seed);
  const auto polynomial = sharing::PolynomialOf<G>::Random(2, dealer);
  const auto key_one = ShareOf<S>(polynomial, kFirst);
  const auto key_two = ShareOf<S>(polynomial, kSecond);
  const auto tweak = G::Scalar::FromU64(9);
  SecretRng rng(seed + 1);
  auto one = StartFrost<S>(key_one, tweak, rng);
  auto two = StartFrost<S>(key_two, tweak, rng);
  const auto sent_one = one.sent;
  const auto sent_two = two.sent;
  auto shares_one = SignFrost<S>(std::move(one), message, kSecond, sent_two);
  const auto shares_two = SignFrost<S>(std::move(two), message, kFirst, sent_one);
  const frost::SignatureShareOf<G> from_two{{kSecond, Hash32{}}, shares_two.echo, shares_two.own_share};
  const auto signature = frost::Aggregate(std::move(shares_one), {{kSecond, from_two}});
  Require(signature.ok(), "the signature verifies");
}

}  // namespace

void FrostEd25519() { RunFrost<frost::Ed25519Sha512>(1); }
void FrostBip340() { RunFrost<frost::Bip340>(3); }

}  // namespace passport::ct
