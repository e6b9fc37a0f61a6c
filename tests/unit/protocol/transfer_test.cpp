// Import of a key that somebody has, and export of one to its owner.
#include <gtest/gtest.h>

#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/sign_network.h"
#include "tests/unit/protocol/transfer_parties.h"

namespace passport::test {
namespace {

using curve::Point;
using curve::Scalar;
using curve::SecretScalar;
using protocol::Abort;
using protocol::AbortReason;

// All nodes accept, confirm and certify.
Committee RunImport(const dkg::Proposal& proposal) {
  const transfer::ImportDeal deal = MakeDeal(proposal, 600);
  Committee out;
  std::map<PartyIndex, dkg::AwaitingConfirmations> states;
  std::map<PartyIndex, dkg::Confirmation> confirmations;
  for (const PartyIndex self : proposal.dealers) {
    dkg::Confirmed confirmed = AcceptAs(self, proposal, deal).value();
    out.shares.emplace(self, std::move(confirmed.pending));
    states.emplace(self, std::move(confirmed.next));
    confirmations.emplace(self, confirmed.out);
  }
  for (auto& [self, state] : states) {
    auto inbox = confirmations;
    inbox.erase(self);
    out.certificate =
        dkg::Finish(std::move(state), inbox, MakeRoster(proposal.n), proposal.dealers.size()).value();
  }
  return out;
}

TEST(Import, AnImportedKeyIsResharedAndThenSignedWith) {
  const Committee imported = RunImport(MakeProposal(2, 3));
  EXPECT_EQ(imported.facts().PublicKey(), kImported);
  EXPECT_EQ(imported.facts().chain_code, Hash32{8});
  EXPECT_EQ(imported.facts().marks, sharing::kMarkImported);
  EXPECT_TRUE(
      dkg::KeyCertificate::Parse(imported.certificate.Encode()).value().Verify(MakeRoster(3), 3).ok());
  Committee reshared =
      RunReshare(imported, MakeReshareProposal(imported, AllOf(3), 2, 3, AllOf(3)), 602).Activated();
  ASSERT_EQ(reshared.shares.size(), 3u);
  EXPECT_EQ(reshared.facts().marks, sharing::kMarkImported);
  for (const auto& [party, share] : reshared.shares) {
    EXPECT_EQ(share.marks, sharing::kMarkImported);
    EXPECT_TRUE(share.MaySign());
    EXPECT_FALSE(share.share.Expose().EqualsPublic(imported.shares.at(party).share.Expose()));
  }
  const Cluster cluster(std::move(reshared.shares), 1);
  for (const Parties& quorum : QuorumsOf(AllOf(3), 2)) {
    const SignRun run = RunSign(cluster, quorum, 2);
    ASSERT_EQ(run.signatures.size(), 2u);
    EXPECT_TRUE(curve::VerifyEcdsa(kImported, MakeDigest(1), run.signatures.at(quorum[0])));
  }
}

TEST(Import, NothingSignsWithTheSharesThatTheOwnerDealt) {
  Committee imported = RunImport(MakeProposal(2, 3));
  EXPECT_FALSE(imported.shares.at({1}).MaySign());
  const SignRun run = RunSign(Cluster(std::move(imported.shares), 1), {{1}, {2}}, 2);
  EXPECT_TRUE(run.signatures.empty());
  EXPECT_EQ(Describe(run.aborts.at({1})), Describe({AbortReason::kWrongQuorum, {}}));
}

TEST(Import, TheMarkCannotBeDroppedByAResharing) {
  const Committee imported = RunImport(MakeProposal(2, 3));
  reshare::Proposal proposal = MakeReshareProposal(imported, AllOf(3), 2, 3, AllOf(3));
  proposal.marks = 0;
  const ReshareRun run = RunReshare(imported, proposal, 603);
  EXPECT_EQ(run.aborts.size(), 3u);
  EXPECT_TRUE(run.confirmed.empty());
  proposal.holders = {{1}, {2}, {4}};
  proposal.n = 4;
  crypto::SeededRng rng(603);
  const auto reason_of_joiner = [&] {
    const auto step = reshare::Join(proposal, imported.certificate, MakeRoster(3), 3, {4}, rng);
    return step.ok() ? std::string("none") : Describe(step.error());
  };
  EXPECT_EQ(reason_of_joiner(), Describe({AbortReason::kWrongQuorum, {}}));
  proposal.marks = sharing::kMarkImported;
  EXPECT_EQ(reason_of_joiner(), "none");
}

TEST(Import, EverythingTheOwnerMayGetWrongHasItsReasonAndBlamesNoNode) {
  const dkg::Proposal proposal = MakeProposal(2, 3);
  const auto reason_of = [&](const std::function<void(transfer::ImportDeal&)>& spoil) {
    transfer::ImportDeal deal = MakeDeal(proposal, 604);
    spoil(deal);
    const auto outcome = AcceptAs({2}, proposal, deal);
    return outcome.ok() ? std::string("none") : Describe(outcome.error());
  };
  const auto is = [](AbortReason reason) { return Describe({reason, {}}); };
  using Deal = transfer::ImportDeal;
  EXPECT_EQ(reason_of([](Deal&) {}), "none");
  EXPECT_EQ(reason_of([](Deal& deal) { deal.offer.coefficients.push_back(kImported); }),
            is(AbortReason::kMalformed));
  EXPECT_EQ(reason_of([](Deal& deal) { deal.offer.coefficients.pop_back(); }), is(AbortReason::kMalformed));
  EXPECT_EQ(reason_of([](Deal& deal) { deal.offer.coefficients[0] = deal.offer.coefficients[1]; }),
            is(AbortReason::kPublicKeySum));
  EXPECT_EQ(reason_of([](Deal& deal) { deal.offer.coefficients[1] = kImported; }), is(AbortReason::kProof));
  EXPECT_EQ(reason_of([](Deal& deal) { deal.offer.chain_code[0] ^= 1; }), is(AbortReason::kProof));
  EXPECT_EQ(reason_of([](Deal& deal) { deal.offer.signature.nonce = kImported; }), is(AbortReason::kProof));
  EXPECT_EQ(reason_of([](Deal& deal) {
              deal.offer.signature.response = deal.offer.signature.response + Scalar::FromU64(1);
            }),
            is(AbortReason::kProof));
  EXPECT_EQ(reason_of([](Deal& deal) { deal.sealed_shares[{2}] = deal.sealed_shares[{1}]; }),
            is(AbortReason::kMalformed));
  EXPECT_EQ(reason_of([](Deal& deal) { deal.sealed_shares[{2}].back() ^= 1; }), is(AbortReason::kMalformed));
  // The share of another polynomial for the same key.
  EXPECT_EQ(reason_of([&](Deal& deal) { deal.sealed_shares = MakeDeal(proposal, 605).sealed_shares; }),
            is(AbortReason::kShare));
}

TEST(Import, AnOfferForAnotherProposalOrKeyIsRefused) {
  const dkg::Proposal proposal = MakeProposal(2, 3);
  const transfer::ImportDeal deal = MakeDeal(proposal, 606);
  dkg::Proposal other = proposal;
  other.digest[0] ^= 1;
  EXPECT_EQ(Describe(AcceptAs({1}, other, deal).error()), Describe({AbortReason::kProof, {}}));
  const Point expected = *curve::MulBase(Scalar::FromU64(5));
  EXPECT_EQ(Describe(AcceptAs({1}, proposal, deal, expected).error()),
            Describe({AbortReason::kPublicKeySum, {}}));
  other = proposal;
  other.dealers = {{2}, {3}};
  EXPECT_EQ(Describe(AcceptAs({1}, other, deal).error()), Describe({AbortReason::kWrongQuorum, {}}));
  other.t = 1;
  EXPECT_EQ(Describe(AcceptAs({2}, other, deal).error()), Describe({AbortReason::kWrongQuorum, {}}));
}

TEST(Import, DifferentOffersToDifferentNodesAreNotCertified) {
  const dkg::Proposal proposal = MakeProposal(2, 2);
  dkg::Confirmed one = AcceptAs({1}, proposal, MakeDeal(proposal, 607)).value();
  const dkg::Confirmed two = AcceptAs({2}, proposal, MakeDeal(proposal, 608)).value();
  const auto outcome = dkg::Finish(std::move(one.next), {{{2}, two.out}}, MakeRoster(2), 2);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().reason, AbortReason::kConfirmation);
}

TEST(Import, ZeroAndMissingNodeKeysAreRefused) {
  crypto::SeededRng rng(609);
  const dkg::Proposal proposal = MakeProposal(2, 3);
  const auto zero = transfer::DealImport(proposal, SecretScalar(), Hash32{}, ChannelKeys(3), rng);
  ASSERT_FALSE(zero.ok());
  EXPECT_EQ(zero.error(), Status::kBadScalar);
  const auto missing =
      transfer::DealImport(proposal, SecretScalar(Scalar::FromU64(1)), Hash32{}, ChannelKeys(2), rng);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error(), Status::kBadKey);
}

