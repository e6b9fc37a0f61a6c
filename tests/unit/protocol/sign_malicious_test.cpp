// Signing with one party who lies in some field of some message: exact verdict, nothing released.
#include <gtest/gtest.h>

#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/sign_network.h"

namespace passport::test {
namespace {

using curve::Scalar;
using protocol::Abort;
using protocol::AbortReason;

constexpr PartyIndex kLiar{1};
constexpr PartyIndex kVictim{2};
constexpr PartyIndex kOther{3};
constexpr std::uint64_t kSeed = 300;
const Parties kQuorum{{1}, {2}, {3}};

const std::vector<Field> kHeaderFields = {
    {"version", 0, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"round", 1, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"from", 2, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"to", 4, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"ssid", 6, 32, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"setup id", 38, 32, FieldType::kOpaque, AbortReason::kWrongSession, false},
};

// The tables of dkls23.md 6.5 and 10.2, as the victim of a change to one message sees it with t = 3. The
// commitment is echoed, so that a party who alone sees another one stops with equivocation and blames nobody.
const std::vector<Field> kRound1 = {
    {"commitment", 70, 32, FieldType::kOpaque, AbortReason::kEquivocation, false},
    {"n_B", 102, 32, FieldType::kOpaque, AbortReason::kExtensionCheck, true},
    {"u", 134, 2560, FieldType::kOpaque, AbortReason::kExtensionCheck, true},
    {"x~", 2694, 16, FieldType::kOpaque, AbortReason::kExtensionCheck, true},
    {"h", 2710, 32, FieldType::kOpaque, AbortReason::kExtensionCheck, true},
};
const std::vector<Field> kRound2 = {
    {"R_i", 70, 33, FieldType::kPoint, AbortReason::kCommitment, true},
    {"salt", 103, 32, FieldType::kOpaque, AbortReason::kCommitment, true},
    {"pk_i", 135, 33, FieldType::kPoint, AbortReason::kConsistencyCheck, true},
    {"echo", 168, 32, FieldType::kOpaque, AbortReason::kEquivocation, false},
    {"n_A", 200, 32, FieldType::kOpaque, AbortReason::kMultiplicationCheck, true},
    {"a~ first row, first input", 232, 32, FieldType::kScalar, AbortReason::kMultiplicationCheck, true},
    {"a~ first row, second input", 264, 32, FieldType::kScalar, AbortReason::kMultiplicationCheck, true},
    {"a~ first row, check column", 296, 32, FieldType::kScalar, AbortReason::kMultiplicationCheck, true},
    {"a~ last row, check column", 40136, 32, FieldType::kScalar, AbortReason::kMultiplicationCheck, true},
    {"eta", 40168, 32, FieldType::kScalar, AbortReason::kMultiplicationCheck, true},
    {"mu", 40200, 32, FieldType::kOpaque, AbortReason::kMultiplicationCheck, true},
    {"Gamma^u", 40232, 33, FieldType::kPoint, AbortReason::kConsistencyCheck, true},
    {"Gamma^v", 40265, 33, FieldType::kPoint, AbortReason::kConsistencyCheck, true},
    {"psi", 40298, 32, FieldType::kScalar, AbortReason::kBadSignature, false},
};
const std::vector<Field> kRound3 = {
    {"version", 0, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"round", 1, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"from", 2, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"ssid", 4, 32, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"u_i", 36, 32, FieldType::kScalar, AbortReason::kBadSignature, false},
    {"w_i", 68, 32, FieldType::kScalar, AbortReason::kBadSignature, false},
};

void ExpectAbort(const SignRun& run, PartyIndex party, const Abort& expected, const std::string& what) {
  const auto abort = run.aborts.find(party);
  ASSERT_NE(abort, run.aborts.end()) << what << ": no abort";
  EXPECT_EQ(Describe(abort->second), Describe(expected)) << what;
  EXPECT_FALSE(run.signatures.contains(party)) << what;
}

class SignMatrix : public testing::Test {
 protected:
  // Runs with one message of round 1 or 2 from liar to victim changed, and checks what the victim says.
  void Check(int round, const Mutation& mutation, const Abort& expected) {
    if (round == 3) return CheckShare(mutation, expected);
    // Two verdicts need what the others say later: the echo of round 1 and the final signature.
    const bool needs_all = expected.reason == AbortReason::kBadSignature ||
                           (round == 1 && expected.reason == AbortReason::kEquivocation);
    SignScript script;
    if (!needs_all) script.alone_after = {round, kVictim};
    script.tamper = [&](const Route& route, Bytes& message) {
      if (route == Route{round, kLiar, kVictim}) message = mutation.message;
    };
    const SignRun run = RunSign(cluster_, kQuorum, kSeed, script);
    const std::string what = "round " + std::to_string(round) + ", " + mutation.name;
    ExpectAbort(run, kVictim, expected, what);
    // Whoever failed a check has sent nothing of the next round.
    if (needs_all) return;
    EXPECT_EQ(run.wire.HasSent({2, kVictim, kLiar}), round == 2) << what;
    EXPECT_FALSE(run.wire.HasSent({3, kVictim, kLiar})) << what;
  }

