// A defence with one field changed, on its way or by its defender, who signs it again: the exact verdict.
#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/quarrel.h"

namespace passport::test::blame_matrix {
namespace {

using blame::Quarrel;
using protocol::AbortReason;
using sign::Defence;
using sign::Lie;
using sign::Verdict;

constexpr PartyIndex kSpoiler{1};   // whose psi to the other one was wrong
constexpr PartyIndex kDefender{2};  // whose defence is changed
constexpr PartyIndex kOther{3};

// The fields of a defence of three signers. Another value that decodes is a word or proof that does not hold.
Fields DefenceFields() {
  Fields out;
  std::size_t offset = 0;
  const auto add = [&](const std::string& name, std::size_t size, FieldType type) {
    out.push_back({name, offset, size, type, AbortReason::kProof, true});
    offset += size;
  };
  add("version", 1, FieldType::kFixed);
  add("share: version", 1, FieldType::kFixed);
  add("share: round", 1, FieldType::kFixed);
  add("share: from", 2, FieldType::kOpaque);
  add("share: ssid", 32, FieldType::kOpaque);
  add("share: u", 32, FieldType::kScalar);
  add("share: w", 32, FieldType::kScalar);
  add("share: receipt", 32, FieldType::kOpaque);
  add("share: signature", 64, FieldType::kOpaque);
  add("proof: challenge", 32, FieldType::kScalar);
  add("proof: response", 32, FieldType::kScalar);
  add("count", 2, FieldType::kFixed);
  for (const char* peer : {"1", "3"}) {
    for (const bool sent : {true, false}) {
      const std::string word = std::string(sent ? "sent to " : "received from ") + peer + ": ";
      add(word + "version", 1, FieldType::kFixed);
      add(word + "round", 1, FieldType::kFixed);
      // The counterparty is in both words of a pair, which must agree to decode.
      add(word + "from", 2, sent ? FieldType::kOpaque : FieldType::kFixed);
      add(word + "to", 2, sent ? FieldType::kFixed : FieldType::kOpaque);
      add(word + "ssid", 32, FieldType::kOpaque);
      add(word + "setup", 32, FieldType::kOpaque);
      for (const char* point : {"R", "pk", "Gamma^u", "Gamma^v"}) add(word + point, 33, FieldType::kPoint);
      add(word + "psi", 32, FieldType::kScalar);
      add(word + "rest", 32, FieldType::kOpaque);
      add(word + "signature", 64, FieldType::kOpaque);
    }
  }
  add("signature", 64, FieldType::kOpaque);
  return out;
}

// Another session's defence is of a run with another seed.
class DefenceMatrix : public testing::Test {
 protected:
  Verdict JudgeAlone(const Defence& defence) const { return quarrel_.Judge({{kDefender, defence}}); }

  const Cluster cluster_{3, 3, 2};
  Quarrel quarrel_{cluster_, blame::WrongPsi()};
  Quarrel other_session_{cluster_, blame::WrongPsi(), 501};
  const Bytes honest_ = quarrel_.Defend(kDefender).value().Encode();
  const Sources sources_{honest_, quarrel_.Defend(kOther).value().Encode(),
                         other_session_.Defend(kDefender).value().Encode()};
};

TEST_F(DefenceMatrix, FieldsCoverTheWholeDefence) { ExpectTiles(DefenceFields(), honest_.size()); }

TEST_F(DefenceMatrix, EveryChangedFieldGivesItsVerdict) {
  const std::map<PartyIndex, Lie> nobody, defender{{kDefender, Lie::kDefence}};
  const std::vector<PartyIndex> others{kSpoiler, kOther};
  const Verdict unchanged = JudgeAlone(Defence::Parse(honest_).value());
  EXPECT_EQ(unchanged.liars, nobody);
  EXPECT_EQ(unchanged.silent, others);
  const Fields fields = DefenceFields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (const Mutation& mutation : MutationsOf(fields, i, sources_)) {
      auto changed = Defence::Parse(mutation.message);
      ASSERT_EQ(changed.ok(), mutation.decodes) << mutation.name;
      if (!changed.ok()) continue;
      // On its way: nobody's word.
      const Verdict forged = JudgeAlone(changed.value());
      EXPECT_EQ(forged.liars, nobody) << mutation.name;
      EXPECT_EQ(forged.silent, blame::kQuorum) << mutation.name;
      if (fields[i].name == "signature") continue;
      // By the defender: a lie, and his own, unless it is in another name or for another run.
      const bool is_his = fields[i].name != "share: from" && fields[i].name != "share: ssid";
      Defence& lie = changed.value();
      lie.signature = NodeKey(kDefender).Sign(lie.Statement(quarrel_.dispute));
      const Verdict signed_again = JudgeAlone(lie);
      EXPECT_EQ(signed_again.liars, is_his ? defender : nobody) << mutation.name;
      EXPECT_EQ(signed_again.silent, is_his ? others : blame::kQuorum) << mutation.name;
    }
  }
}

// An honest defence in another run of the same digest must not be held against its defender in this one.
TEST_F(DefenceMatrix, DefencesOfAnotherSizeDoNotDecodeAndThoseOfOthersOrAnotherRunAreNotHis) {
  for (const Mutation& mutation : WrongSizesOf(honest_)) {
    EXPECT_FALSE(Defence::Parse(mutation.message).ok()) << mutation.name;
  }
  for (const Bytes& bytes : {sources_.other_peer, sources_.other_session}) {
    const Verdict verdict = JudgeAlone(Defence::Parse(bytes).value());
    EXPECT_TRUE(verdict.liars.empty());
    EXPECT_EQ(verdict.silent, blame::kQuorum);
  }
}

}  // namespace
}  // namespace passport::test::blame_matrix