TEST(Import, AnOfferEncodesToItselfAndRefusesEverythingElse) {
  const transfer::ImportDeal deal = MakeDeal(MakeProposal(2, 3), 610);
  const Bytes encoded = deal.offer.Encode();
  EXPECT_EQ(encoded.size(), 101u + 33 * 2);
  EXPECT_EQ(deal.sealed_shares.at({1}).size(), 80u);
  EXPECT_EQ(transfer::ImportOffer::Parse(encoded).value().Encode(), encoded);
  for (const Mutation& mutation : WrongSizesOf(encoded)) {
    EXPECT_FALSE(transfer::ImportOffer::Parse(mutation.message).ok()) << mutation.name;
  }
  for (const std::size_t at : {0u, 1u, 2u}) {  // version, curve, count
    Bytes changed = encoded;
    changed[at] ^= 3;
    EXPECT_FALSE(transfer::ImportOffer::Parse(changed).ok()) << at;
  }
}

// ---- export ----

class Export : public testing::Test {
 protected:
  transfer::ExportedShare AnswerOf(PartyIndex party, const transfer::ExportOrder& order) {
    return transfer::Export(order, CopyOf(committee_.shares.at(party)), rng_).value().out;
  }
  std::map<PartyIndex, transfer::ExportedShare> AnswersOf(const Parties& parties) {
    std::map<PartyIndex, transfer::ExportedShare> out;
    for (const PartyIndex party : parties) out.emplace(party, AnswerOf(party, order_));
    return out;
  }
  std::string VerdictOn(const std::map<PartyIndex, transfer::ExportedShare>& answers) const {
    const auto outcome = transfer::OpenExport(order_, user_, committee_.facts(), answers);
    if (!outcome.ok()) return Describe(outcome.error());
    return curve::MulBase(outcome.value().Expose()) == committee_.facts().PublicKey() ? "key" : "wrong key";
  }