  // The same for round 3, where the honest run's messages are combined once more.
  void CheckShare(const Mutation& mutation, const Abort& expected) {
    std::map<PartyIndex, sign::SignatureShare> shares;
    for (const auto& [from, message] :
         std::map<PartyIndex, Bytes>{{kLiar, mutation.message},
                                     {kVictim, honest_.wire.sent({3, kVictim, kLiar})},
                                     {kOther, honest_.wire.sent({3, kOther, kVictim})}}) {
      const Result<sign::SignatureShare> share = sign::SignatureShare::Parse(message);
      if (!share.ok()) {
        EXPECT_EQ(Describe({AbortReason::kMalformed, from}), Describe(expected)) << mutation.name;
        return;
      }
      shares.emplace(from, share.value());
    }
    const auto outcome = sign::Combine(honest_.combinations.at(kVictim), MakeDigest(1), shares);
    ASSERT_FALSE(outcome.ok()) << mutation.name;
    EXPECT_EQ(Describe(outcome.error()), Describe(expected)) << mutation.name;
  }

  void CheckFields(int round, const std::vector<Field>& fields) {
    const Bytes honest = honest_.wire.sent({round, kLiar, kVictim});
    const Bytes other_peer = honest_.wire.sent({round, kOther, kVictim});
    const Bytes other_session = other_session_.wire.sent({round, kLiar, kVictim});
    for (const Field& field : fields) {
      const std::optional<PartyIndex> blamed = field.blames ? std::optional(kLiar) : std::nullopt;
      for (const Mutation& mutation : MutationsOf(field, honest, other_peer, other_session)) {
        Check(round, mutation,
              mutation.decodes ? Abort{field.reason, blamed} : Abort{AbortReason::kMalformed, kLiar});
      }
    }
  }

