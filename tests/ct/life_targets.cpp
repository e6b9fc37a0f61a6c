// The life of a key: resharing, repair of a lost share, derivation, import and export, with secret shares.
#include "tests/ct/dealer.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_protocol.h"
#include "trusted/derive/derive.h"
#include "trusted/reshare/repair.h"
#include "trusted/reshare/reshare.h"
#include "trusted/transfer/export.h"
#include "trusted/transfer/import.h"

namespace passport::ct {

using curve::SecretScalar;

namespace {

constexpr PartyIndex kA{1};
constexpr PartyIndex kB{2};
constexpr PartyIndex kC{3};

// A key of 2 of 3 whose shares are secret.
struct DealtKey {
  dkg::KeyFacts facts;
  std::map<PartyIndex, sharing::KeyShare> shares;
};

DealtKey DealKey() {
  crypto::SeededRng rng(1);
  const auto polynomial = sharing::Polynomial::Random(2, rng);
  DealtKey out;
  out.facts.proposal = {Hash32{1}, curve::kCurveSecp256k1, sharing::kPurposeEcdsa, 3, 2, {kA, kB, kC}};
  out.facts.commitments = polynomial.Commit();
  for (const PartyIndex party : {kA, kB, kC}) {
    auto share = dkg::MakeShare(out.facts, party, polynomial.Evaluate(party));
    Poison(share.share);
    out.shares.emplace(party, std::move(share));
  }
  return out;
}

// Round 1 of a dealer.
auto StartReshare(const reshare::Proposal& proposal, const DealtKey& key, PartyIndex self, Dealer& dealer) {
  auto step = reshare::Start(proposal, key.facts, key.shares.at(self), dealer.rng).value();
  Require(HasSecretBits(step.out.commitment), "the commitment has lost its secret");
  Publish(step.out);                                 // round 1, sent to all
  Publish(step.next.sent);                           // the same
  Publish(step.next.dealing->opening.coefficients);  // opened by the next message
  Publish(step.next.dealing->opening.salt);          // opened by the next message
  return step;
}

// Round 2 of a dealer.
auto OpenReshare(reshare::AwaitingCommitments state, PartyIndex other, const dkg::Commitment& message,
                 Dealer& dealer) {
  auto step = reshare::Open(std::move(state), {{other, message}}, dealer.rng).value();
  Require(HasSecretBits(step.next.own_part), "the own part has lost its secret");
  Publish(step.next.sent->proofs);                                           // round 2, sent to all
  for (auto& [peer, opening] : step.out) Publish(opening.broadcast.proofs);  // the same
  return step;
}

reshare::RepairPart Deliver(const reshare::RepairPart& part) {
  return reshare::RepairPart::Parse(part.EncodeSecret().Expose()).value();
}

}  // namespace

void Resharing() {
  const DealtKey key = DealKey();
  reshare::Proposal proposal;
  proposal.key = key.facts.Id();
  proposal.epoch = 1;
  proposal.dealers = {kA, kB};
  proposal.n = 3;
  proposal.t = 2;
  proposal.holders = {kA, kB};
  Dealer one(2);
  Dealer two(3);
  auto start_one = StartReshare(proposal, key, kA, one);
  auto start_two = StartReshare(proposal, key, kB, two);
  auto open_one = OpenReshare(std::move(start_one.next), kB, start_two.out, one);
  auto open_two = OpenReshare(std::move(start_two.next), kA, start_one.out, two);
  std::vector<reshare::Received> received;
  received.push_back({std::move(open_one.next), {}});
  received.back().inbox.emplace(kB, Deliver(open_two.out.at(kA)));
  // The weights of the joint check are drawn after the messages that it judges, and used once.
  crypto::SeededRng weights(4);
  auto outcomes = reshare::ConfirmAll(std::move(received), one.node_key, weights);
  Require(outcomes[0].ok(), "the new share is accepted");
  Require(HasSecretBits(outcomes[0].value().pending.share), "the share has lost its secret");
}

void Repair() {
  const DealtKey key = DealKey();
  const reshare::RepairProposal proposal{Hash32{5}, key.facts.Id(), 0, {kA, kB}, kC};
  SecretRng rng(6);
  auto one = reshare::StartRepair(proposal, key.shares.at(kA), rng).value();
  auto two = reshare::StartRepair(proposal, key.shares.at(kB), rng).value();
  protocol::Inbox<reshare::RepairPart> of_one, of_two;
  of_one.emplace(kB, Deliver(two.out.at(kA)));
  of_two.emplace(kA, Deliver(one.out.at(kB)));
  protocol::Inbox<reshare::RepairSum> sums;
  sums.emplace(kA, reshare::SumParts(std::move(one.next), std::move(of_one)).value());
  sums.emplace(kB, reshare::SumParts(std::move(two.next), std::move(of_two)).value());
  for (const auto& [helper, sum] : sums) Require(HasSecretBits(sum.value), "the sum has lost its secret");
  const auto share = reshare::FinishRepair(proposal, dkg::MakeShare(key.facts, kC, {}), std::move(sums));
  Require(share.ok() && HasSecretBits(share.value().share), "the share has lost its secret");
}

// The chain code is kept confidential, the keys derived with it are addresses.
void Derivation() {
  SecretRng rng(7);
  const derive::ExtendedKey root{*curve::MulBase(curve::Scalar::FromU64(3)), rng.Array<32>()};
  const auto derived = derive::Derive(root, derive::Path::Parse("m/44/60/7").value());
  Require(derived.ok(), "the key has this child");
  Require(HasSecretBits(derived.value().tweak) && HasSecretBits(derived.value().key.chain_code),
          "tweak or chain code has lost its secret");
}

void ImportKey() {
  SecretRng rng(8);
  const crypto::SigningKey node_key(rng.Key());
  Publish(node_key.public_key());  // in the manifest
  const dkg::Proposal proposal{Hash32{2}, curve::kCurveSecp256k1, sharing::kPurposeEcdsa, 2, 2, {kA, kB}};
  std::map<PartyIndex, crypto::SecretKey32> channel_keys;
  std::map<PartyIndex, crypto::X25519PublicKey> public_keys;
  for (const PartyIndex node : {kA, kB}) {
    channel_keys.emplace(node, rng.Key());
    public_keys[node] = crypto::PublicX25519(channel_keys.at(node));
    Publish(public_keys[node]);  // in the manifest
  }
  SecretScalar key(curve::Scalar::ReduceWide(rng.Array<48>()));
  const curve::Point public_key = *curve::MulBase(key.Expose());
  Publish(public_key);  // the owner names it
  auto deal = transfer::DealImport(proposal, std::move(key), Hash32{}, public_keys, rng).value();
  Require(HasSecretBits(deal.offer.coefficients) && HasSecretBits(deal.sealed_shares.at(kA)),
          "the offer has lost its secret");
  Publish(deal.offer.coefficients);    // sent to all
  Publish(deal.offer.signature);       // sent to all
  Publish(deal.sealed_shares.at(kA));  // sent
  const auto accepted = transfer::AcceptImport(proposal, public_key, kA, deal.offer,
                                               deal.sealed_shares.at(kA), channel_keys.at(kA), node_key, rng);
  Require(accepted.ok() && HasSecretBits(accepted.value().pending.share), "the share has lost its secret");
}

void ExportKey() {
  DealtKey key = DealKey();
  SecretRng rng(9);
  const crypto::SecretKey32 owner = rng.Key();
  transfer::ExportOrder order{Hash32{3}, key.facts.Id(), 0, crypto::PublicX25519(owner)};
  Publish(order.user_key);  // the owner names it
  std::map<PartyIndex, transfer::ExportedShare> answers;
  for (const PartyIndex node : {kA, kC}) {
    auto exported = transfer::Export(order, std::move(key.shares.at(node)), rng).value();
    Require(HasSecretBits(exported.out.sealed), "the answer has lost its secret");
    Publish(exported.out.sealed);  // sent to the owner
    answers.emplace(node, std::move(exported.out));
  }
  const auto opened = transfer::OpenExport(order, owner, key.facts, answers);
  Require(opened.ok() && HasSecretBits(opened.value()), "the key has lost its secret");
}

}  // namespace passport::ct