  const Committee committee_ = MakeCommittee(2, 3, 620);
  crypto::SeededRng rng_{621};
  const crypto::SecretKey32 user_ = rng_.Key();
  const transfer::ExportOrder order_{Hash32{4}, committee_.facts().Id(), 0, crypto::PublicX25519(user_)};
};

TEST_F(Export, AnyQuorumsAnswersGiveTheKey) {
  for (const Parties& quorum : QuorumsOf(AllOf(3), 2)) EXPECT_EQ(VerdictOn(AnswersOf(quorum)), "key");
  EXPECT_EQ(VerdictOn(AnswersOf(AllOf(3))), "key");
  EXPECT_EQ(VerdictOn(AnswersOf({{1}})), Describe({AbortReason::kWrongQuorum, {}}));
}

TEST_F(Export, TheShareIsMarkedAndTheMarkStays) {
  transfer::Exported exported = transfer::Export(order_, CopyOf(committee_.shares.at({1})), rng_).value();
  EXPECT_EQ(exported.marked.marks, sharing::kMarkExported);
  EXPECT_EQ(CopyOf(exported.marked).marks, sharing::kMarkExported);
  EXPECT_TRUE(exported.marked.MaySign());
  // A dealer that knows of it does not take part in a resharing that does not.
  Committee from{committee_.certificate, {}};
  from.shares.emplace(PartyIndex{1}, std::move(exported.marked));
  from.shares.emplace(PartyIndex{2}, CopyOf(committee_.shares.at({2})));
  reshare::Proposal proposal = MakeReshareProposal(from, {{1}, {2}}, 2, 3, AllOf(3));
  EXPECT_TRUE(RunReshare(from, proposal, 622).Activated().shares.empty());
  proposal.marks = sharing::kMarkExported;
  const Committee after = RunReshare(from, proposal, 622).Activated();
  ASSERT_EQ(after.shares.size(), 3u);
  EXPECT_EQ(after.shares.at({3}).marks, sharing::kMarkExported);
}

