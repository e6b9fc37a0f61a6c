// Resharing from what a share says of its key, without a certificate: also a node that has neither.
#include <gtest/gtest.h>

#include "tests/unit/protocol/reshare_network.h"

namespace passport::test {
namespace {

using protocol::AbortReason;

class ReshareKnown : public ::testing::Test {
 protected:
  ReshareKnown()
      : committee(MakeCommittee(2, 3, 340)),
        facts(reshare::FactsOf(committee.shares.at({1}))),
        proposal(MakeReshareProposal(committee, {{1}, {2}}, 2, 3, AllOf(3))),
        rng(341) {}
  auto Dealer(PartyIndex party) { return reshare::Start(proposal, facts, committee.shares.at(party), rng); }
  auto Joiner(const dkg::KeyFacts& told) {
    return reshare::JoinKnown(proposal, told, committee.facts().PublicKey(), {3}, rng);
  }
  Committee committee;
  dkg::KeyFacts facts;
  reshare::Proposal proposal;
  crypto::SeededRng rng;
};

TEST_F(ReshareKnown, TheFactsAreTheSameAtEveryHolder) {
  EXPECT_EQ(facts.Id(), committee.facts().Id());
  for (const auto& [party, share] : committee.shares) {
    const dkg::KeyFacts other = reshare::FactsOf(share);
    EXPECT_EQ(dkg::KeyCertificate({other, {}}).Encode(), dkg::KeyCertificate({facts, {}}).Encode());
  }
}

TEST_F(ReshareKnown, AJoinerWithoutACertificateIsOfTheSameRun) {
  auto first = Dealer({1});
  auto second = Dealer({2});
  auto third = Joiner(facts);
  ASSERT_TRUE(first.ok() && second.ok() && third.ok());
  EXPECT_EQ(third.value().out.header.context, first.value().out.header.context);
  const reshare::Inbox<dkg::Commitment> inbox{{{1}, first.value().out}, {{2}, second.value().out}};
  EXPECT_TRUE(reshare::Open(std::move(third.value().next), inbox, rng).ok());
}

TEST_F(ReshareKnown, AnotherPublicKeyIsRefusedAtOnce) {
  dkg::KeyFacts told = facts;
  told.commitments.front() = curve::MulBase(curve::Scalar::FromU64(5)).value();
  const auto joined = Joiner(told);
  ASSERT_FALSE(joined.ok());
  EXPECT_EQ(joined.error().reason, AbortReason::kWrongQuorum);
  told.commitments.clear();
  EXPECT_FALSE(Joiner(told).ok());
}

// The leader may lie about the rest: every honest dealer is of another run then.
TEST_F(ReshareKnown, AnyOtherFactGivesAnotherRun) {
  const std::function<void(dkg::KeyFacts&)> lies[] = {
      [](auto& told) { told.commitments.back() = curve::MulBase(curve::Scalar::FromU64(5)).value(); },
      [](auto& told) { told.chain_code[3] ^= 1; }, [](auto& told) { told.proposal.purpose ^= 1; }};
  auto first = Dealer({1});
  auto second = Dealer({2});
  ASSERT_TRUE(first.ok() && second.ok());
  const reshare::Inbox<dkg::Commitment> inbox{{{1}, first.value().out}, {{2}, second.value().out}};
  for (const auto& lie : lies) {
    dkg::KeyFacts told = facts;
    lie(told);
    auto joined = Joiner(told);
    ASSERT_TRUE(joined.ok());
    const auto opened = reshare::Open(std::move(joined.value().next), inbox, rng);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().reason, AbortReason::kWrongSession);
  }
}

}  // namespace
}  // namespace passport::test
