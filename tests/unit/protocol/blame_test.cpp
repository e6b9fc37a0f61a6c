// The blame round: exactly the party who spoilt a signature is found, by the signers and by a stranger.
#include <gtest/gtest.h>

#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/quarrel.h"

namespace passport::test::blame {
namespace {

using protocol::AbortReason;
using sign::Lie;

constexpr PartyIndex kLiar{1};
constexpr PartyIndex kVictim{2};
constexpr PartyIndex kOther{3};

static_assert(!std::is_copy_constructible_v<sign::Defender> && !std::is_copy_constructible_v<sign::Signing>);

void ExpectVerdict(const Verdict& verdict, const std::map<PartyIndex, Lie>& liars,
                   const std::vector<PartyIndex>& silent = {}) {
  EXPECT_EQ(verdict.liars, liars);
  EXPECT_EQ(verdict.silent, silent);
}

class Blame : public testing::Test {
 protected:
  // A quarrel about a share of the liar that he has added something to.
  Quarrel SpoiltShare(Scalar sign::SignatureShare::*part) const {
    Quarrel quarrel(cluster_);
    sign::SignatureShare share = quarrel.shares.at(kLiar).share;
    share.*part = share.*part + Scalar::FromU64(1);
    quarrel.shares.at(kLiar) = SignShare(share);
    return quarrel;
  }

