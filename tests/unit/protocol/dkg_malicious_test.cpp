// Key generation with one dealer who lies, in every field of every message and in what he deals.
#include <gtest/gtest.h>

#include "tests/unit/protocol/dkg_network.h"
#include "tests/unit/protocol/mutation.h"
#include "trusted/sharing/encoding.h"

namespace passport::test {
namespace {

using curve::Point;
using curve::Scalar;
using protocol::Abort;
using protocol::AbortReason;

constexpr std::uint64_t kSeed = 100;

void ExpectAbort(const DkgRun& run, PartyIndex party, const Abort& expected, const std::string& what) {
  const auto abort = run.aborts.find(party);
  ASSERT_NE(abort, run.aborts.end()) << what << ": no abort";
  EXPECT_EQ(Describe(abort->second), Describe(expected)) << what;
  EXPECT_FALSE(run.certificates.contains(party)) << what;
}

// ---- dealers who lie consistently ----

// Replaces what party commits to and opens later.
void Recommit(dkg::AwaitingCommitments& state, dkg::Commitment& message) {
  Writer value;
  for (const Point& point : state.opening.coefficients) value.Raw(point.Encode());
  value.Raw(state.opening.chain_code_part);
  message.commitment = proof::Commit(crypto::tag::kKgCom, state.run.context, state.run.self,
                                     state.opening.salt, {value.bytes()});
  state.sent = message;
}

// Runs with a scripted dealer 2 of 3-of-5, who says nothing more after round 2, and expects everybody else to
// name him.
void ExpectAllBlame(DkgScript script, AbortReason reason) {
  script.dead_after_round_2 = {{2}};
  const DkgRun run = RunDkg(MakeProposal(3, 5), kSeed, script);
  for (const std::uint16_t party : {std::uint16_t{1}, std::uint16_t{3}, std::uint16_t{4}, std::uint16_t{5}}) {
    ExpectAbort(run, {party}, {reason, PartyIndex{2}}, "party " + std::to_string(party));
  }
  EXPECT_TRUE(run.certificates.empty());
}

DkgScript DealWithDegree(std::size_t coefficients) {
  DkgScript script;
  script.after_start = [=](PartyIndex self, dkg::AwaitingCommitments& state, dkg::Commitment& message) {
    if (self != PartyIndex{2}) return;
    crypto::SeededRng rng(1);
    state.polynomial = sharing::Polynomial::Random(coefficients, rng);
    state.opening.coefficients = state.polynomial.Commit();
    Recommit(state, message);
  };
  return script;
}

TEST(DkgLiar, RaisedThresholdIsRefused) { ExpectAllBlame(DealWithDegree(4), AbortReason::kMalformed); }

TEST(DkgLiar, ShortPolynomialIsRefused) { ExpectAllBlame(DealWithDegree(2), AbortReason::kMalformed); }

TEST(DkgLiar, PolynomialOfTheRightDegreeIsNot) {
  const DkgRun run = RunDkg(MakeProposal(3, 5), kSeed, DealWithDegree(3));
  EXPECT_EQ(run.certificates.size(), 5u);
}

TEST(DkgLiar, EmptyProofVectorIsRefused) {
  ExpectAllBlame(
      OpenOtherwise<DkgScript>([](PartyIndex, dkg::Opening& opening) { opening.broadcast.proofs.clear(); }),
      AbortReason::kMalformed);
}

TEST(DkgLiar, WrongShareIsBlamedByItsReceiverAlone) {
  const auto script = OpenOtherwise<DkgScript>([](PartyIndex to, dkg::Opening& opening) {
    Scalar& share = opening.share.ExposeMutable();
    if (to == PartyIndex{4}) share = share + Scalar::FromU64(1);
  });
  const DkgRun run = RunDkg(MakeProposal(3, 5), kSeed, script);
  ExpectAbort(run, {4}, {AbortReason::kShare, PartyIndex{2}}, "receiver");
  // The others confirm, but no confirmation of party 4 comes.
  ExpectAbort(run, {1}, {AbortReason::kConfirmation, {}}, "another");
}

TEST(DkgLiar, RogueConstantTermIsRefusedForLackOfAProof) {
  const DkgRun honest = RunDkg(MakeProposal(3, 5), kSeed);
  const Result<dkg::Opening> first = dkg::Opening::Parse(honest.wire.sent({2, {1}, {2}}));
  ASSERT_TRUE(first.ok());
  const Point victim = first.value().broadcast.coefficients[0];
  DkgScript script;
  script.after_start = [&](PartyIndex self, dkg::AwaitingCommitments& state, dkg::Commitment& message) {
    if (self != PartyIndex{2}) return;
    state.opening.coefficients[0] = *curve::Add(curve::MulBase(Scalar::FromU64(5)), victim.Negate());
    Recommit(state, message);
  };
  ExpectAllBlame(script, AbortReason::kProof);
}

TEST(DkgLiar, ReplayedCommitmentAndOpeningOfAnotherDealerAreRefused) {
  dkg::Commitment stolen_commitment;
  dkg::OpeningBroadcast stolen_opening;
  DkgScript script;
  script.after_start = [&](PartyIndex self, dkg::AwaitingCommitments& state, dkg::Commitment& message) {
    if (self == PartyIndex{1}) stolen_commitment = message;
    if (self != PartyIndex{2}) return;
    message.commitment = stolen_commitment.commitment;
    state.sent = message;
  };
  script.after_open = [&](PartyIndex self, dkg::AwaitingOpenings&, protocol::Outbox<dkg::Opening>& out) {
    if (self == PartyIndex{1}) stolen_opening = out.at({2}).broadcast;
    if (self != PartyIndex{2}) return;
    for (auto& [peer, message] : out) {
      message.broadcast = stolen_opening;
      message.broadcast.header.from = self;
    }
  };
  ExpectAllBlame(script, AbortReason::kCommitment);
}

TEST(DkgLiar, CommitmentToSomethingElseIsBlamedOnTheDealer) {
  DkgScript script;
  script.after_start = [](PartyIndex self, dkg::AwaitingCommitments& state, dkg::Commitment& message) {
    if (self != PartyIndex{2}) return;
    message.commitment[0] ^= 1;
    state.sent = message;
  };
  ExpectAllBlame(script, AbortReason::kCommitment);
}

TEST(DkgLiar, ProofMovedToAnotherCoefficientIsRefused) {
  ExpectAllBlame(OpenOtherwise<DkgScript>([](PartyIndex, dkg::Opening& opening) {
                   std::swap(opening.broadcast.proofs[0], opening.broadcast.proofs[1]);
                 }),
                 AbortReason::kProof);
}

// A polynomial that a test can make twice.
sharing::Polynomial KnownPolynomial(std::size_t coefficients) {
  crypto::SeededRng rng(4);
  return sharing::Polynomial::Random(coefficients, rng);
}

TEST(DkgLiar, CancellingCommitmentsAreAnIdentityThatNobodyIsBlamedFor) {
  // Two dealers in league: the second one deals the negated polynomial, with proofs that hold.
  crypto::SeededRng rng(2);
  const dkg::Proposal proposal = MakeProposal(2, 2);
  auto one = dkg::Start(proposal, {1}, rng).value();
  auto two = dkg::Start(proposal, {2}, rng).value();
  one.next.polynomial = KnownPolynomial(2);
  one.next.opening.coefficients = one.next.polynomial.Commit();
  Recommit(one.next, one.out);
  two.next.opening.coefficients.clear();
  for (const Point& point : one.next.opening.coefficients) {
    two.next.opening.coefficients.push_back(point.Negate());
  }
  Recommit(two.next, two.out);
  auto opened_one = dkg::Open(std::move(one.next), {{{2}, two.out}}, rng).value();
  auto opened_two = dkg::Open(std::move(two.next), {{{1}, one.out}}, rng).value();

  const sharing::Polynomial polynomial = KnownPolynomial(2);
  dkg::Opening lie = std::move(opened_two.out.at({1}));
  for (const std::uint16_t k : {std::uint16_t{0}, std::uint16_t{1}}) {
    const curve::SecretScalar negated(polynomial.coefficients()[k].Expose().Negate());
    lie.broadcast.proofs[k] = proof::ProveDlog({crypto::tag::kPokKg, opened_one.next.sid, {2}, k}, negated,
                                               lie.broadcast.coefficients[k], rng);
  }
  lie.share = curve::SecretScalar(opened_one.next.own_part.Expose().Negate());
  protocol::Inbox<dkg::Opening> inbox;
  inbox.emplace(PartyIndex{2}, std::move(lie));
  const auto confirmed = dkg::Confirm(std::move(opened_one.next), std::move(inbox), NodeKey({1}), rng);
  ASSERT_FALSE(confirmed.ok());
  EXPECT_EQ(Describe(confirmed.error()), Describe({AbortReason::kIdentity, {}}));
}

// a (x - 3): what party 3 gets from dealer 2 is zero, and the point that it is compared with the identity.
TEST(DkgDealer, ShareOfZeroIsLegal) {
  const Scalar slope = Scalar::FromU64(11);
  const auto value_at = [&](std::uint64_t x) { return slope * (Scalar::FromU64(x) - Scalar::FromU64(3)); };
  crypto::SeededRng rng(6);
  DkgScript script;
  script.after_start = [&](PartyIndex self, dkg::AwaitingCommitments& state, dkg::Commitment& message) {
    if (self != PartyIndex{2}) return;
    state.opening.coefficients = {*curve::MulBase(value_at(0)), *curve::MulBase(slope)};
    Recommit(state, message);
  };
  script.after_open = [&](PartyIndex self, dkg::AwaitingOpenings& state,
                          protocol::Outbox<dkg::Opening>& out) {
    if (self != PartyIndex{2}) return;
    for (const std::uint16_t k : {std::uint16_t{0}, std::uint16_t{1}}) {
      state.sent.proofs[k] = proof::ProveDlog({crypto::tag::kPokKg, state.sid, self, k},
                                              curve::SecretScalar(k == 0 ? value_at(0) : slope),
                                              state.sent.coefficients[k], rng);
    }
    state.own_part = curve::SecretScalar(value_at(2));
    for (auto& [peer, message] : out) {
      message = dkg::Opening{state.sent, curve::SecretScalar(value_at(peer.value))};
    }
    EXPECT_TRUE(out.at({3}).share.Expose().IsZero());
  };
  const DkgRun run = RunDkg(MakeProposal(2, 3), kSeed, script);
  EXPECT_TRUE(run.aborts.empty());
  EXPECT_EQ(run.certificates.size(), 3u);
}

TEST(DkgLiar, DifferentOpeningsToDifferentDealersActivateNothing) {
  // The proofs that party 3 sees are made anew: valid, but another broadcast.
  crypto::SeededRng rng(3);
  DkgScript script;
  script.after_start = [](PartyIndex self, dkg::AwaitingCommitments& state, dkg::Commitment& message) {
    if (self != PartyIndex{2}) return;
    state.polynomial = KnownPolynomial(3);
    state.opening.coefficients = state.polynomial.Commit();
    Recommit(state, message);
  };
  script.after_open = [&](PartyIndex self, dkg::AwaitingOpenings& state,
                          protocol::Outbox<dkg::Opening>& out) {
    if (self != PartyIndex{2}) return;
    dkg::OpeningBroadcast& broadcast = out.at({3}).broadcast;
    broadcast.proofs[0] =
        proof::ProveDlog({crypto::tag::kPokKg, state.sid, self, 0}, KnownPolynomial(3).coefficients()[0],
                         broadcast.coefficients[0], rng);
  };
  const DkgRun run = RunDkg(MakeProposal(3, 5), kSeed, script);
  for (std::uint16_t party = 1; party <= 5; ++party) {
    ExpectAbort(run, {party}, {AbortReason::kConfirmation, {}}, "party " + std::to_string(party));
  }
}

TEST(DkgLiar, ConfirmationBySomebodyWithoutARowIsRefused) {
  const DkgRun honest = RunDkg(MakeProposal(2, 3), kSeed);
  const Result<dkg::Confirmation> message = dkg::Confirmation::Parse(honest.wire.sent({3, {1}, {2}}));
  ASSERT_TRUE(message.ok());
  for (const PartyIndex stranger : {PartyIndex{2}, PartyIndex{4}}) {
    dkg::AwaitingConfirmations state{{MakeProposal(2, 3), {2}, MakeProposal(2, 3).Context()},
                                     honest.certificates.at({2}).facts,
                                     message.value().digest,
                                     {}};
    const auto outcome = dkg::Finish(std::move(state), {{stranger, message.value()}}, MakeRoster(3), 2);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().reason, AbortReason::kWrongQuorum);
  }
}

}  // namespace
}  // namespace passport::test
