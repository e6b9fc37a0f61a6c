// Signing with a party who lies consistently, or under another setup; sign_matrix_test.cpp changes every
// field.
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

void ExpectAbort(const SignRun& run, PartyIndex party, const Abort& expected, const std::string& what) {
  const auto abort = run.aborts.find(party);
  ASSERT_NE(abort, run.aborts.end()) << what << ": no abort";
  EXPECT_EQ(Describe(abort->second), Describe(expected)) << what;
  EXPECT_FALSE(run.signatures.contains(party)) << what;
}

// Whoever fails a check has sent nothing of the next round, to nobody.
TEST(SignSilence, AFailedCheckSendsNothingMore) {
  const Cluster cluster(3, 3, 1);
  for (const int round : {1, 2}) {
    const std::size_t offset = round == 1 ? 2710 : 40200;  // h and mu
    SignScript script;
    script.tamper = [round, offset](const Route& route, Bytes& message) {
      if (route == Route{round, kLiar, kVictim}) message[offset] ^= 1;
    };
    const SignRun run = RunSign(cluster, kQuorum, kSeed, script);
    EXPECT_TRUE(run.aborts.contains(kVictim));
    for (const PartyIndex peer : {kLiar, kOther}) {
      EXPECT_FALSE(run.wire.HasSent({round + 1, kVictim, peer})) << round;
    }
    EXPECT_TRUE(run.wire.HasSent({round, kVictim, kLiar}));
    EXPECT_TRUE(run.signatures.empty());
  }
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

// The checks of all peers are computed together, with the outcome of one peer after the other
// (dkls23.md 6.5).
TEST(SignLiar, OfTwoTheFirstIsBlamedForHisOwnLie) {
  using Lie = void (*)(sign::Multiplication&);
  const std::pair<AbortReason, Lie> lies[] = {
      {AbortReason::kCommitment, [](sign::Multiplication& message) { message.salt[0] ^= 1; }},
      {AbortReason::kMultiplicationCheck, [](sign::Multiplication& message) { message.multiply.mu[0] ^= 1; }},
      {AbortReason::kConsistencyCheck,
       [](sign::Multiplication& message) { message.gamma_nonce = message.gamma_nonce.Negate(); }},
  };
  const Cluster cluster(3, 3, 2);
  for (const auto& [first_reason, first_lie] : lies) {
    for (const auto& [second_reason, second_lie] : lies) {
      SignScript script;
      script.after_multiply = [first = first_lie, second = second_lie](
                                  PartyIndex self, sign::AwaitingMultiplications&,
                                  protocol::Outbox<sign::Multiplication>& out) {
        if (self != kOther) (self == kLiar ? first : second)(out.at(kOther));
      };
      script.alone_after = {2, kOther};
      const SignRun run = RunSign(cluster, kQuorum, kSeed, script);
      ExpectAbort(run, kOther, {first_reason, kLiar},
                  std::to_string(static_cast<int>(first_reason)) + " before " +
                      std::to_string(static_cast<int>(second_reason)));
    }
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
