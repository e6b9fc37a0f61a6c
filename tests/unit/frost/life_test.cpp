// Keys of both Schnorr suites are refreshed, dealt to another committee and repaired, and sign afterwards.
#include <gtest/gtest.h>

#include "tests/unit/frost/frost_network.h"
#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/repair_network.h"
#include "trusted/frost/bip340.h"
#include "trusted/frost/ed25519_sha512.h"

namespace passport::test::frost_life {
namespace {

using frost::Bip340;
using frost::Ed25519Sha512;
using protocol::AbortReason;

const Bytes kMessage = ToBytes("a message");

template <class S>
class FrostLife : public testing::Test {
 protected:
  using G = typename S::Group;

  static CommitteeOf<G> Generated(std::uint16_t t, std::uint16_t n) {
    dkg::Proposal proposal = MakeProposal(t, n);
    proposal.curve = G::kCurve;
    proposal.purpose = S::kPurpose;
    return MakeCommittee<G>(proposal, 800);
  }

  // Expects that every new holder has the same key as before, under a certificate of all of them.
  static CommitteeOf<G> Reshared(const CommitteeOf<G>& from, const reshare::Proposal& proposal) {
    const ReshareRunOf<G> run = RunReshare(from, proposal, 801);
    for (const auto& [party, abort] : run.aborts) ADD_FAILURE() << party.value << ": " << Describe(abort);
    CommitteeOf<G> out = run.Activated();
    EXPECT_EQ(out.shares.size(), proposal.holders.size());
    EXPECT_TRUE(out.certificate.Verify(MakeRoster(8), 0).ok());
    EXPECT_EQ(out.facts().Id(), from.facts().Id());
    EXPECT_EQ(out.facts().PublicKey(), from.facts().PublicKey());
    EXPECT_EQ(out.facts().proposal.curve, G::kCurve);
    EXPECT_EQ(out.facts().proposal.purpose, S::kPurpose);
    return out;
  }

  static void ExpectEveryQuorumSigns(const CommitteeOf<G>& committee) {
    const dkg::Proposal& shape = committee.facts().proposal;
    for (const Parties& quorum : QuorumsOf(shape.dealers, shape.t)) {
      const auto run = RunFrost<S>(committee.shares, quorum, kMessage, 802);
      ASSERT_EQ(run.signatures.size(), shape.t);
      // BIP-340 signs for the point of the key's x with even y.
      const bool negative = S::MeansNegative(committee.facts().PublicKey());
      EXPECT_EQ(run.public_key,
                negative ? committee.facts().PublicKey().Negate() : committee.facts().PublicKey());
      EXPECT_TRUE(S::Verify(*run.public_key, kMessage, run.signatures.at(quorum[0])));
    }
  }

  const CommitteeOf<G> before_ = Generated(2, 3);
};

using Suites = testing::Types<Ed25519Sha512, Bip340>;
TYPED_TEST_SUITE(FrostLife, Suites);

TYPED_TEST(FrostLife, ARefreshedKeySignsWithEveryQuorumAndNoOldShareSignsWithANewOne) {
  const auto& before = this->before_;
  const auto after = this->Reshared(before, MakeReshareProposal(before, AllOf(3), 2, 3, AllOf(3)));
  this->ExpectEveryQuorumSigns(after);
  KeyOf<TypeParam> mixed;
  mixed.emplace(PartyIndex{1}, CopyOf(before.shares.at({1})));
  mixed.emplace(PartyIndex{2}, CopyOf(after.shares.at({2})));
  EXPECT_TRUE(RunFrost<TypeParam>(mixed, {{1}, {2}}, kMessage, 803).signatures.empty());
}

TYPED_TEST(FrostLife, AnotherCommitteeWithAHigherThresholdSigns) {
  const auto& before = this->before_;
  const auto after =
      this->Reshared(before, MakeReshareProposal(before, {{1}, {3}}, 3, 5, {{1}, {3}, {4}, {5}}));
  this->ExpectEveryQuorumSigns(after);
  crypto::SeededRng rng(804);
  EXPECT_FALSE(frost::Start<TypeParam>({{{1}, {3}}, {}, after.shares.at({1}), {}}, rng).ok());
}

TYPED_TEST(FrostLife, ARepairedShareIsTheLostOneAndSigns) {
  auto after = this->Reshared(this->before_, MakeReshareProposal(this->before_, AllOf(3), 2, 3, AllOf(3)));
  for (const PartyIndex lost : AllOf(3)) {
    Parties helpers = AllOf(3);
    std::erase(helpers, lost);
    auto share = RunRepair(after, MakeRepairProposal(after, helpers, lost));
    ASSERT_TRUE(share.ok());
    EXPECT_TRUE(Equal(share.value().EncodeSecret().Expose(), after.shares.at(lost).EncodeSecret().Expose()));
    after.shares.at(lost) = std::move(share).value();
  }
  this->ExpectEveryQuorumSigns(after);
}

TYPED_TEST(FrostLife, AWrongSumOfAHelperIsNoShareAndBlamesNobody) {
  const auto& before = this->before_;
  const auto outcome =
      RunRepair(before, MakeRepairProposal(before, {{1}, {2}}, {3}), [](const Route& route, Bytes& message) {
        if (route.round == 2 && route.from == PartyIndex{1}) {
          auto sum = reshare::RepairSumOf<typename TypeParam::Group>::Parse(message).value();
          sum.value.ExposeMutable() = sum.value.Expose() + TypeParam::Scalar::FromU64(1);
          message = ToBytes(sum.EncodeSecret().Expose());
        }
      });
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(Describe(outcome.error()), Describe({AbortReason::kShare, {}}));
}

}  // namespace
}  // namespace passport::test::frost_life
