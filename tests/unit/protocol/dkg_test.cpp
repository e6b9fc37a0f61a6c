// Honest key generations, and what is refused before one begins.
#include <gtest/gtest.h>

#include "tests/unit/protocol/dkg_network.h"
#include "trusted/sharing/quorum.h"

namespace passport::test {
namespace {

using curve::Scalar;
using protocol::AbortReason;

static_assert(!std::is_copy_constructible_v<dkg::AwaitingCommitments>);
static_assert(!std::is_copy_constructible_v<dkg::AwaitingOpenings>);
static_assert(!std::is_copy_constructible_v<dkg::Opening>);

// f(0) from the shares of a quorum, as a point: the secret itself exists in this test alone.
std::optional<curve::Point> OpenedBy(const DkgRun& run, const Parties& quorum) {
  Scalar sum;
  for (const PartyIndex party : quorum) {
    sum = sum + sharing::LagrangeWeight(quorum, party) * run.shares.at(party).share.Expose();
  }
  return curve::MulBase(sum);
}

TEST(Dkg, AnyThreeOfFiveSharesOpenThePublicKey) {
  const DkgRun run = RunDkg(MakeProposal(3, 5), 1);
  ASSERT_TRUE(run.aborts.empty());
  ASSERT_EQ(run.shares.size(), 5u);
  const curve::Point public_key = run.shares.at({1}).PublicKey();
  for (std::uint16_t a = 1; a <= 5; ++a) {
    for (std::uint16_t b = static_cast<std::uint16_t>(a + 1); b <= 5; ++b) {
      for (std::uint16_t c = static_cast<std::uint16_t>(b + 1); c <= 5; ++c) {
        EXPECT_EQ(OpenedBy(run, {{a}, {b}, {c}}), public_key);
      }
    }
  }
  EXPECT_NE(OpenedBy(run, {{1}, {2}}), public_key);
}

TEST(Dkg, AllPartiesAgreeOnEverythingPublic) {
  const DkgRun run = RunDkg(MakeProposal(2, 3), 2);
  const sharing::KeyShare& first = run.shares.at({1});
  for (const auto& [party, share] : run.shares) {
    EXPECT_EQ(share.id, first.id);
    EXPECT_EQ(share.self, party);
    EXPECT_EQ(share.commitments, first.commitments);
    EXPECT_EQ(share.chain_code, first.chain_code);
    EXPECT_EQ(share.purpose, 1);
    EXPECT_EQ(curve::MulBase(share.share.Expose()), first.SharePoint(party));
    EXPECT_EQ(run.certificates.at(party).Encode(), run.certificates.at({1}).Encode());
    EXPECT_EQ(run.certificates.at(party).facts.Id(), first.id);
  }
}

TEST(Dkg, DealersMayBeASubsetAndSharePointsOfTheOthersAreKnown) {
  dkg::Proposal proposal = MakeProposal(2, 5);
  proposal.dealers = {{1}, {3}, {5}};
  const DkgRun run = RunDkg(proposal, 3);
  ASSERT_EQ(run.certificates.size(), 3u);
  const sharing::KeyShare& key = run.shares.at({1});
  EXPECT_EQ(key.holders, proposal.dealers);
  EXPECT_EQ(OpenedBy(run, {{3}, {5}}), key.PublicKey());
  // f(4) from f(3) and f(5): their mean.
  const Scalar half = Scalar::FromU64(2).Invert();
  const Scalar four = (run.shares.at({3}).share.Expose() + run.shares.at({5}).share.Expose()) * half;
  EXPECT_EQ(curve::MulBase(four), key.SharePoint({4}));
}

TEST(Dkg, TwoRunsGiveDifferentKeys) {
  const DkgRun first = RunDkg(MakeProposal(2, 2), 4);
  const DkgRun second = RunDkg(MakeProposal(2, 2), 5);
  EXPECT_NE(first.shares.at({1}).id, second.shares.at({1}).id);
  EXPECT_NE(first.shares.at({1}).PublicKey(), second.shares.at({1}).PublicKey());
}

// The context is in every message and so in the key's id: runs about different kinds of key do not mix.
TEST(Dkg, OneSeedAndDigestGiveADifferentKeyForEachPurpose) {
  dkg::Proposal other = MakeProposal(2, 2);
  other.purpose = 2;
  EXPECT_NE(other.Context(), MakeProposal(2, 2).Context());
  EXPECT_NE(RunDkg(other, 4).shares.at({1}).id, RunDkg(MakeProposal(2, 2), 4).shares.at({1}).id);
  dkg::Proposal other_curve = MakeProposal(2, 2);
  other_curve.curve = 2;
  EXPECT_NE(other_curve.Context(), MakeProposal(2, 2).Context());
  EXPECT_NE(other_curve.Context(), other.Context());
}

TEST(Dkg, OneSeedGivesOneTrace) {
  const Hash32 trace = RunDkg(MakeProposal(2, 3), 6).wire.Trace();
  EXPECT_EQ(trace, RunDkg(MakeProposal(2, 3), 6).wire.Trace());
  EXPECT_NE(trace, RunDkg(MakeProposal(2, 3), 7).wire.Trace());
}

TEST(Dkg, FinishesWithoutADealerThatDiedAfterRoundTwoIfEnoughConfirm) {
  DkgScript script;
  script.dead_after_round_2 = {{3}};
  script.min_confirmers = 2;
  const DkgRun run = RunDkg(MakeProposal(2, 3), 8, script);
  EXPECT_EQ(run.certificates.at({1}).confirmations.size(), 2u);
  EXPECT_TRUE(run.certificates.at({1}).Verify(MakeRoster(3), 2).ok());
  EXPECT_FALSE(run.certificates.at({1}).Verify(MakeRoster(3), 3).ok());
}

TEST(Dkg, DoesNotFinishWithTooFewConfirmations) {
  DkgScript script;
  script.dead_after_round_2 = {{3}};
  script.min_confirmers = 3;
  const DkgRun run = RunDkg(MakeProposal(2, 3), 9, script);
  EXPECT_EQ(run.aborts.at({1}).reason, AbortReason::kConfirmation);
  EXPECT_FALSE(run.aborts.at({1}).culprit.has_value());
  EXPECT_FALSE(run.certificates.contains({1}));
}

TEST(Dkg, NeverFinishesWithFewerConfirmationsThanTheThreshold) {
  DkgScript script;
  script.dead_after_round_2 = {{2}, {3}};
  script.min_confirmers = 1;
  const DkgRun run = RunDkg(MakeProposal(2, 3), 10, script);
  EXPECT_EQ(run.aborts.at({1}).reason, AbortReason::kConfirmation);
}

TEST(Dkg, MessagesHaveTheStatedSizes) {
  const DkgRun run = RunDkg(MakeProposal(3, 3), 11);
  EXPECT_EQ(run.wire.sent({1, {1}, {2}}).size(), 100u);
  EXPECT_EQ(run.wire.sent({2, {1}, {2}}).size(), 136u + 98 * 3 + 32);
  EXPECT_EQ(run.wire.sent({3, {1}, {2}}).size(), 197u);
  EXPECT_EQ(run.certificates.at({1}).Encode().size(), 141u + 2 * 3 + 33 * 3 + 66 * 3);
}

// Every proposal that must be refused, and who starts it.
TEST(Dkg, ImpossibleProposalsAreRefusedBeforeAnythingIsDrawn) {
  const auto refused = [](const std::function<void(dkg::Proposal&)>& spoil, PartyIndex self = {1}) {
    dkg::Proposal proposal = MakeProposal(2, 3);
    spoil(proposal);
    crypto::SeededRng rng(12);
    crypto::SeededRng untouched(12);
    const auto step = dkg::Start(proposal, self, rng);
    return !step.ok() && step.error().reason == AbortReason::kWrongQuorum && !step.error().culprit &&
           rng.Array<32>() == untouched.Array<32>();
  };
  EXPECT_FALSE(refused([](dkg::Proposal&) {}));
  EXPECT_TRUE(refused([](dkg::Proposal& p) { p.t = 1; }));
  EXPECT_TRUE(refused([](dkg::Proposal& p) { p.t = 4; }));
  EXPECT_TRUE(refused([](dkg::Proposal& p) { p.n = 65; }));
  EXPECT_TRUE(refused([](dkg::Proposal& p) { p.curve = 2; }));
  EXPECT_TRUE(refused([](dkg::Proposal& p) { p.dealers = {{1}}; }));
  EXPECT_TRUE(refused([](dkg::Proposal& p) { p.dealers = {{1}, {1}, {2}}; }));
  EXPECT_TRUE(refused([](dkg::Proposal& p) { p.dealers = {{2}, {1}}; }));
  EXPECT_TRUE(refused([](dkg::Proposal& p) { p.dealers = {{0}, {1}}; }));
  EXPECT_TRUE(refused([](dkg::Proposal& p) { p.dealers = {{1}, {4}}; }));
  EXPECT_TRUE(refused([](dkg::Proposal& p) { p.dealers = {{2}, {3}}; }));
  EXPECT_TRUE(refused([](dkg::Proposal&) {}, {4}));
}

TEST(Dkg, InboxWithoutOneOfTheDealersOrWithAStrangerIsRefused) {
  crypto::SeededRng rng(13);
  const dkg::Proposal proposal = MakeProposal(2, 3);
  auto one = dkg::Start(proposal, {1}, rng);
  const dkg::Commitment two = dkg::Start(proposal, {2}, rng).value().out;
  const auto missing = dkg::Open(std::move(one).value().next, {{{2}, two}}, rng);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().reason, AbortReason::kWrongQuorum);
  auto again = dkg::Start(proposal, {1}, rng);
  const auto stranger = dkg::Open(std::move(again).value().next, {{{2}, two}, {{4}, two}}, rng);
  ASSERT_FALSE(stranger.ok());
  EXPECT_EQ(stranger.error().reason, AbortReason::kWrongQuorum);
  // Its own message does not stand in for one that is missing.
  auto third = dkg::Start(proposal, {1}, rng).value();
  const auto itself = dkg::Open(std::move(third.next), {{{1}, third.out}, {{2}, two}}, rng);
  ASSERT_FALSE(itself.ok());
  EXPECT_EQ(itself.error().reason, AbortReason::kWrongQuorum);
}

}  // namespace
}  // namespace passport::test