  const Cluster cluster_{3, 3, 2};
};

TEST_F(Blame, WrongPsiIsFoundAndTheHonestDefenceHolds) {
  Quarrel quarrel(cluster_, WrongPsi());
  EXPECT_TRUE(quarrel.run().signatures.empty());
  ExpectVerdict(quarrel.Judge(quarrel.AllDefend(kLiar)), {{kLiar, Lie::kDefence}});
}

TEST_F(Blame, WrongUOrWIsFound) {
  for (const auto part : {&sign::SignatureShare::u, &sign::SignatureShare::w}) {
    Quarrel quarrel = SpoiltShare(part);
    Defences defences;
    for (const PartyIndex party : {kVictim, kOther}) defences.emplace(party, quarrel.Defend(party).value());
    defences.emplace(kLiar, quarrel.Excuse(kLiar));
    ExpectVerdict(quarrel.Judge(defences), {{kLiar, Lie::kDefence}});
  }
}

TEST_F(Blame, ShareDefendedOtherThanItWasSentIsTwoWords) {
  Quarrel quarrel = SpoiltShare(&sign::SignatureShare::u);
  const Quarrel honest(cluster_);
  Defence defence = quarrel.Excuse(kLiar);
  defence.own = honest.shares.at(kLiar);
  ExpectVerdict(quarrel.Judge({{kLiar, quarrel.Signed(defence)}}), {{kLiar, Lie::kDefence}},
                {kVictim, kOther});
  // Even with a proof that holds for the share that he ought to have sent.
  Quarrel other = SpoiltShare(&sign::SignatureShare::u);
  const Shares spoilt = other.shares;
  other.shares.at(kLiar) = honest.shares.at(kLiar);
  sign::SignatureShare broken = other.shares.at(kOther).share;
  broken.w = broken.w + Scalar::FromU64(1);
  other.shares.at(kOther) = SignShare(broken);  // so that there is something to defend oneself against
  const Defences defences{{kLiar, other.Defend(kLiar).value()}};
  other.shares = spoilt;
  ExpectVerdict(other.Judge(defences), {{kLiar, Lie::kTwoWords}}, {kVictim, kOther});
}

TEST_F(Blame, PsiDefendedOtherThanItWasSentIsTwoWords) {
  Quarrel quarrel(cluster_, WrongPsi());
  Defences defences = quarrel.AllDefend(kLiar);
  sign::Shown psi_mended = defences.at(kLiar).exchanges.at(kVictim).sent.shown;
  psi_mended.psi = psi_mended.psi - Scalar::FromU64(7);
  Defence& lie = defences.at(kLiar);
  lie.exchanges.at(kVictim).sent = SignShown(psi_mended);
  lie = quarrel.Signed(lie);
  EXPECT_TRUE(quarrel.Judge({{kLiar, lie}}).liars.contains(kLiar));
  EXPECT_TRUE(quarrel.Judge(defences).liars.contains(kLiar));
  EXPECT_EQ(quarrel.Judge(defences).liars.size(), 1u);
}

// The liar undoes the effect of his wrong psi in what the victim is said to have sent: his proof then holds,
// but the victim has not signed that.
TEST_F(Blame, WordsPutInTheVictimsMouthAreNotTaken) {
  Quarrel quarrel(cluster_, WrongPsi());
  Defences defences = quarrel.AllDefend(kLiar);
  const auto excuse_with = [&](const SignedShown& word) {
    sign::Exchanges exchanges = quarrel.Exchanges(kLiar);
    exchanges.at(kVictim).received = word;
    return quarrel.Prove(kLiar, exchanges);
  };
  sign::Shown word = quarrel.Word(kVictim, kLiar).shown;
  const Scalar seven = Scalar::FromU64(7);
  word.gamma_nonce = *curve::Add(word.gamma_nonce, curve::MulVar(seven.Negate(), word.nonce));
  word.gamma_key = *curve::Add(word.gamma_key, curve::MulVar(seven.Negate(), word.public_share));
  defences.at(kLiar) = excuse_with({word, quarrel.Word(kVictim, kLiar).signature});
  ExpectVerdict(quarrel.Judge(defences), {{kLiar, Lie::kDefence}});
  // With the victim's signature it would be true.
  ExpectVerdict(sign::Judge(quarrel.dispute, MakeRoster(3), {}, {{kLiar, excuse_with(SignShown(word))}}), {},
                {kVictim, kOther});
}

TEST_F(Blame, DefenceThatLeavesASignerOutDoesNotHold) {
  Quarrel quarrel(cluster_, WrongPsi());
  const Defences defences{{kVictim, quarrel.Defend(kVictim).value()}};
  ExpectVerdict(quarrel.Judge(defences), {}, {kLiar, kOther});
  // Signed as for four, of whom it has the words of three.
  quarrel.dispute.quorum.push_back({4});
  const Defence of_four = quarrel.Signed(defences.at(kVictim));
  ExpectVerdict(quarrel.Judge({{kVictim, of_four}}), {{kVictim, Lie::kDefence}}, {kLiar, kOther, {4}});
}

// Whoever asks for a verdict may say what he likes about the run: an honest defence is of the key and the
// signers that its defender knows, and no lie in any other dispute.
TEST_F(Blame, HonestDefenceIsNoneForAnotherKeyOrOtherSigners) {
  Quarrel quarrel(cluster_, WrongPsi());
  const Defences defences{{kVictim, quarrel.Defend(kVictim).value()}};
  sign::Dispute other = quarrel.dispute;
  other.public_key = other.public_key.Negate();
  ExpectVerdict(sign::Judge(other, MakeRoster(3), quarrel.shares, defences), {}, kQuorum);
  other = quarrel.dispute;
  other.quorum.push_back({4});
  ExpectVerdict(sign::Judge(other, MakeRoster(4), quarrel.shares, defences), {},
                {kLiar, kVictim, kOther, {4}});
}

// The hash of the receipt is in what is signed, and a signer gives one receipt.
TEST_F(Blame, AShareWithAnotherReceiptIsNotSignedAndTwoReceiptsAreTwoWords) {
  Quarrel quarrel(cluster_, WrongPsi());
  const Defences defences = quarrel.AllDefend(kLiar);
  quarrel.shares.at(kVictim).receipt[0] ^= 1;
  ExpectVerdict(quarrel.Judge(defences), {{kLiar, Lie::kDefence}});
  quarrel.shares.at(kVictim) = SignShare(quarrel.shares.at(kVictim).share, Hash32{1});
  EXPECT_EQ(quarrel.Judge(defences).liars.at(kVictim), Lie::kTwoWords);
}

TEST_F(Blame, TheFirstDefenceOfAPartyCounts) {
  Quarrel quarrel(cluster_, WrongPsi());
  const Defences defences = quarrel.AllDefend(kLiar);
  sign::Trial trial(quarrel.dispute, MakeRoster(3));
  trial.Hear(kVictim, defences.at(kOther));  // not in its own name
  EXPECT_EQ(trial.verdict().silent, kQuorum);
  trial.Hear(kVictim, defences.at(kVictim));
  Defence broken = defences.at(kVictim);
  broken.proof.response = broken.proof.response + Scalar::FromU64(1);
  trial.Hear(kVictim, quarrel.Signed(broken));
  ExpectVerdict(trial.verdict(), {}, {kLiar, kOther});
}

TEST_F(Blame, OtherPublicShareToAnotherPartyIsTwoWords) {
  Quarrel quarrel(cluster_, WrongPsi());
  Defences defences = quarrel.AllDefend(kLiar);
  defences.erase(kLiar);
  // The victim shows what he got from the liar; this one has told the other party something else.
  sign::Shown word = defences.at(kOther).exchanges.at(kLiar).received.shown;
  word.public_share = word.public_share.Negate();
  Defence& other = defences.at(kOther);
  other.exchanges.at(kLiar).received = SignShown(word);
  // Such a defence does not hold either: the other party has not computed with that point.
  other = quarrel.Signed(other);
  const Verdict verdict = quarrel.Judge(defences);
  EXPECT_EQ(verdict.liars.at(kLiar), Lie::kTwoWords);
  EXPECT_FALSE(verdict.liars.contains(kVictim));
}

TEST_F(Blame, SilenceIsNoLie) {
  Quarrel quarrel(cluster_, WrongPsi());
  Defences defences = quarrel.AllDefend(kLiar);
  defences.erase(kLiar);
  ExpectVerdict(quarrel.Judge(defences), {}, {kLiar});
  ExpectVerdict(quarrel.Judge({}), {}, kQuorum);
}

TEST_F(Blame, StrangerWithTheBytesComesToTheSameVerdict) {
  Quarrel quarrel(cluster_, WrongPsi());
  const Defences defences = quarrel.AllDefend(kLiar);
  Defences read;
  for (const auto& [party, defence] : defences) {
    const Bytes bytes = defence.Encode();
    EXPECT_EQ(bytes.size(), 327u + 660u * 2u);
    const auto parsed = Defence::Parse(bytes);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.value().Encode(), bytes);
    read.emplace(party, parsed.value());
  }
  ExpectVerdict(quarrel.Judge(read), {{kLiar, Lie::kDefence}});
  // The liar's own words are enough.
  ExpectVerdict(sign::Judge(quarrel.dispute, MakeRoster(3), {}, {{kLiar, read.at(kLiar)}}),
                {{kLiar, Lie::kDefence}}, {kVictim, kOther});
}

TEST_F(Blame, NobodyCanSpeakForAnother) {
  Quarrel quarrel(cluster_, WrongPsi());
  Defences defences = quarrel.AllDefend(kLiar);
  Defence forged = defences.at(kVictim);
  forged.proof.response = forged.proof.response + Scalar::FromU64(1);
  forged.signature = NodeKey(kLiar).Sign(forged.Statement(quarrel.dispute));
  defences.at(kVictim) = forged;
  ExpectVerdict(quarrel.Judge(defences), {{kLiar, Lie::kDefence}}, {kVictim});
  defences.at(kVictim) = defences.at(kOther);
  ExpectVerdict(quarrel.Judge(defences), {{kLiar, Lie::kDefence}}, {kVictim});
  Shares shares = quarrel.shares;
  shares.at(kVictim).share.u = Scalar::FromU64(5);
  ExpectVerdict(sign::Judge(quarrel.dispute, MakeRoster(3), shares, {}), {}, kQuorum);
}

TEST_F(Blame, WordsAboutAnotherDigestRunOrKeyAreNotHeard) {
  Quarrel quarrel(cluster_, WrongPsi());
  const Defences defences = quarrel.AllDefend(kLiar);
  sign::Dispute other = quarrel.dispute;
  other.digest = MakeDigest(2);
  ExpectVerdict(sign::Judge(other, MakeRoster(3), quarrel.shares, defences), {}, kQuorum);
  Quarrel next(cluster_, WrongPsi(), 501);
  const Verdict verdict = sign::Judge(next.dispute, MakeRoster(3), next.shares, next.AllDefend(kLiar));
  EXPECT_EQ(verdict.liars.size(), 1u);
  sign::NodeKeys strangers;
  for (const PartyIndex party : kQuorum) {
    strangers.emplace(party, NodeKey({static_cast<std::uint16_t>(party.value + 5)}).public_key());
  }
  ExpectVerdict(sign::Judge(quarrel.dispute, strangers, quarrel.shares, defences), {}, kQuorum);
}

// The liar changes any byte of his defence and signs it: he is blamed, if it decodes at all, and nobody else.
TEST_F(Blame, NoDefenceBlamesAnotherParty) {
  Quarrel quarrel(cluster_, WrongPsi());
  const Defences defences = quarrel.AllDefend(kLiar);
  const Bytes bytes = defences.at(kLiar).Encode();
  std::size_t decoded = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 13) {
    Bytes changed = bytes;
    changed[at] ^= 1;
    const auto parsed = Defence::Parse(changed);
    if (!parsed.ok()) continue;
    ++decoded;
    Defences all = defences;
    all.at(kLiar) = parsed.value();
    if (parsed.value().own.share.from == kLiar) all.at(kLiar) = quarrel.Signed(parsed.value());
    const Verdict verdict = quarrel.Judge(all);
    EXPECT_FALSE(verdict.liars.contains(kVictim) || verdict.liars.contains(kOther)) << at;
    EXPECT_TRUE(verdict.liars.contains(kLiar) || !verdict.silent.empty()) << at;
  }
  EXPECT_GT(decoded, 50u);
}

