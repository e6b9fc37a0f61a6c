// Polynomials, shares, proofs and key generation, with every drawn byte secret.
#include "tests/ct/dealer.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_protocol.h"
#include "trusted/proof/dleq.h"
#include "trusted/sharing/zero_share.h"

namespace passport::ct {

using curve::SecretScalar;

void Polynomial() {
  SecretRng rng(1);
  const sharing::Polynomial polynomial = sharing::Polynomial::Random(3, rng);
  const SecretScalar share = polynomial.Evaluate(PartyIndex{2});
  Require(HasSecretBits(share), "the share has lost its secret");
  const std::vector<curve::Point> commitments = polynomial.Commit();
  Require(HasSecretBits(commitments), "the commitments have lost their secret");
  Publish(commitments);     // broadcast in round 2 of key generation
  Publish(share.Expose());  // only to look at it
  Require(curve::MulBase(share.Expose()) == sharing::EvaluateCommitments(commitments, PartyIndex{2}),
          "the share matches the commitments");
}

void ZeroShare() {
  SecretRng rng(2);
  const crypto::SecretKey32 pair_seed = rng.Key();
  std::map<PartyIndex, crypto::SecretKey32> seeds;
  for (const PartyIndex peer : {PartyIndex{1}, PartyIndex{3}}) {
    seeds.emplace(peer, sharing::KeyZeroSeed(KeyId{}, pair_seed));
  }
  Require(HasSecretBits(sharing::ZeroShare(PartyIndex{2}, seeds, Hash32{})), "the share has lost its secret");
}

void KeyShareRecord() {
  SecretRng rng(3);
  sharing::KeyShare key;
  key.n = 3;
  key.t = 2;
  key.self = PartyIndex{1};
  key.holders = {{1}, {2}};
  key.commitments.assign(2, *curve::MulBase(curve::Scalar::FromU64(5)));
  key.share = SecretScalar(curve::Scalar::ReduceWide(rng.Array<48>()));
  const crypto::SecretBytes record = key.EncodeSecret();
  const auto parsed = sharing::KeyShare::Parse(record.Expose());
  Require(parsed.ok() && HasSecretBits(parsed.value().share), "the share has lost its secret");
}

void DlogProof() {
  SecretRng rng(4);
  const SecretScalar secret(curve::Scalar::ReduceWide(rng.Array<48>()));
  const curve::Point statement = *curve::MulBase(secret.Expose());
  Publish(statement);  // what is proven is public
  const proof::DlogUse use{crypto::tag::kPokKg, Hash32{}, PartyIndex{1}, 0};
  const proof::DlogProof made = proof::ProveDlog(use, secret, statement, rng);
  Require(HasSecretBits(made.nonce) && HasSecretBits(made.response), "the proof has lost its secret");
  Publish(made);  // broadcast
  Require(proof::VerifyDlog(use, statement, made), "the proof verifies");
}

// The prover of the blame round (trusted/sign/blame.h).
void DleqProof() {
  SecretRng rng(7);
  const SecretScalar secret(curve::Scalar::ReduceWide(rng.Array<48>()));
  const curve::Point bases[] = {*curve::MulBase(curve::Scalar::FromU64(3)),
                                *curve::MulBase(curve::Scalar::FromU64(5))};
  const proof::DleqStatement statement{bases[0], *curve::Mul(secret.Expose(), bases[0]), bases[1],
                                       *curve::Mul(secret.Expose(), bases[1])};
  Publish(statement);  // what is proven is public
  const proof::DlogUse use{crypto::tag::kPokBlame, Hash32{}, PartyIndex{1}, 0};
  const proof::DleqProof made = proof::ProveDleq(use, secret, statement, rng);
  Require(HasSecretBits(made.challenge) && HasSecretBits(made.response), "the proof has lost its secret");
  Publish(made);  // sent to all signers
  Require(proof::VerifyDleq(use, statement, made), "the proof verifies");
}

namespace {

dkg::Proposal TwoDealers() {
  dkg::Proposal proposal;
  proposal.n = 2;
  proposal.t = 2;
  proposal.dealers = {{1}, {2}};
  return proposal;
}

}  // namespace

void KeyGeneration() {
  Dealer one(5);
  Dealer two(6);
  const PartyIndex a{1};
  const PartyIndex b{2};
  auto start_a = dkg::Start(TwoDealers(), a, one.rng).value();
  auto start_b = dkg::Start(TwoDealers(), b, two.rng).value();
  for (auto* start : {&start_a, &start_b}) {
    Require(HasSecretBits(start->out.commitment), "the commitment has lost its secret");
    Publish(start->out);                           // round 1, sent to all
    Publish(start->next.sent);                     // the same
    Publish(start->next.opening.coefficients);     // opened by the next message
    Publish(start->next.opening.salt);             // opened by the next message
    Publish(start->next.opening.chain_code_part);  // opened by the next message
  }
  auto open_a = dkg::Open(std::move(start_a.next), {{b, start_b.out}}, one.rng).value();
  auto open_b = dkg::Open(std::move(start_b.next), {{a, start_a.out}}, two.rng).value();
  for (auto* open : {&open_a, &open_b}) {
    Require(HasSecretBits(open->next.own_part), "the own part has lost its secret");
    Publish(open->next.sent.proofs);                                            // round 2, sent to all
    for (auto& [peer, opening] : open->out) Publish(opening.broadcast.proofs);  // the same
  }
  dkg::Inbox<dkg::Opening> inbox_a;
  inbox_a.emplace(b, Deliver(open_b.out.at(a)));
  auto confirmed = dkg::Confirm(std::move(open_a.next), std::move(inbox_a), one.node_key, one.rng).value();
  Require(HasSecretBits(confirmed.pending.share), "the share has lost its secret");
  Publish(confirmed.out.signature);  // round 3, sent to all
  Require(crypto::VerifyEd25519(one.node_key.public_key(), confirmed.out.digest, confirmed.out.signature),
          "the confirmation verifies");
}

}  // namespace passport::ct
