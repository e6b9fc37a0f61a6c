// FROST with one signer who lies, in every field of every message and in what he signs: the exact verdict,
// and never an honest party blamed.
#include <gtest/gtest.h>

#include "tests/unit/frost/frost_network.h"
#include "tests/unit/protocol/mutation.h"
#include "trusted/frost/bip340.h"
#include "trusted/frost/ed25519_sha512.h"

namespace passport::test {
namespace {

using frost::Bip340;
using frost::Ed25519Sha512;
using protocol::Abort;
using protocol::AbortReason;

const Parties kQuorum{{1}, {2}, {4}};
constexpr PartyIndex kLiar{1};
constexpr PartyIndex kVictim{2};
constexpr PartyIndex kOther{4};
constexpr std::uint64_t kSeed = 77;
const Bytes kHonestMessage = ToBytes("a message");

// The fields of a round's message after its header, with what the victim says when the message to him alone
// has another value there. Nonces that only one party sees differently are equivocation, which the echo shows
// to all.
template <class S>
std::vector<Field> FieldsOf(int round) {
  constexpr bool kEdwards = std::is_same_v<S, Ed25519Sha512>;
  constexpr FieldType kPointType = kEdwards ? FieldType::kEdwardsPoint : FieldType::kPoint;
  constexpr FieldType kScalarType = kEdwards ? FieldType::kLittleScalar : FieldType::kScalar;
  constexpr std::size_t kPoint = S::Group::kPointSize;
  std::vector<Field> out = {{"version", 0, 1, FieldType::kFixed, AbortReason::kMalformed, true},
                            {"round", 1, 1, FieldType::kFixed, AbortReason::kMalformed, true},
                            {"from", 2, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
                            {"ssid", 4, 32, FieldType::kOpaque, AbortReason::kWrongSession, false}};
  if (round == 1) {
    out.push_back({"hiding nonce", 36, kPoint, kPointType, AbortReason::kEquivocation, false});
    out.push_back({"binding nonce", 36 + kPoint, kPoint, kPointType, AbortReason::kEquivocation, false});
  } else {
    out.push_back({"echo", 36, 32, FieldType::kOpaque, AbortReason::kEquivocation, false});
    out.push_back({"share", 68, S::Group::kScalarSize, kScalarType, AbortReason::kSignatureShare, true});
  }
  return out;
}

template <class S>
class FrostMatrix : public testing::Test {
 protected:
  using Run = FrostRun<S>;

  void ExpectVerdict(const Run& run, PartyIndex party, const Abort& expected, const std::string& what) {
    const auto abort = run.aborts.find(party);
    ASSERT_NE(abort, run.aborts.end()) << what << ": no abort";
    EXPECT_EQ(Describe(abort->second), Describe(expected)) << what;
    EXPECT_FALSE(run.signatures.contains(party)) << what;
    for (const auto& [who, verdict] : run.aborts) {
      EXPECT_TRUE(!verdict.culprit || verdict.culprit == kLiar)
          << what << ": party " << who.value << " blames";
    }
  }

  // Runs with one message changed between liar and victim.
  void Check(int round, const Mutation& mutation, const Abort& expected) {
    FrostScript<S> script;
    script.tamper = [&](const Route& route, Bytes& message) {
      if (route == Route{round, kLiar, kVictim}) message = mutation.message;
    };
    const Run run = RunFrost<S>(key_, kQuorum, kHonestMessage, kSeed, script);
    ExpectVerdict(run, kVictim, expected, "round " + std::to_string(round) + ", " + mutation.name);
  }

  Bytes Honest(int round, PartyIndex from) const { return honest_.wire.sent({round, from, kVictim}); }

  const KeyOf<S> key_ = DealKey<S>(3, 4, 1);
  const Run honest_ = RunFrost<S>(key_, kQuorum, kHonestMessage, kSeed);
  const Run other_session_ = RunFrost<S>(key_, kQuorum, kHonestMessage, kSeed + 1);
};

using Suites = testing::Types<Ed25519Sha512, Bip340>;
TYPED_TEST_SUITE(FrostMatrix, Suites);

TYPED_TEST(FrostMatrix, EveryChangedFieldGivesItsVerdict) {
  ASSERT_EQ(this->honest_.signatures.size(), 3u);
  for (const int round : {1, 2}) {
    const Sources sources{this->Honest(round, kLiar), this->Honest(round, kOther),
                          this->other_session_.wire.sent({round, kLiar, kVictim})};
    const Fields fields = FieldsOf<TypeParam>(round);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const Field& field = fields[i];
      const std::optional<PartyIndex> blamed = field.blames ? std::optional(kLiar) : std::nullopt;
      const auto mutations = MutationsOf(fields, i, sources);
      EXPECT_FALSE(mutations.empty()) << field.name;
      for (const Mutation& mutation : mutations) {
        this->Check(round, mutation,
                    mutation.decodes ? Abort{field.reason, blamed} : Abort{AbortReason::kMalformed, kLiar});
      }
    }
  }
}

TYPED_TEST(FrostMatrix, FieldsCoverTheWholeMessage) {
  for (const int round : {1, 2}) {
    ExpectTiles(FieldsOf<TypeParam>(round), this->Honest(round, kLiar).size());
  }
}

TYPED_TEST(FrostMatrix, MessageOfAnotherSizeRoundPeerOrSessionHasItsVerdict) {
  for (const int round : {1, 2}) {
    for (const Mutation& mutation : WrongSizesOf(this->Honest(round, kLiar))) {
      this->Check(round, mutation, {AbortReason::kMalformed, kLiar});
    }
    this->Check(round, {"of the other round", this->Honest(3 - round, kLiar), false},
                {AbortReason::kMalformed, kLiar});
    this->Check(round, {"another peer's", this->Honest(round, kOther), true},
                {AbortReason::kWrongSession, {}});
    this->Check(round, {"another session's", this->other_session_.wire.sent({round, kLiar, kVictim}), true},
                {AbortReason::kWrongSession, {}});
  }
}

// ---- a signer who lies to all alike ----

TYPED_TEST(FrostMatrix, NoncesThatAreNotTheOnesCommittedToAreBlamedByAll) {
  using G = typename TypeParam::Group;
  for (const bool hiding : {false, true}) {
    FrostScript<TypeParam> script;
    script.after_start = [=](PartyIndex self, frost::AwaitingCommitments<TypeParam>& state) {
      if (self != kLiar) return;
      (hiding ? state.sent.hiding : state.sent.binding) = *G::MulBase(G::Scalar::FromU64(9));
    };
    const auto run = RunFrost<TypeParam>(this->key_, kQuorum, kHonestMessage, kSeed, script);
    for (const PartyIndex party : {kVictim, kOther}) {
      this->ExpectVerdict(run, party, {AbortReason::kSignatureShare, kLiar}, hiding ? "hiding" : "binding");
    }
  }
}

// He may add what he likes, also what another one's share would need.
TYPED_TEST(FrostMatrix, SharesOfAnotherKeyOrOffByOneAreBlamedByAll) {
  const auto other_key = DealKey<TypeParam>(3, 4, 2);
  for (const bool wrong_key : {false, true}) {
    FrostScript<TypeParam> script;
    script.after_start = [&](PartyIndex self, frost::AwaitingCommitments<TypeParam>& state) {
      if (self == kLiar && wrong_key) state.share = other_key.at(kLiar).share.Clone();
    };
    script.after_sign = [&](PartyIndex self, frost::SignatureShareOf<typename TypeParam::Group>& out) {
      if (self == kLiar && !wrong_key) out.share = out.share + TypeParam::Scalar::FromU64(1);
    };
    const auto run = RunFrost<TypeParam>(this->key_, kQuorum, kHonestMessage, kSeed, script);
    for (const PartyIndex party : {kVictim, kOther}) {
      this->ExpectVerdict(run, party, {AbortReason::kSignatureShare, kLiar}, wrong_key ? "key" : "one");
    }
  }
}

TYPED_TEST(FrostMatrix, AnotherMessageOrTweakIsEquivocationThatBlamesNobody) {
  FrostScript<TypeParam> script;
  script.messages.emplace(kLiar, ToBytes("another message"));
  const auto run = RunFrost<TypeParam>(this->key_, kQuorum, kHonestMessage, kSeed, script);
  for (const PartyIndex party : kQuorum) {
    this->ExpectVerdict(run, party, {AbortReason::kEquivocation, {}}, "message");
  }
  FrostScript<TypeParam> tweaked;
  tweaked.after_start = [](PartyIndex self, frost::AwaitingCommitments<TypeParam>& state) {
    using G = typename TypeParam::Group;
    if (self == kLiar) state.session.public_key = *G::MulBase(G::Scalar::FromU64(9));
  };
  const auto other = RunFrost<TypeParam>(this->key_, kQuorum, kHonestMessage, kSeed, tweaked);
  for (const PartyIndex party : kQuorum) {
    this->ExpectVerdict(other, party, {AbortReason::kEquivocation, {}}, "tweak");
  }
}

// He signs another message but echoes the right one, so that only his share is wrong.
TYPED_TEST(FrostMatrix, ShareOfAnotherMessageUnderAStolenEchoIsBlamedByAll) {
  FrostScript<TypeParam> script;
  script.messages.emplace(kLiar, ToBytes("another message"));
  const auto honest = frost::SignatureShareOf<typename TypeParam::Group>::Parse(this->Honest(2, kOther));
  script.after_sign = [&](PartyIndex self, frost::SignatureShareOf<typename TypeParam::Group>& out) {
    if (self == kLiar) out.echo = honest.value().echo;
  };
  const auto run = RunFrost<TypeParam>(this->key_, kQuorum, kHonestMessage, kSeed, script);
  for (const PartyIndex party : {kVictim, kOther}) {
    this->ExpectVerdict(run, party, {AbortReason::kSignatureShare, kLiar}, "stolen echo");
  }
}

// Other nonces to one signer, whose share then looks wrong to the others: he must not be blamed for it.
TYPED_TEST(FrostMatrix, SignerWhoWasToldOtherNoncesIsNotBlamed) {
  FrostScript<TypeParam> script;
  script.tamper = [&](const Route& route, Bytes& message) {
    if (route == Route{1, kLiar, kVictim}) {
      auto other = frost::NonceCommitmentOf<typename TypeParam::Group>::Parse(message).value();
      other.hiding = other.hiding.Negate();
      message = other.Encode();
    }
  };
  const auto run = RunFrost<TypeParam>(this->key_, kQuorum, kHonestMessage, kSeed, script);
  for (const PartyIndex party : kQuorum) {
    this->ExpectVerdict(run, party, {AbortReason::kEquivocation, {}}, "party " + std::to_string(party.value));
  }
}

// Nonces that cancel those of the others give R = identity, which proves nothing about anybody.
TYPED_TEST(FrostMatrix, NoncesThatRepeatAnotherSignersSignNothing) {
  using G = typename TypeParam::Group;
  const auto others = frost::NonceCommitmentOf<G>::Parse(this->Honest(1, kOther)).value();
  FrostScript<TypeParam> script;
  script.after_start = [&](PartyIndex self, frost::AwaitingCommitments<TypeParam>& state) {
    if (self != kLiar) return;
    state.sent.hiding = others.hiding.Negate();
    state.sent.binding = others.binding.Negate();
  };
  const auto run = RunFrost<TypeParam>(this->key_, kQuorum, kHonestMessage, kSeed, script);
  for (const PartyIndex party : {kVictim, kOther}) {
    this->ExpectVerdict(run, party, {AbortReason::kSignatureShare, kLiar}, "repeated nonces");
  }
}

}  // namespace
}  // namespace passport::test