TEST_F(Blame, EveryTruncationExtensionAndCountIsMalformed) {
  Quarrel quarrel(cluster_, WrongPsi());
  const Bytes bytes = quarrel.Excuse(kLiar).Encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(Defence::Parse(ByteSpan(bytes).first(size)).ok()) << size;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(Defence::Parse(longer).ok());
  Defence twice = quarrel.Excuse(kLiar);
  twice.exchanges.at(kOther) = twice.exchanges.at(kVictim);
  EXPECT_FALSE(Defence::Parse(twice.Encode()).ok());
  Defence crossed = quarrel.Excuse(kLiar);
  std::swap(crossed.exchanges.at(kOther).received, crossed.exchanges.at(kVictim).received);
  EXPECT_FALSE(Defence::Parse(crossed.Encode()).ok());
}

TEST_F(Blame, NothingIsProvedWithoutASpoiltSignature) {
  Quarrel quarrel(cluster_);
  EXPECT_EQ(quarrel.run().signatures.size(), 3u);
  EXPECT_EQ(Describe(quarrel.Defend(kVictim).error()), Describe({AbortReason::kWrongSession, {}}));
  // Nor for shares that are not everybody's own and signed.
  Quarrel spoilt(cluster_, WrongPsi());
  const Shares shares = spoilt.shares;
  spoilt.shares.at(kOther).signature[0] ^= 1;
  EXPECT_FALSE(spoilt.Defend(kVictim).ok());
  spoilt.shares = shares;
  spoilt.shares.erase(kOther);
  EXPECT_FALSE(spoilt.Defend(kVictim).ok());
  spoilt.shares = shares;
  sign::SignatureShare other = shares.at(kVictim).share;
  other.w = other.w + Scalar::FromU64(1);
  spoilt.shares.at(kVictim) = SignShare(other);
  EXPECT_EQ(Describe(spoilt.Defend(kVictim).error()), Describe({AbortReason::kWrongSession, {}}));
  spoilt.shares = shares;
  EXPECT_TRUE(spoilt.Defend(kVictim).ok());
}

