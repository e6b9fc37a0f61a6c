// Signing: two signers with a dealt key and dealt setups, both with secret shares, seeds and randomness.
#include "tests/ct/dealt_pair.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_protocol.h"
#include "trusted/sharing/polynomial.h"
#include "trusted/sign/online.h"

namespace passport::ct {

namespace {

constexpr PartyIndex kOne{1};
constexpr PartyIndex kTwo{2};

using sign::Peers;

struct Signer {
  SecretRng rng;
  sharing::KeyShare key;
  std::unique_ptr<mul::PairState> pair;
  Peers PeersWith(PartyIndex other) const { return {{other, pair.get()}}; }
};

sharing::KeyShare Share(const sharing::Polynomial& polynomial, PartyIndex self) {
  sharing::KeyShare key;
  key.purpose = sharing::kPurposeEcdsa;
  key.n = 2;
  key.t = 2;
  key.self = self;
  key.holders = {kOne, kTwo};
  key.commitments = polynomial.Commit();
  key.share = polynomial.Evaluate(self);
  Poison(key.share);
  return key;
}

struct Signers {
  Signer one;
  Signer two;
};

Signers Deal() {
  crypto::SeededRng rng(1);
  const sharing::Polynomial polynomial = sharing::Polynomial::Random(2, rng);
  const SetupId id{rng.Array<32>()};
  const Hash32 ctx_one = ot::PairContext(id, kOne, kTwo);
  const Hash32 ctx_two = ot::PairContext(id, kTwo, kOne);
  crypto::SecretKey32 zero_seed = rng.Key();
  Poison(zero_seed);
  DealtPair one = DealPair(2);  // one is Alice
  DealtPair two = DealPair(3);  // two is Alice
  ot::PairSetup of_one{id, ctx_one, ctx_two, std::move(one.alice), std::move(two.bob), zero_seed.Clone()};
  ot::PairSetup of_two{id, ctx_two, ctx_one, std::move(two.alice), std::move(one.bob), std::move(zero_seed)};
  return {{SecretRng(4), Share(polynomial, kOne), std::make_unique<mul::PairState>(std::move(of_one))},
          {SecretRng(5), Share(polynomial, kTwo), std::make_unique<mul::PairState>(std::move(of_two))}};
}

auto Start(Signer& signer, PartyIndex other) {
  // With the tweak of a derived key, which is added to the share.
  const sign::SessionInput input{
      signer.key.self, {kOne, kTwo}, Hash32{}, signer.key, curve::Scalar::FromU64(9)};
  auto step = sign::Start(input, signer.PeersWith(other), signer.rng).value();
  Require(HasSecretBits(step.next.inputs.nonce_and_key[0]), "the nonce has lost its secret");
  Publish(step.next.commitment);                             // round 1, sent to all
  Publish(step.out.at(other));                               // round 1
  Publish(step.next.as_bob.at(other).multiplication.nonce);  // in that message
  return step;
}

auto Multiply(Signer& signer, sign::AwaitingCommitments state, PartyIndex other,
              const sign::NonceCommitment& message) {
  Publish(state.inputs.nonce_point);   // this round opens it
  Publish(state.inputs.public_share);  // this round sends it
  Publish(state.salt);                 // this round opens it
  auto step =
      sign::Multiply(std::move(state), signer.PeersWith(other), {{other, message}}, signer.rng).value();
  sign::Multiplication& out = step.out.at(other);
  Require(HasSecretBits(out.psi) && HasSecretBits(out.gamma_key), "the message has lost its secret");
  Publish(out.gamma_nonce);                   // round 2
  Publish(out.gamma_key);                     // round 2
  Publish(out.psi);                           // round 2
  Publish(out.multiply.nonce);                // round 2
  Publish(out.multiply.corrections.bytes());  // round 2
  Publish(out.multiply.eta);                  // round 2
  Publish(out.multiply.mu);                   // round 2
  out = sign::Multiplication::Parse(out.Encode()).value();
  return step;
}

struct Presigned {
  sign::Presignature one;
  sign::Presignature two;
};

Presigned Presign() {
  Signers signers = Deal();
  auto one = Start(signers.one, kTwo);
  auto two = Start(signers.two, kOne);
  auto next_one = Multiply(signers.one, std::move(one.next), kTwo, two.out.at(kOne));
  auto next_two = Multiply(signers.two, std::move(two.next), kOne, one.out.at(kTwo));
  auto of_one = sign::Presign(std::move(next_one.next), signers.one.PeersWith(kTwo),
                              {{kTwo, next_two.out.at(kOne)}}, signers.one.rng);
  auto of_two = sign::Presign(std::move(next_two.next), signers.two.PeersWith(kOne),
                              {{kOne, next_one.out.at(kTwo)}}, signers.two.rng);
  Require(of_one.ok() && of_two.ok(), "both presign");
  return {std::move(of_one).value(), std::move(of_two).value()};
}

}  // namespace

void SigningRounds() {
  const Presigned presigned = Presign();
  Require(HasSecretBits(presigned.one.u) && HasSecretBits(presigned.one.v), "the presignature is lost");
}

void Presignature() {
  // Its own randomness, so that nothing of the rounds, which are a target of their own, is looked at again.
  SecretRng rng(7);
  sign::Presignature presignature;
  presignature.session.self = kOne;
  presignature.session.quorum = {kOne, kTwo};
  presignature.session.public_key = *curve::MulBase(curve::Scalar::FromU64(3));
  presignature.nonce = *curve::MulBase(curve::Scalar::FromU64(4));
  for (auto* secret : {&presignature.blinding, &presignature.u, &presignature.v}) {
    secret->ExposeMutable() = curve::Scalar::ReduceWide(rng.Array<48>());
  }
  const sign::Signing signing = sign::Online(std::move(presignature), Digest{});
  Require(HasSecretBits(signing.out.u) && HasSecretBits(signing.out.w), "the share has lost its secret");
  Publish(signing.out.u);  // round 3, sent to the combiner
  Publish(signing.out.w);  // round 3
  Require(!sign::Combine(signing.combination, Digest{}, {{kOne, signing.out}, {kTwo, signing.out}}).ok(),
          "one share alone makes no signature");
}

}  // namespace passport::ct
