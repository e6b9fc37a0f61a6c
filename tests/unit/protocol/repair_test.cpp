// Repair of a lost share: every set of helpers gives the same share back, and a lie shows.
#include <gtest/gtest.h>

#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/repair_network.h"
#include "tests/unit/protocol/sign_network.h"

namespace passport::test {
namespace {

using protocol::Abort;
using protocol::AbortReason;

static_assert(!std::is_copy_constructible_v<reshare::AwaitingPartsOf<curve::Secp256k1>>);

TEST(Repair, EverySetOfHelpersGivesBackTheSameShare) {
  for (const auto& [t, n] : {std::pair<std::uint16_t, std::uint16_t>{2, 3}, {2, 4}, {3, 5}}) {
    const Committee committee = MakeCommittee(t, n, 501);
    for (const PartyIndex lost : AllOf(n)) {
      Parties others;
      for (const PartyIndex party : AllOf(n)) {
        if (party != lost) others.push_back(party);
      }
      for (const Parties& helpers : QuorumsOf(others, t)) {
        const auto share = RunRepair(committee, MakeRepairProposal(committee, helpers, lost));
        ASSERT_TRUE(share.ok());
        EXPECT_TRUE(
            Equal(share.value().EncodeSecret().Expose(), committee.shares.at(lost).EncodeSecret().Expose()));
      }
    }
  }
}

TEST(Repair, ARepairedShareSigns) {
  Committee committee = MakeCommittee(2, 3, 502);
  const curve::Point key = committee.facts().PublicKey();
  committee.shares.at({1}) = RunRepair(committee, MakeRepairProposal(committee, {{2}, {3}}, {1})).value();
  const Cluster cluster(std::move(committee.shares), 1);
  for (const Parties& quorum : QuorumsOf(AllOf(3), 2)) {
    const SignRun run = RunSign(cluster, quorum, 2);
    ASSERT_EQ(run.signatures.size(), 2u);
    EXPECT_TRUE(curve::VerifyEcdsa(key, MakeDigest(1), run.signatures.at(quorum[0])));
  }
}

TEST(Repair, ANodeThatWasAwayAtTheGenerationBecomesAHolder) {
  dkg::Proposal proposal = MakeProposal(2, 4);
  proposal.dealers = {{1}, {2}, {4}};
  DkgRun run = RunDkg(proposal, 503);
  const Committee committee{run.certificates.at({1}), std::move(run.shares)};
  const auto share = RunRepair(committee, MakeRepairProposal(committee, {{1}, {4}}, {3}));
  ASSERT_TRUE(share.ok());
  EXPECT_EQ(share.value().holders, AllOf(4));
  EXPECT_TRUE(sharing::KeyShare::Parse(share.value().EncodeSecret().Expose()).ok());
}

TEST(Repair, HelpersSendAFreshSplitEachTime) {
  const Committee committee = MakeCommittee(2, 3, 504);
  const reshare::RepairProposal proposal = MakeRepairProposal(committee, {{1}, {2}}, {3});
  crypto::SeededRng rng(1);
  auto first = reshare::StartRepair(proposal, committee.shares.at({1}), rng).value();
  auto second = reshare::StartRepair(proposal, committee.shares.at({1}), rng).value();
  EXPECT_FALSE(Equal(first.out.at({2}).EncodeSecret().Expose(), second.out.at({2}).EncodeSecret().Expose()));
}

TEST(Repair, EveryChangedFieldGivesItsVerdict) {
  const Committee committee = MakeCommittee(2, 3, 505);
  const reshare::RepairProposal proposal = MakeRepairProposal(committee, {{1}, {2}}, {3});
  reshare::RepairProposal other = proposal;
  other.digest[0] ^= 1;
  for (const int round : {1, 2}) {
    const Route route{round, {1}, round == 1 ? PartyIndex{2} : PartyIndex{3}};
    Bytes honest, other_peer, other_session;
    const auto record = [&](const Route& at, const Bytes& message) {
      if (at == route) honest = message;
      if (at.round == round && at.from == PartyIndex{2}) other_peer = message;
    };
    ASSERT_TRUE(
        RunRepair(committee, proposal, [&](const Route& at, Bytes& message) { record(at, message); }).ok());
    ASSERT_TRUE(RunRepair(committee, other, [&](const Route& at, Bytes& message) {
                  if (at == route) other_session = message;
                }).ok());
    const std::vector<Field> fields = {
        {"version", 0, 1, FieldType::kFixed, AbortReason::kMalformed, true},
        {"round", 1, 1, FieldType::kFixed, AbortReason::kMalformed, true},
        {"from", 2, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
        {"context", 4, 32, FieldType::kOpaque, AbortReason::kWrongSession, false},
        {"value", 36, 32, FieldType::kScalar, AbortReason::kShare, false}};
    EXPECT_EQ(honest.size(), 68u);
    std::vector<Mutation> mutations = WrongSizesOf(honest);
    for (const Field& field : fields) {
      for (Mutation& mutation : MutationsOf({field}, 0, {honest, other_peer, other_session})) {
        const Abort expected =
            mutation.decodes ? Abort{field.reason, {}} : Abort{AbortReason::kMalformed, {{1}}};
        const auto outcome = RunRepair(committee, proposal, [&](const Route& at, Bytes& message) {
          if (at == route) message = mutation.message;
        });
        ASSERT_FALSE(outcome.ok()) << mutation.name;
        EXPECT_EQ(Describe(outcome.error()), Describe(expected)) << mutation.name;
      }
    }
    for (const Mutation& mutation : mutations) {
      const auto outcome = RunRepair(committee, proposal, [&](const Route& at, Bytes& message) {
        if (at == route) message = mutation.message;
      });
      ASSERT_FALSE(outcome.ok()) << mutation.name;
      EXPECT_EQ(Describe(outcome.error()), Describe({AbortReason::kMalformed, {{1}}}));
    }
  }
}

TEST(Repair, ImpossibleProposalsAreRefusedByHelpersAndByTheLostNode) {
  const Committee committee = MakeCommittee(2, 3, 506);
  const auto refused = [&](const std::function<void(reshare::RepairProposal&)>& spoil) {
    reshare::RepairProposal proposal = MakeRepairProposal(committee, {{1}, {2}}, {3});
    spoil(proposal);
    crypto::SeededRng rng(1);
    const auto helper = reshare::StartRepair(proposal, committee.shares.at({1}), rng);
    const auto lost = reshare::FinishRepair(proposal, WithoutShare(committee, proposal.lost), {});
    return !helper.ok() && helper.error().reason == AbortReason::kWrongQuorum && !lost.ok() &&
           lost.error().reason == AbortReason::kWrongQuorum;
  };
  EXPECT_FALSE(refused([](reshare::RepairProposal&) {}));
  EXPECT_TRUE(refused([](reshare::RepairProposal& p) { p.key.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused([](reshare::RepairProposal& p) { p.epoch = 1; }));
  EXPECT_TRUE(refused([](reshare::RepairProposal& p) { p.helpers = {{1}}; }));
  EXPECT_TRUE(refused([](reshare::RepairProposal& p) { p.helpers = {{2}, {1}}; }));
  EXPECT_TRUE(refused([](reshare::RepairProposal& p) { p.helpers = {{1}, {4}}; }));
  EXPECT_TRUE(refused([](reshare::RepairProposal& p) { p.lost = {2}; }));
  EXPECT_TRUE(refused([](reshare::RepairProposal& p) { p.lost = {0}; }));
  EXPECT_TRUE(refused([](reshare::RepairProposal& p) { p.lost = {4}; }));
  crypto::SeededRng rng(1);
  EXPECT_FALSE(
      reshare::StartRepair(MakeRepairProposal(committee, {{1}, {2}}, {3}), committee.shares.at({3}), rng)
          .ok());
  EXPECT_FALSE(
      reshare::FinishRepair(MakeRepairProposal(committee, {{1}, {2}}, {3}), WithoutShare(committee, {2}), {})
          .ok());
}

}  // namespace
}  // namespace passport::test