TEST_F(Blame, ANodeThatRemembersItsWordsWrongSaysNothing) {
  Quarrel quarrel(cluster_, WrongPsi());
  crypto::SeededRng rng(1);
  const auto defend = [&](const sign::Exchanges& exchanges) {
    return sign::Defend(quarrel.DefenderOf(kVictim), MakeRoster(3), quarrel.shares, exchanges,
                        NodeKey(kVictim), rng);
  };
  sign::Exchanges fewer = quarrel.Exchanges(kVictim);
  fewer.erase(kOther);
  EXPECT_EQ(Describe(defend(fewer).error()), Describe({AbortReason::kProof, {}}));
  EXPECT_EQ(Describe(defend({}).error()), Describe({AbortReason::kProof, {}}));
  sign::Exchanges wrong = quarrel.Exchanges(kVictim);
  sign::Shown word = wrong.at(kOther).sent.shown;
  word.psi = word.psi + Scalar::FromU64(1);
  wrong.at(kOther).sent = SignShown(word);
  EXPECT_EQ(Describe(defend(wrong).error()), Describe({AbortReason::kProof, {}}));
  EXPECT_TRUE(defend(quarrel.Exchanges(kVictim)).ok());
}

// The relation of the argument in docs/protocols.md: with all defences good, the shares make a signature.
TEST_F(Blame, OfTwoLiarsWhoseLiesCancelNobodyIsFoundAndTheSignatureIsGood) {
  Quarrel quarrel(cluster_);
  std::map<PartyIndex, sign::SignatureShare> shares;
  for (const auto& [party, share] : quarrel.shares) shares.emplace(party, share.share);
  shares.at(kLiar).u = shares.at(kLiar).u + Scalar::FromU64(3);
  shares.at(kOther).u = shares.at(kOther).u - Scalar::FromU64(3);
  EXPECT_TRUE(sign::Combine(quarrel.run().combinations.at(kVictim), kDigest, shares).ok());
}

TEST_F(Blame, NoSecretIsInADefence) {
  Quarrel quarrel(cluster_, WrongPsi());
  const Bytes bytes = quarrel.Defend(kVictim).value().Encode();
  const ByteArray<32> phi = quarrel.run().defenders.at(kVictim).blinding.Expose().Encode();
  EXPECT_EQ(std::search(bytes.begin(), bytes.end(), phi.begin(), phi.end()), bytes.end());
  const ByteArray<32> share = cluster_.share(kVictim).share.Expose().Encode();
  EXPECT_EQ(std::search(bytes.begin(), bytes.end(), share.begin(), share.end()), bytes.end());
}

TEST(BlameOfTwo, KeepsNothing) {
  const Cluster cluster(2, 2, 3);
  const SignRun run = RunSign(cluster, {{1}, {2}}, 1);
  EXPECT_EQ(run.signatures.size(), 2u);
  EXPECT_TRUE(run.defenders.empty());
}

}  // namespace
}  // namespace passport::test::blame