  const Cluster cluster_{3, 3, 1};
  const SignRun honest_ = RunSign(cluster_, kQuorum, kSeed);
  const SignRun other_session_ = RunSign(cluster_, kQuorum, kSeed + 1);
};

TEST_F(SignMatrix, RunIsGoodWhenNothingIsChanged) { EXPECT_EQ(honest_.signatures.size(), 3u); }

TEST_F(SignMatrix, EveryChangedHeaderGivesItsVerdict) {
  CheckFields(1, kHeaderFields);
  CheckFields(2, kHeaderFields);
}

TEST_F(SignMatrix, EveryChangedFieldOfRound1GivesItsVerdict) { CheckFields(1, kRound1); }

TEST_F(SignMatrix, EveryChangedFieldOfRound2GivesItsVerdict) { CheckFields(2, kRound2); }

TEST_F(SignMatrix, EveryChangedFieldOfRound3GivesItsVerdict) { CheckFields(3, kRound3); }

TEST_F(SignMatrix, MessageOfAnotherSizeIsMalformed) {
  for (const int round : {1, 2, 3}) {
    for (const Mutation& mutation : WrongSizesOf(honest_.wire.sent({round, kLiar, kVictim}))) {
      Check(round, mutation, {AbortReason::kMalformed, kLiar});
    }
  }
}

TEST_F(SignMatrix, WholeMessageOfAnotherPeerReceiverOrSessionIsAWrongSession) {
  for (const int round : {1, 2, 3}) {
    Check(round, {"another peer's message", honest_.wire.sent({round, kOther, kVictim}), true},
          {AbortReason::kWrongSession, {}});
    Check(round, {"another session's message", other_session_.wire.sent({round, kLiar, kVictim}), true},
          {AbortReason::kWrongSession, {}});
    if (round == 3) continue;
    Check(round, {"another receiver's message", honest_.wire.sent({round, kLiar, kOther}), true},
          {AbortReason::kWrongSession, {}});
  }
}

TEST_F(SignMatrix, MessageOfAnotherRoundIsMalformed) {
  Check(1, {"round 2 in round 1", honest_.wire.sent({2, kLiar, kVictim}), false},
        {AbortReason::kMalformed, kLiar});
  Check(2, {"round 1 in round 2", honest_.wire.sent({1, kLiar, kVictim}), false},
        {AbortReason::kMalformed, kLiar});
}

TEST(SignVerdicts, FieldsCoverWholeMessages) {
  std::size_t covered = 0;
  const auto cover = [&](const std::vector<Field>& fields) {
    for (const Field& field : fields) {
      // Of the 1,248 scalars of a~ the first three and the last one are tried.
      if (field.name == "a~ last row, check column") covered = 232 + 39936 - 32;
      EXPECT_EQ(field.offset, covered) << field.name;
      covered += field.size;
    }
  };
  cover(kHeaderFields);
  cover(kRound1);
  EXPECT_EQ(covered, sign::Header::kSize + sign::NonceCommitment::kPayloadSize);
  covered = sign::Header::kSize;
  cover(kRound2);
  EXPECT_EQ(covered, sign::Header::kSize + sign::Multiplication::kPayloadSize);
  covered = 0;
  cover(kRound3);
  EXPECT_EQ(covered, sign::SignatureShare::kHeaderSize + sign::SignatureShare::kPayloadSize);
}

TEST(SignVerdicts, ExactlyTheThreePairwiseChecksBurnThePair) {
  for (std::uint16_t reason = 1; reason <= 17; ++reason) {
    const bool expected = reason >= 10 && reason <= 12;
    EXPECT_EQ(protocol::BurnsPair(static_cast<AbortReason>(reason)), expected) << reason;
  }
}

// ---- parties who lie consistently ----

TEST(SignLiar, CommitmentToAnotherNonceIsBlamedByAll) {
  const Cluster cluster(3, 3, 2);
  SignScript script;
  script.after_start = [](PartyIndex self, sign::AwaitingCommitments& state,
                          protocol::Outbox<sign::NonceCommitment>& out) {
    if (self != kLiar) return;
    state.commitment[0] ^= 1;
    for (auto& [peer, message] : out) message.commitment = state.commitment;
  };
  const SignRun run = RunSign(cluster, kQuorum, kSeed, script);
  ExpectAbort(run, kVictim, {AbortReason::kCommitment, kLiar}, "victim");
  ExpectAbort(run, kOther, {AbortReason::kCommitment, kLiar}, "other");
}

TEST(SignLiar, ReplayedCommitmentOfAnotherPartyDoesNotOpen) {
  const Cluster cluster(3, 3, 2);
  Hash32 stolen{};
  proof::Salt salt{};
  curve::Point nonce;
  SignScript script;
  script.after_start = [&](PartyIndex self, sign::AwaitingCommitments& state,
                           protocol::Outbox<sign::NonceCommitment>& out) {
    if (self == kLiar) {
      stolen = state.commitment;
      salt = state.salt;
      nonce = state.inputs.nonce_point;
    }
    if (self != kOther) return;
    state.commitment = stolen;
    for (auto& [peer, message] : out) message.commitment = stolen;
  };
  script.after_multiply = [&](PartyIndex self, sign::AwaitingMultiplications&,
                              protocol::Outbox<sign::Multiplication>& out) {
    if (self != kOther) return;
    for (auto& [peer, message] : out) {
      message.salt = salt;
      message.nonce = nonce;
    }
  };
  const SignRun run = RunSign(cluster, kQuorum, kSeed, script);
  ExpectAbort(run, kVictim, {AbortReason::kCommitment, kOther}, "victim");
}

TEST(SignLiar, DifferentCommitmentsToDifferentPartiesAreSeenByAll) {
  const Cluster cluster(3, 3, 2);
  SignScript script;
  script.after_start = [](PartyIndex self, sign::AwaitingCommitments&,
                          protocol::Outbox<sign::NonceCommitment>& out) {
    if (self == kLiar) out.at(kVictim).commitment[0] ^= 1;
  };
  const SignRun run = RunSign(cluster, kQuorum, kSeed, script);
  ExpectAbort(run, kVictim, {AbortReason::kEquivocation, {}}, "victim");
  ExpectAbort(run, kOther, {AbortReason::kEquivocation, {}}, "other");
}

// Uses sk_i + 1 everywhere: only the sum of the public shares shows it (A4).
SignScript WrongKeyShare() {
  SignScript script;
  script.after_start = [](PartyIndex self, sign::AwaitingCommitments& state,
                          protocol::Outbox<sign::NonceCommitment>&) {
    if (self != kLiar) return;
    Scalar& share = state.inputs.nonce_and_key[1].ExposeMutable();
    share = share + Scalar::FromU64(1);
    state.inputs.public_share = *curve::MulBase(share);
  };
  return script;
}

TEST(SignLiar, WrongKeyShareUsedEverywhereIsSeenInTheSumAndBlamedOnNobodyOfThree) {
  const Cluster cluster(3, 3, 2);
  const SignRun run = RunSign(cluster, kQuorum, kSeed, WrongKeyShare());
  ExpectAbort(run, kVictim, {AbortReason::kPublicKeySum, {}}, "victim");
  ExpectAbort(run, kOther, {AbortReason::kPublicKeySum, {}}, "other");
}

TEST(SignLiar, WrongKeyShareOfTwoIsBlamedOnTheOther) {
  const Cluster cluster(2, 2, 3);
  const SignRun run = RunSign(cluster, {{1}, {2}}, kSeed, WrongKeyShare());
  ExpectAbort(run, kVictim, {AbortReason::kPublicKeySum, kLiar}, "victim");
}

// Multiplies with another r_i than the one he showed: a valid RVOLE message, seen by check 5 alone.
TEST(SignLiar, OtherInputThanShownIsSeenByTheConsistencyCheck) {
  for (const std::size_t input : {std::size_t{0}, std::size_t{1}}) {
    const Cluster cluster(2, 2, 3);
    SignScript script;
    script.after_start = [&](PartyIndex self, sign::AwaitingCommitments& state,
                             protocol::Outbox<sign::NonceCommitment>&) {
      if (self != kLiar) return;
      Scalar& value = state.inputs.nonce_and_key[input].ExposeMutable();
      value = value + Scalar::FromU64(1);
    };
    const SignRun run = RunSign(cluster, {{1}, {2}}, kSeed, script);
    ExpectAbort(run, kVictim, {AbortReason::kConsistencyCheck, kLiar}, "input " + std::to_string(input));
  }
}

TEST(SignLiar, WrongPsiOfTwoIsSeenInTheFinalSignatureAndBlamedOnTheOther) {
  const Cluster cluster(2, 2, 3);
  SignScript script;
  script.after_multiply = [](PartyIndex self, sign::AwaitingMultiplications&,
                             protocol::Outbox<sign::Multiplication>& out) {
    if (self == kLiar) out.at(kVictim).psi = out.at(kVictim).psi + Scalar::FromU64(7);
  };
  const SignRun run = RunSign(cluster, {{1}, {2}}, kSeed, script);
  ExpectAbort(run, kVictim, {AbortReason::kBadSignature, kLiar}, "victim");
}

TEST(SignLiar, CancellingNoncesAreAnIdentity) {
  // Party 2 answers with the negated nonce of party 1; both are in league, as party 1's secret is needed for
  // it.
  const Cluster cluster(2, 2, 3);
  Scalar nonce;
  SignScript script;
  script.after_start = [&](PartyIndex self, sign::AwaitingCommitments& state,
                           protocol::Outbox<sign::NonceCommitment>& out) {
    if (self == PartyIndex{1}) nonce = state.inputs.nonce_and_key[0].Expose();
    if (self != PartyIndex{2}) return;
    state.inputs.nonce_and_key[0] = curve::SecretScalar(nonce.Negate());
    state.inputs.nonce_point = *curve::MulBase(nonce.Negate());
    state.commitment = proof::Commit(crypto::tag::kSgCom, state.session.ssid, self, state.salt,
                                     {state.inputs.nonce_point.Encode()});
    for (auto& [peer, message] : out) message.commitment = state.commitment;
  };
  const SignRun run = RunSign(cluster, {{1}, {2}}, kSeed, script);
  ExpectAbort(run, {1}, {AbortReason::kIdentity, {}}, "party 1");
}

// ---- setups ----

TEST(SignSetup, PeerWithAnotherSetupIsAWrongSessionBeforeAnyCryptography) {
  // Party 2 has restarted and made a new setup; party 1 still begins under the old one.
  const Cluster old_cluster(2, 2, 4);
  Cluster new_cluster(2, 2, 4);
  new_cluster.Redeal({1}, {2}, 99);
  crypto::SeededRng rng(1);
  const Hash32 ssid = MakeRunSsid(old_cluster, {{1}, {2}}, 1);
  auto one = sign::Start({{1}, {{1}, {2}}, ssid, old_cluster.share({1}), {}}, old_cluster.PeersOf({1}), rng);
  auto two = sign::Start({{2}, {{1}, {2}}, ssid, new_cluster.share({2}), {}}, new_cluster.PeersOf({2}), rng);
  const auto step = sign::Multiply(std::move(two).value().next, new_cluster.PeersOf({2}),
                                   {{{1}, one.value().out.at({2})}}, rng);
  ASSERT_FALSE(step.ok());
  EXPECT_EQ(Describe(step.error()), Describe({AbortReason::kWrongSession, {}}));
}

TEST(SignSetup, SetupReplacedDuringARunEndsIt) {
  const Cluster old_cluster(2, 2, 4);
  Cluster new_cluster(2, 2, 4);
  new_cluster.Redeal({1}, {2}, 99);
  crypto::SeededRng rng(1);
  const Hash32 ssid = MakeRunSsid(old_cluster, {{1}, {2}}, 1);
  const auto start = [&](PartyIndex self) {
    return sign::Start({self, {{1}, {2}}, ssid, old_cluster.share(self), {}}, old_cluster.PeersOf(self), rng);
  };
  auto one = start({1});
  auto two = start({2});
  const auto replaced = sign::Multiply(std::move(two).value().next, new_cluster.PeersOf({2}),
                                       {{{1}, one.value().out.at({2})}}, rng);
  ASSERT_FALSE(replaced.ok());
  EXPECT_EQ(replaced.error().reason, AbortReason::kWrongSession);
  const auto dropped =
      sign::Multiply(std::move(start({2})).value().next, {}, {{{1}, one.value().out.at({2})}}, rng);
  ASSERT_FALSE(dropped.ok());
  EXPECT_EQ(dropped.error().reason, AbortReason::kWrongSession);
}

TEST(SignSetup, MissingOrForeignMessageEndsTheRunWithoutBlame) {
  const Cluster cluster(2, 3, 4);
  crypto::SeededRng rng(1);
  const Hash32 ssid = MakeRunSsid(cluster, {{1}, {2}}, 1);
  const auto start = [&](PartyIndex self) {
    return sign::Start({self, {{1}, {2}}, ssid, cluster.share(self), {}}, cluster.PeersOf(self), rng).value();
  };
  const sign::NonceCommitment message = start({1}).out.at({2});
  for (const protocol::Inbox<sign::NonceCommitment>& inbox :
       {protocol::Inbox<sign::NonceCommitment>{}, {{{3}, message}}, {{{1}, message}, {{3}, message}}}) {
    const auto step = sign::Multiply(start({2}).next, cluster.PeersOf({2}), inbox, rng);
    ASSERT_FALSE(step.ok());
    EXPECT_EQ(Describe(step.error()), Describe({AbortReason::kWrongSession, {}}));
  }
}

}  // namespace
}  // namespace passport::test
