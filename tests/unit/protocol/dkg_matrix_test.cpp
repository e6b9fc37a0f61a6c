// Key generation with one message changed in one field: the victim's exact verdict.
#include <gtest/gtest.h>

#include "tests/unit/protocol/dkg_network.h"
#include "tests/unit/protocol/mutation.h"

namespace passport::test::dkg_matrix {
namespace {

using protocol::Abort;
using protocol::AbortReason;

constexpr PartyIndex kLiar{1};
constexpr PartyIndex kVictim{2};
constexpr PartyIndex kOther{3};
constexpr std::uint64_t kSeed = 100;

const Fields kHeader = {
    {"version", 0, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"round", 1, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"from", 2, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"context", 4, 32, FieldType::kOpaque, AbortReason::kWrongSession, false},
};

// What the victim says when a field of the liar's message to him alone has changed on a run with t = 2. A
// commitment or nonce that only one party sees differently is equivocation, which the echo shows to all;
// nobody knows whose.
const std::map<int, Fields> kFields = {
    {1,
     {{"commitment", 36, 32, FieldType::kOpaque, AbortReason::kEquivocation, false},
      {"nonce", 68, 32, FieldType::kOpaque, AbortReason::kEquivocation, false}}},
    {2,
     {{"coefficient count", 36, 2, FieldType::kFixed, AbortReason::kMalformed, true},
      {"coefficient 0", 38, 33, FieldType::kPoint, AbortReason::kCommitment, true, "coefficient"},
      {"coefficient 1", 71, 33, FieldType::kPoint, AbortReason::kCommitment, true, "coefficient"},
      {"chain code part", 104, 32, FieldType::kOpaque, AbortReason::kCommitment, true},
      {"salt", 136, 32, FieldType::kOpaque, AbortReason::kCommitment, true},
      {"proof count", 168, 2, FieldType::kFixed, AbortReason::kMalformed, true},
      {"proof 0 nonce", 170, 33, FieldType::kPoint, AbortReason::kProof, true},
      {"proof 0 response", 203, 32, FieldType::kScalar, AbortReason::kProof, true},
      {"proof 1 nonce", 235, 33, FieldType::kPoint, AbortReason::kProof, true},
      {"proof 1 response", 268, 32, FieldType::kScalar, AbortReason::kProof, true},
      {"echo", 300, 32, FieldType::kOpaque, AbortReason::kEquivocation, false},
      {"share", 332, 32, FieldType::kScalar, AbortReason::kShare, true}}},
    {3,
     {{"digest", 36, 32, FieldType::kOpaque, AbortReason::kConfirmation, false},
      {"proof nonce", 68, 33, FieldType::kPoint, AbortReason::kProof, true},
      {"proof response", 101, 32, FieldType::kScalar, AbortReason::kProof, true},
      {"signature", 133, 64, FieldType::kOpaque, AbortReason::kConfirmation, true}}},
};

class DkgMatrix : public testing::TestWithParam<int> {
 protected:
  // Runs with one message changed between liar and victim and checks what the victim says.
  void Check(const Mutation& mutation, const Abort& expected) {
    const int round = GetParam();
    DkgScript script;
    script.tamper = [&](const Route& route, Bytes& message) {
      if (route == Route{round, kLiar, kVictim}) message = mutation.message;
    };
    const DkgRun run = RunDkg(MakeProposal(2, 3), kSeed, script);
    const std::string what = "round " + std::to_string(round) + ", " + mutation.name;
    const auto abort = run.aborts.find(kVictim);
    ASSERT_NE(abort, run.aborts.end()) << what << ": no abort";
    EXPECT_EQ(Describe(abort->second), Describe(expected)) << what;
    EXPECT_FALSE(run.certificates.contains(kVictim)) << what;
  }

  Fields AllFields() const { return Join({kHeader, kFields.at(GetParam())}); }

  static dkg::Proposal OtherProposal() {
    dkg::Proposal out = MakeProposal(2, 3);
    out.digest.fill(8);
    return out;
  }

  const DkgRun honest_ = RunDkg(MakeProposal(2, 3), kSeed);
  const DkgRun other_session_ = RunDkg(OtherProposal(), kSeed + 1);
};

TEST_P(DkgMatrix, EveryChangedFieldGivesItsVerdict) {
  ASSERT_EQ(honest_.certificates.size(), 3u);
  const int round = GetParam();
  const Sources sources{honest_.wire.sent({round, kLiar, kVictim}),
                        honest_.wire.sent({round, kOther, kVictim}),
                        other_session_.wire.sent({round, kLiar, kVictim})};
  const Fields fields = AllFields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::optional<PartyIndex> blamed = fields[i].blames ? std::optional(kLiar) : std::nullopt;
    for (const Mutation& mutation : MutationsOf(fields, i, sources)) {
      Check(mutation,
            mutation.decodes ? Abort{fields[i].reason, blamed} : Abort{AbortReason::kMalformed, kLiar});
    }
  }
}

TEST_P(DkgMatrix, FieldsCoverTheWholeMessage) {
  ExpectTiles(AllFields(), honest_.wire.sent({GetParam(), kLiar, kVictim}).size());
}

// Round 3 alone does without: enough others may have confirmed.
TEST(DkgSilence, MissingMessageEndsTheRunWithoutBlame) {
  const dkg::Proposal proposal = MakeProposal(2, 3);
  crypto::SeededRng rng(1);
  auto one = dkg::Start(proposal, {1}, rng).value();
  const auto two = dkg::Start(proposal, {2}, rng).value();
  const auto step = dkg::Open(std::move(one.next), {{{2}, two.out}}, rng);
  ASSERT_FALSE(step.ok());
  EXPECT_EQ(Describe(step.error()), Describe({AbortReason::kWrongQuorum, {}}));
}

TEST_P(DkgMatrix, MessageOfAnotherSizeIsMalformed) {
  for (const Mutation& mutation : WrongSizesOf(honest_.wire.sent({GetParam(), kLiar, kVictim}))) {
    Check(mutation, {AbortReason::kMalformed, kLiar});
  }
}

TEST_P(DkgMatrix, WholeMessageOfAnotherPeerOrSessionIsAWrongSession) {
  const int round = GetParam();
  Check({"another peer's message", honest_.wire.sent({round, kOther, kVictim}), true},
        {AbortReason::kWrongSession, {}});
  Check({"another session's message", other_session_.wire.sent({round, kLiar, kVictim}), true},
        {AbortReason::kWrongSession, {}});
}

TEST_P(DkgMatrix, MessageOfAnotherRoundIsMalformed) {
  for (const int other : {1, 2, 3}) {
    if (other == GetParam()) continue;
    Check({"a message of another round", honest_.wire.sent({other, kLiar, kVictim}), false},
          {AbortReason::kMalformed, kLiar});
  }
}

INSTANTIATE_TEST_SUITE_P(Rounds, DkgMatrix, testing::Values(1, 2, 3));

}  // namespace
}  // namespace passport::test::dkg_matrix
