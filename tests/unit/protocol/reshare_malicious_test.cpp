// Resharing with one dealer who lies, in every field of every message and in what he deals.
#include <gtest/gtest.h>

#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/reshare_network.h"

namespace passport::test {
namespace {

using curve::Point;
using curve::Scalar;
using protocol::Abort;
using protocol::AbortReason;

constexpr PartyIndex kLiar{1};
constexpr PartyIndex kOther{2};
constexpr PartyIndex kVictim{4};  // joins
constexpr std::uint64_t kSeed = 400;

const std::vector<Field> kHeaderFields = {
    {"version", 0, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"round", 1, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"from", 2, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"context", 4, 32, FieldType::kOpaque, AbortReason::kWrongSession, false},
};

// What the victim says when a field of the liar's message to him alone has changed, with t' = 2.
const std::map<int, std::vector<Field>> kFields = {
    {1,
     {{"commitment", 36, 32, FieldType::kOpaque, AbortReason::kEquivocation, false},
      {"nonce", 68, 32, FieldType::kOpaque, AbortReason::kEquivocation, false}}},
    {2,
     {{"coefficient count", 36, 2, FieldType::kFixed, AbortReason::kMalformed, true},
      {"coefficient 0", 38, 33, FieldType::kPoint, AbortReason::kCommitment, true},
      {"coefficient 1", 71, 33, FieldType::kPoint, AbortReason::kCommitment, true},
      {"chain code", 104, 32, FieldType::kOpaque, AbortReason::kMalformed, true},
      {"salt", 136, 32, FieldType::kOpaque, AbortReason::kCommitment, true},
      {"proof count", 168, 2, FieldType::kFixed, AbortReason::kMalformed, true},
      {"proof 0 nonce", 170, 33, FieldType::kPoint, AbortReason::kProof, true},
      {"proof 0 response", 203, 32, FieldType::kScalar, AbortReason::kProof, true},
      {"proof 1 nonce", 235, 33, FieldType::kPoint, AbortReason::kProof, true},
      {"proof 1 response", 268, 32, FieldType::kScalar, AbortReason::kProof, true},
      {"echo", 300, 32, FieldType::kOpaque, AbortReason::kEquivocation, false},
      {"share", 332, 32, FieldType::kScalar, AbortReason::kShare, true}}},
};

void ExpectAbort(const ReshareRun& run, PartyIndex party, const Abort& expected, const std::string& what) {
  const auto abort = run.aborts.find(party);
  ASSERT_NE(abort, run.aborts.end()) << what << ": no abort";
  EXPECT_EQ(Describe(abort->second), Describe(expected)) << what;
  EXPECT_FALSE(run.confirmed.contains(party)) << what;
}

// No honest party is blamed by anybody, and nobody activates.
void ExpectHarmless(const ReshareRun& run, PartyIndex liar, const std::string& what) {
  for (const auto& [party, abort] : run.aborts) {
    if (party != liar && abort.culprit) {
      EXPECT_EQ(*abort.culprit, liar) << what;
    }
  }
  EXPECT_TRUE(run.Activated().shares.empty()) << what;
}

class ReshareMatrix : public testing::TestWithParam<int> {
 protected:
  void Check(const Mutation& mutation, const Abort& expected) {
    const int round = GetParam();
    ReshareScript script;
    script.tamper = [&](const Route& route, Bytes& message) {
      if (route == Route{round, kLiar, kVictim}) message = mutation.message;
    };
    const ReshareRun run = RunReshare(from_, proposal_, kSeed, script);
    const std::string what = "round " + std::to_string(round) + ", " + mutation.name;
    ExpectAbort(run, kVictim, expected, what);
    ExpectHarmless(run, kLiar, what);
  }

  void CheckField(const Field& field) {
    const int round = GetParam();
    const Bytes honest = honest_.wire.sent({round, kLiar, kVictim});
    const Bytes other_peer = honest_.wire.sent({round, kOther, kVictim});
    const Bytes other_session = other_session_.wire.sent({round, kLiar, kVictim});
    const std::optional<PartyIndex> blamed = field.blames ? std::optional(kLiar) : std::nullopt;
    for (const Mutation& mutation : MutationsOf({field}, 0, {honest, other_peer, other_session})) {
      // A dealer that commits to nothing contradicts the proposal in his own message.
      const bool is_malformed = !mutation.decodes || mutation.name == "commitment: zero";
      Check(mutation, is_malformed ? Abort{AbortReason::kMalformed, kLiar} : Abort{field.reason, blamed});
    }
  }

