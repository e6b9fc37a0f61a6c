// Resharing with one dealer who lies in what he deals, and many keys at once.
#include <gtest/gtest.h>

#include "tests/unit/protocol/reshare_verdicts.h"

namespace passport::test {
namespace {

using curve::Point;
using curve::Scalar;
using protocol::Abort;
using protocol::AbortReason;

constexpr std::uint64_t kSeed = 400;

// ---- dealers who lie consistently ----

// Replaces what the party commits to and opens later.
void Recommit(reshare::AwaitingCommitments& state, dkg::Commitment& message) {
  message.commitment = dkg::CommitmentTo(dkg::kResharing, state.dealing->opening);
  state.sent = message;
}

// Runs 3-of-5 dealt by {2, 3, 4} to all, with a scripted dealer 2, and expects everybody else to name him.
ReshareRun RunLiar(const ReshareScript& script) {
  const Committee from = MakeCommittee(3, 5, kSeed + 2);
  return RunReshare(from, MakeReshareProposal(from, {{2}, {3}, {4}}, 3, 5, AllOf(5)), kSeed, script);
}

void ExpectAllBlame(const ReshareScript& script, AbortReason reason) {
  const ReshareRun run = RunLiar(script);
  for (const std::uint16_t party : {std::uint16_t{1}, std::uint16_t{3}, std::uint16_t{4}, std::uint16_t{5}}) {
    ExpectAbort(run, {party}, {reason, PartyIndex{2}}, "party " + std::to_string(party));
  }
  ExpectHarmless(run, {2}, "");
}

// Dealer 2 deals this polynomial.
ReshareScript DealInstead(std::function<sharing::Polynomial(const sharing::Polynomial&)> make) {
  ReshareScript script;
  script.after_start = [=](PartyIndex self, reshare::AwaitingCommitments& state, dkg::Commitment& message) {
    if (self != PartyIndex{2}) return;
    state.dealing->polynomial = make(state.dealing->polynomial);
    state.dealing->opening.coefficients = state.dealing->polynomial.Commit();
    Recommit(state, message);
  };
  return script;
}

sharing::Polynomial WithDegree(const sharing::Polynomial& honest, std::size_t coefficients) {
  crypto::SeededRng rng(1);
  return sharing::Polynomial::WithConstant(honest.coefficients().front().Clone(), coefficients, rng);
}

TEST(ReshareLiar, AnotherConstantTermIsNamed) {
  ExpectAllBlame(DealInstead([](const sharing::Polynomial&) {
                   crypto::SeededRng rng(1);
                   return sharing::Polynomial::Random(3, rng);
                 }),
                 AbortReason::kConstantTerm);
}

TEST(ReshareLiar, ARaisedThresholdIsNamed) {
  ExpectAllBlame(DealInstead([](const sharing::Polynomial& honest) { return WithDegree(honest, 4); }),
                 AbortReason::kMalformed);
}

TEST(ReshareLiar, AShortPolynomialIsNamed) {
  ExpectAllBlame(DealInstead([](const sharing::Polynomial& honest) { return WithDegree(honest, 2); }),
                 AbortReason::kMalformed);
}

TEST(ReshareLiar, AnotherPolynomialOfTheRightFormIsNone) {
  const ReshareRun run =
      RunLiar(DealInstead([](const sharing::Polynomial& honest) { return WithDegree(honest, 3); }));
  EXPECT_EQ(run.Activated().shares.size(), 5u);
}

TEST(ReshareLiar, AnEmptyProofVectorIsNamed) {
  ExpectAllBlame(OpenOtherwise<ReshareScript>(
                     [](PartyIndex, dkg::Opening& opening) { opening.broadcast.proofs.clear(); }),
                 AbortReason::kMalformed);
}

TEST(ReshareLiar, AProofMovedToAnotherCoefficientIsNamed) {
  ExpectAllBlame(OpenOtherwise<ReshareScript>([](PartyIndex, dkg::Opening& opening) {
                   std::swap(opening.broadcast.proofs[1], opening.broadcast.proofs[2]);
                 }),
                 AbortReason::kProof);
}

TEST(ReshareLiar, ARogueCoefficientIsNamedForLackOfAProof) {
  ReshareScript script;
  script.after_start = [](PartyIndex self, reshare::AwaitingCommitments& state, dkg::Commitment& message) {
    if (self != PartyIndex{2}) return;
    Point& coefficient = state.dealing->opening.coefficients[1];
    coefficient = *curve::Add(coefficient.Negate(), curve::MulBase(Scalar::FromU64(5)));
    Recommit(state, message);
  };
  ExpectAllBlame(script, AbortReason::kProof);
}

TEST(ReshareLiar, AWrongShareIsNamedByItsReceiverAlone) {
  const auto script = OpenOtherwise<ReshareScript>([](PartyIndex to, dkg::Opening& opening) {
    Scalar& share = opening.share.ExposeMutable();
    if (to == PartyIndex{5}) share = share + Scalar::FromU64(1);
  });
  const ReshareRun run = RunLiar(script);
  ExpectAbort(run, {5}, {AbortReason::kShare, PartyIndex{2}}, "receiver");
  EXPECT_EQ(run.aborts.size(), 1u);
  ExpectHarmless(run, {2}, "");
}

TEST(ReshareLiar, AJoinerThatCommitsIsNamed) {
  const Committee from = MakeCommittee(2, 3, kSeed + 3);
  ReshareScript script;
  script.after_start = [](PartyIndex self, reshare::AwaitingCommitments& state, dkg::Commitment& message) {
    if (self != PartyIndex{4}) return;
    message.commitment[0] = 1;
    state.sent = message;
  };
  const ReshareRun run =
      RunReshare(from, MakeReshareProposal(from, {{1}, {2}}, 2, 4, {{1}, {2}, {4}}), kSeed, script);
  ExpectAbort(run, {1}, {AbortReason::kMalformed, PartyIndex{4}}, "dealer");
}

TEST(ReshareLiar, DifferentOpeningsToDifferentHoldersActivateNothing) {
  crypto::SeededRng rng(3);
  std::optional<sharing::Polynomial> polynomial;
  ReshareScript script;
  script.after_start = [&](PartyIndex self, reshare::AwaitingCommitments& state, dkg::Commitment&) {
    if (self == PartyIndex{2}) {
      crypto::SeededRng unused(1);
      polynomial =
          sharing::Polynomial::WithConstant(state.dealing->polynomial.coefficients()[0].Clone(), 3, unused);
    }
  };
  script.after_open = [&](PartyIndex self, reshare::AwaitingOpenings& state,
                          protocol::Outbox<dkg::Opening>& out) {
    if (self != PartyIndex{2}) return;
    dkg::OpeningBroadcast& broadcast = out.at({3}).broadcast;  // a valid proof, but another one
    broadcast.proofs[0] = proof::ProveDlog(dkg::CoefficientUse(dkg::kResharing, state.sid, self, 0),
                                           polynomial->coefficients()[0], broadcast.coefficients[0], rng);
  };
  const ReshareRun run = RunLiar(script);
  EXPECT_EQ(run.confirmed.size(), 5u);
  EXPECT_TRUE(run.Activated().shares.empty());
}

// ---- many keys at once ----

// Two honest nodes refresh three keys; what reaches node 2 of some of them is spoilt.
std::vector<std::string> VerdictsOfBatch(const std::function<void(std::size_t, dkg::Opening&)>& spoil) {
  crypto::SeededRng rng(5);
  std::vector<reshare::Received> received;
  for (std::size_t key = 0; key < 3; ++key) {
    const Committee from = MakeCommittee(2, 2, kSeed + 10 + key);
    const reshare::Proposal proposal = MakeReshareProposal(from, AllOf(2), 2, 2, AllOf(2));
    auto one = reshare::Start(proposal, from.facts(), from.shares.at({1}), rng).value();
    auto two = reshare::Start(proposal, from.facts(), from.shares.at({2}), rng).value();
    auto opened_one = reshare::Open(std::move(one.next), {{{2}, two.out}}, rng).value();
    auto opened_two = reshare::Open(std::move(two.next), {{{1}, one.out}}, rng).value();
    spoil(key, opened_one.out.at({2}));
    received.push_back({std::move(opened_two.next), {}});
    received.back().inbox.emplace(PartyIndex{1}, std::move(opened_one.out.at({2})));
  }
  std::vector<std::string> out;
  for (const auto& outcome : reshare::ConfirmAll(std::move(received), NodeKey({2}), rng)) {
    out.push_back(outcome.ok() ? "confirmed" : Describe(outcome.error()));
  }
  return out;
}

using Verdicts = std::vector<std::string>;

TEST(ReshareBatch, AllKeysAreConfirmedTogether) {
  EXPECT_EQ(VerdictsOfBatch([](std::size_t, dkg::Opening&) {}),
            (Verdicts{"confirmed", "confirmed", "confirmed"}));
}

TEST(ReshareBatch, OnlyTheKeysWithALieStopAndEachNamesTheLiar) {
  const std::string share = Describe({AbortReason::kShare, PartyIndex{1}});
  const std::string proof = Describe({AbortReason::kProof, PartyIndex{1}});
  const auto add_one = [](Scalar& scalar) { scalar = scalar + Scalar::FromU64(1); };
  EXPECT_EQ(VerdictsOfBatch([&](std::size_t key, dkg::Opening& opening) {
              if (key == 1) add_one(opening.share.ExposeMutable());
            }),
            (Verdicts{"confirmed", share, "confirmed"}));
  EXPECT_EQ(VerdictsOfBatch([&](std::size_t key, dkg::Opening& opening) {
              if (key == 0) add_one(opening.broadcast.proofs[1].response);
              if (key == 2) add_one(opening.share.ExposeMutable());
            }),
            (Verdicts{proof, "confirmed", share}));
}

// Two lies that cancel if every equation has the weight 1.
TEST(ReshareBatch, LiesThatCancelAreFound) {
  const std::string share = Describe({AbortReason::kShare, PartyIndex{1}});
  EXPECT_EQ(VerdictsOfBatch([&](std::size_t key, dkg::Opening& opening) {
              Scalar& scalar = opening.share.ExposeMutable();
              if (key == 0) scalar = scalar + Scalar::FromU64(1);
              if (key == 1) scalar = scalar - Scalar::FromU64(1);
            }),
            (Verdicts{share, share, "confirmed"}));
}

TEST(ReshareBatch, AKeyThatStopsBeforeItsEquationsLeavesTheOthersAlone) {
  EXPECT_EQ(VerdictsOfBatch([](std::size_t key, dkg::Opening& opening) {
              if (key == 1) opening.broadcast.echo[0] ^= 1;
            }),
            (Verdicts{"confirmed", Describe({AbortReason::kEquivocation, {}}), "confirmed"}));
}

}  // namespace
}  // namespace passport::test