TEST_F(Export, ALyingNodeIsNamed) {
  auto answers = AnswersOf({{1}, {2}});
  sharing::KeyShare wrong = CopyOf(committee_.shares.at({2}));
  wrong.share.ExposeMutable() = wrong.share.Expose() + Scalar::FromU64(1);
  answers.at({2}) = transfer::Export(order_, std::move(wrong), rng_).value().out;
  EXPECT_EQ(VerdictOn(answers), Describe({AbortReason::kShare, PartyIndex{2}}));
}

TEST_F(Export, AnAnswerThatDoesNotOpenIsNamed) {
  const std::string malformed = Describe({AbortReason::kMalformed, PartyIndex{2}});
  auto answers = AnswersOf({{1}, {2}});
  const transfer::ExportedShare honest = answers.at({2});
  for (std::size_t i = 0; i < honest.sealed.size(); i += 7) {
    answers.at({2}).sealed = honest.sealed;
    answers.at({2}).sealed[i] ^= 1;
    EXPECT_EQ(VerdictOn(answers), malformed) << i;
  }
  answers.at({2}) = {{2}, answers.at({1}).sealed};  // another node's
  EXPECT_EQ(VerdictOn(answers), malformed);
  answers.at({2}) = answers.at({1});
  EXPECT_EQ(VerdictOn(answers), Describe({AbortReason::kWrongSession, {}}));
  const Bytes order_bytes = crypto::SealHpke(order_.user_key, {}, Bytes(32, 0xff), rng_).value();
  answers.at({2}) = {{2}, order_bytes};
  EXPECT_EQ(VerdictOn(answers), malformed);
}

TEST_F(Export, AnAnswerToAnotherOrderDoesNotOpen) {
  const auto opens = [&](const std::function<void(transfer::ExportOrder&)>& change) {
    transfer::ExportOrder other = order_;
    change(other);
    auto answers = AnswersOf({{1}, {2}});
    const auto answer = transfer::Export(other, CopyOf(committee_.shares.at({2})), rng_);
    if (!answer.ok()) return false;
    answers.at({2}) = answer.value().out;
    return VerdictOn(answers) == "key";
  };
  EXPECT_TRUE(opens([](transfer::ExportOrder&) {}));
  EXPECT_FALSE(opens([](transfer::ExportOrder& order) { order.id[0] ^= 1; }));
  EXPECT_FALSE(opens([](transfer::ExportOrder& order) { order.user_key = crypto::X25519PublicKey{9}; }));
  EXPECT_FALSE(opens([](transfer::ExportOrder& order) { order.key.bytes[0] ^= 1; }));
  EXPECT_FALSE(opens([](transfer::ExportOrder& order) { order.epoch = 1; }));
}

TEST_F(Export, OrdersAboutAnotherKeyOrEpochOrWithABadUserKeyAreRefused) {
  const auto reason_of = [&](const std::function<void(transfer::ExportOrder&)>& change) {
    transfer::ExportOrder order = order_;
    change(order);
    const auto outcome = transfer::Export(order, CopyOf(committee_.shares.at({1})), rng_);
    return outcome.ok() ? std::string("none") : Describe(outcome.error());
  };
  const std::string wrong = Describe({AbortReason::kWrongQuorum, {}});
  EXPECT_EQ(reason_of([](transfer::ExportOrder& order) { order.key.bytes[0] ^= 1; }), wrong);
  EXPECT_EQ(reason_of([](transfer::ExportOrder& order) { order.epoch = 1; }), wrong);
  EXPECT_EQ(reason_of([](transfer::ExportOrder& order) { order.user_key = {}; }),
            Describe({AbortReason::kMalformed, {}}));
}

TEST_F(Export, AnAnswerEncodesToItselfAndRefusesEverythingElse) {
  const transfer::ExportedShare answer = AnswerOf({1}, order_);
  const Bytes encoded = answer.Encode();
  EXPECT_EQ(encoded.size(), 87u);
  const auto parsed = transfer::ExportedShare::Parse(encoded);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().Encode(), encoded);
  for (const Mutation& mutation : WrongSizesOf(encoded)) {
    EXPECT_FALSE(transfer::ExportedShare::Parse(mutation.message).ok()) << mutation.name;
  }
  Bytes version = encoded;
  version[0] = 2;
  EXPECT_FALSE(transfer::ExportedShare::Parse(version).ok());
}

}  // namespace
}  // namespace passport::test