  static reshare::Proposal ProposalWith(const Committee& from, std::uint8_t digest) {
    reshare::Proposal out = MakeReshareProposal(from, {{1}, {2}}, 2, 4, {{1}, {2}, {4}});
    out.digest.fill(digest);
    return out;
  }

  const Committee from_ = MakeCommittee(2, 3, kSeed);
  const reshare::Proposal proposal_ = ProposalWith(from_, 1);
  const ReshareRun honest_ = RunReshare(from_, proposal_, kSeed);
  const ReshareRun other_session_ = RunReshare(from_, ProposalWith(from_, 2), kSeed + 1);
};

TEST_P(ReshareMatrix, EveryChangedFieldGivesItsVerdict) {
  ASSERT_EQ(honest_.Activated().shares.size(), 3u);
  for (const Field& field : kHeaderFields) CheckField(field);
  for (const Field& field : kFields.at(GetParam())) CheckField(field);
}

TEST_P(ReshareMatrix, FieldsCoverTheWholeMessage) {
  std::size_t covered = 0;
  for (const std::vector<Field>* fields : {&kHeaderFields, &kFields.at(GetParam())}) {
    for (const Field& field : *fields) {
      EXPECT_EQ(field.offset, covered) << field.name;
      covered += field.size;
    }
  }
  EXPECT_EQ(covered, honest_.wire.sent({GetParam(), kLiar, kVictim}).size());
}

TEST_P(ReshareMatrix, MessagesOfAnotherSizeRoundPeerOrSessionAreRefused) {
  const int round = GetParam();
  for (const Mutation& mutation : WrongSizesOf(honest_.wire.sent({round, kLiar, kVictim}))) {
    Check(mutation, {AbortReason::kMalformed, kLiar});
  }
  Check({"another round's", honest_.wire.sent({3 - round, kLiar, kVictim}), false},
        {AbortReason::kMalformed, kLiar});
  Check({"another peer's", honest_.wire.sent({round, kOther, kVictim}), true},
        {AbortReason::kWrongSession, {}});
  Check({"another session's", other_session_.wire.sent({round, kLiar, kVictim}), true},
        {AbortReason::kWrongSession, {}});
}

INSTANTIATE_TEST_SUITE_P(Rounds, ReshareMatrix, testing::Values(1, 2));

// The confirmation: a notice with another bit is dropped or counts for nothing, and blames nobody.
TEST(ReshareLiar, ANoticeWithAnyChangedByteActivatesNothing) {
  const Committee from = MakeCommittee(2, 3, kSeed);
  const reshare::Proposal proposal = MakeReshareProposal(from, {{1}, {2}}, 2, 3, {{1}, {2}});
  const std::size_t size = RunReshare(from, proposal, kSeed).wire.sent({3, {1}, {2}}).size();
  for (std::size_t i = 0; i < size; i += 3) {
    ReshareScript script;
    script.tamper = [&](const Route& route, Bytes& message) {
      if (route == Route{3, {1}, {2}}) message[i] ^= 1;
    };
    const ReshareRun run = RunReshare(from, proposal, kSeed, script);
    EXPECT_FALSE(run.Activated().shares.contains({2})) << i;
    EXPECT_TRUE(run.aborts.empty()) << i;
  }
}

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
  ReshareScript script;
  script.after_open = [](PartyIndex self, reshare::AwaitingOpenings&, protocol::Outbox<dkg::Opening>& out) {
    if (self != PartyIndex{2}) return;
    for (auto& [peer, message] : out) message.broadcast.proofs.clear();
  };
  ExpectAllBlame(script, AbortReason::kMalformed);
}

TEST(ReshareLiar, AProofMovedToAnotherCoefficientIsNamed) {
  ReshareScript script;
  script.after_open = [](PartyIndex self, reshare::AwaitingOpenings&, protocol::Outbox<dkg::Opening>& out) {
    if (self != PartyIndex{2}) return;
    for (auto& [peer, message] : out) std::swap(message.broadcast.proofs[1], message.broadcast.proofs[2]);
  };
  ExpectAllBlame(script, AbortReason::kProof);
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
  ReshareScript script;
  script.after_open = [](PartyIndex self, reshare::AwaitingOpenings&, protocol::Outbox<dkg::Opening>& out) {
    if (self != PartyIndex{2}) return;
    Scalar& share = out.at({5}).share.ExposeMutable();
    share = share + Scalar::FromU64(1);
  };
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
