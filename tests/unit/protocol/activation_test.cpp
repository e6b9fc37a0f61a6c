// The rules by which a node moves from one epoch of a key to the next, one at a time (dkls23.md 7.3).
#include <gtest/gtest.h>

#include "tests/unit/protocol/dkg_network.h"
#include "trusted/reshare/activation.h"

namespace passport::test {
namespace {

using reshare::Activation;
using reshare::Agreement;
using reshare::Effects;
using reshare::Notice;
using reshare::Signatures;
using Epochs = std::vector<std::uint64_t>;

const KeyId kActivated{{1, 2, 3}};
constexpr PartyIndex kSelf{1};

Agreement AgreementOf(std::uint64_t epoch, const Parties& members = {{1}, {2}, {3}}) {
  Agreement out{epoch, {}, members};
  out.digest.fill(static_cast<std::uint8_t>(epoch + 1));
  return out;
}

crypto::Ed25519Signature ConfirmationBy(PartyIndex party, std::uint64_t epoch) {
  return NodeKey(party).Sign(AgreementOf(epoch).digest);
}

Notice ConfirmedBy(std::uint64_t epoch, const Parties& parties) {
  Notice out{kActivated, epoch, {}, {}};
  for (const PartyIndex party : parties) out.confirmations[party] = ConfirmationBy(party, epoch);
  return out;
}

Notice AbortedBy(std::uint64_t epoch, const Parties& parties) {
  Notice out{kActivated, epoch, {}, {}};
  for (const PartyIndex party : parties) {
    out.aborts[party] = NodeKey(party).Sign(reshare::AbortDigest(kActivated, epoch));
  }
  return out;
}

const reshare::Roster kRoster = MakeRoster(4);

Activation AtEpochZero() {
  return Activation(kActivated, kSelf, AgreementOf(0), ConfirmedBy(0, {{1}, {2}, {3}}).confirmations);
}

Activation WithPending(std::uint64_t epoch) {
  Activation out = AtEpochZero();
  EXPECT_TRUE(out.Prepare(AgreementOf(epoch), ConfirmationBy(kSelf, epoch)).ok());
  return out;
}

TEST(Activation, AConfirmationIsSentWithTheStateThatHoldsThePendingShare) {
  Activation node = AtEpochZero();
  const Result<Effects> effects = node.Prepare(AgreementOf(1), ConfirmationBy(kSelf, 1));
  ASSERT_TRUE(effects.ok());
  EXPECT_TRUE(effects.value().store);
  ASSERT_EQ(effects.value().send.size(), 1u);
  EXPECT_EQ(effects.value().send[0].confirmations.size(), 1u);
  EXPECT_EQ(node.HeldEpochs(), (Epochs{0, 1}));
  EXPECT_EQ(node.SigningEpoch(), 0u);
}

TEST(Activation, AllConfirmationsActivateEraseTheOldShareAndAreForwarded) {
  Activation node = WithPending(1);
  const Effects none = node.Learn(ConfirmedBy(1, {{2}}), kRoster);
  EXPECT_TRUE(none.store && none.erase.empty() && none.send.empty());
  EXPECT_EQ(node.SigningEpoch(), 0u);
  const Effects effects = node.Learn(ConfirmedBy(1, {{3}}), kRoster);
  EXPECT_EQ(effects.erase, (Epochs{0}));
  ASSERT_EQ(effects.send.size(), 1u);
  EXPECT_EQ(effects.send[0].confirmations.size(), 3u);
  EXPECT_EQ(node.SigningEpoch(), 1u);
  EXPECT_EQ(node.HeldEpochs(), (Epochs{1}));
}

TEST(Activation, OnlyTheSignaturesOfMembersOnTheAgreedDigestCount) {
  Activation node = WithPending(1);
  Notice other_digest = ConfirmedBy(2, {{2}, {3}});
  other_digest.epoch = 1;
  Notice swapped = ConfirmedBy(1, {{2}, {3}});
  std::swap(swapped.confirmations.at({2}), swapped.confirmations.at({3}));
  Notice stranger = ConfirmedBy(1, {{2}, {4}});
  Notice other_key = ConfirmedBy(1, {{2}, {3}});
  other_key.key.bytes[0] ^= 1;
  for (const Notice& notice : {other_digest, swapped, stranger, other_key, AbortedBy(1, {{2}, {3}})}) {
    EXPECT_TRUE(node.Learn(notice, kRoster).erase.empty());
    EXPECT_EQ(node.SigningEpoch(), 0u);
  }
  reshare::Roster without = kRoster;
  without.erase(PartyIndex{3});
  EXPECT_TRUE(node.Learn(ConfirmedBy(1, {{3}}), without).erase.empty());
  EXPECT_EQ(node.Learn(ConfirmedBy(1, {{3}}), kRoster).erase, (Epochs{0}));  // party 2 was counted above
}

TEST(Activation, ALateConfirmationStillActivatesAfterManyFailedAttempts) {
  Activation node = WithPending(1);
  for (const std::uint64_t epoch : {2u, 3u, 4u}) {
    EXPECT_TRUE(node.Prepare(AgreementOf(epoch), ConfirmationBy(kSelf, epoch)).ok());
  }
  EXPECT_EQ(node.HeldEpochs(), (Epochs{0, 1, 2, 3, 4}));
  EXPECT_EQ(node.Learn(ConfirmedBy(1, {{2}, {3}}), kRoster).erase, (Epochs{0}));
  EXPECT_EQ(node.SigningEpoch(), 1u);
  EXPECT_EQ(node.Learn(ConfirmedBy(4, {{2}, {3}}), kRoster).erase, (Epochs{1, 2, 3}));
  EXPECT_EQ(node.SigningEpoch(), 4u);
}

TEST(Activation, NeverGoesBackToAnEarlierEpoch) {
  Activation node = WithPending(1);
  EXPECT_TRUE(node.Prepare(AgreementOf(2), ConfirmationBy(kSelf, 2)).ok());
  node.Learn(ConfirmedBy(2, {{2}, {3}}), kRoster);
  EXPECT_EQ(node.SigningEpoch(), 2u);
  EXPECT_FALSE(node.Learn(ConfirmedBy(1, {{2}, {3}}), kRoster).store);
  EXPECT_EQ(node.SigningEpoch(), 2u);
}

TEST(Activation, AnEpochNumberIsUsedOnce) {
  Activation node = WithPending(2);
  const auto refused = [&](std::uint64_t epoch) {
    const Result<Effects> effects = node.Prepare(AgreementOf(epoch), ConfirmationBy(kSelf, epoch));
    return !effects.ok() && effects.error() == Status::kRollback;
  };
  EXPECT_TRUE(refused(0));
  EXPECT_TRUE(refused(1));
  EXPECT_TRUE(refused(2));
  EXPECT_FALSE(refused(3));
}

TEST(Activation, MoreThanSoManyPendingEpochsAreRefusedAndNoneIsDiscarded) {
  Activation node = AtEpochZero();
  for (std::uint64_t epoch = 1; epoch < Activation::kEntriesMax; ++epoch) {
    EXPECT_TRUE(node.Prepare(AgreementOf(epoch), ConfirmationBy(kSelf, epoch)).ok());
  }
  const Result<Effects> refused = node.Prepare(AgreementOf(99), ConfirmationBy(kSelf, 99));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error(), Status::kLimit);
  EXPECT_EQ(node.HeldEpochs().size(), Activation::kEntriesMax);
}

TEST(Activation, GivenUpEpochsMakeRoom) {
  Activation node = AtEpochZero();
  for (std::uint64_t epoch = 1; epoch < 3 * Activation::kEntriesMax; ++epoch) {
    EXPECT_TRUE(node.Prepare(AgreementOf(epoch), ConfirmationBy(kSelf, epoch)).ok()) << epoch;
    node.Learn(AbortedBy(epoch, {{2}, {3}}), kRoster);
    const Result<Effects> effects = node.VoteAbort(epoch, NodeKey(kSelf));
    ASSERT_TRUE(effects.ok());
    EXPECT_EQ(effects.value().erase, (Epochs{epoch}));
  }
  EXPECT_EQ(node.HeldEpochs(), (Epochs{0}));
  EXPECT_EQ(node.SigningEpoch(), 0u);
}

TEST(Activation, OnlyTheVotesOfAllMembersGiveAnEpochUp) {
  Activation node = WithPending(1);
  EXPECT_TRUE(node.VoteAbort(1, NodeKey(kSelf)).ok());
  EXPECT_TRUE(node.Learn(AbortedBy(1, {{2}, {4}}), kRoster).erase.empty());
  EXPECT_EQ(node.HeldEpochs(), (Epochs{0, 1}));
  EXPECT_EQ(node.Learn(AbortedBy(1, {{3}}), kRoster).erase, (Epochs{1}));
  EXPECT_EQ(node.HeldEpochs(), (Epochs{0}));
  EXPECT_TRUE(node.Learn(ConfirmedBy(1, {{2}, {3}}), kRoster).erase.empty());
  EXPECT_EQ(node.SigningEpoch(), 0u);
}

TEST(Activation, ACertificateAfterAVoteKeepsTheOldShareUntilTheContestIsOver) {
  Activation node = WithPending(1);
  EXPECT_TRUE(node.VoteAbort(1, NodeKey(kSelf)).ok());
  EXPECT_TRUE(node.Learn(ConfirmedBy(1, {{2}, {3}}), kRoster).erase.empty());
  EXPECT_EQ(node.SigningEpoch(), 1u);
  EXPECT_EQ(node.HeldEpochs(), (Epochs{0, 1}));
  Activation goes_back = Activation::Parse(node.Encode()).value();
  goes_back.CatchUp();
  EXPECT_EQ(goes_back.Learn(AbortedBy(1, {{2}, {3}}), kRoster).erase, (Epochs{1}));
  EXPECT_EQ(goes_back.SigningEpoch(), 0u);
  EXPECT_TRUE(node.Prepare(AgreementOf(2), ConfirmationBy(kSelf, 2)).ok());
  EXPECT_EQ(node.Learn(ConfirmedBy(2, {{2}, {3}}), kRoster).erase, (Epochs{0, 1}));
  EXPECT_EQ(node.SigningEpoch(), 2u);
}

TEST(Activation, ACertifiedEpochIsNotVotedAgainst) {
  Activation node = WithPending(1);
  node.Learn(ConfirmedBy(1, {{2}, {3}}), kRoster);
  for (const std::uint64_t epoch : {0u, 1u}) {
    const Result<Effects> effects = node.VoteAbort(epoch, NodeKey(kSelf));
    ASSERT_FALSE(effects.ok());
    EXPECT_EQ(effects.error(), Status::kDenied);
  }
  EXPECT_TRUE(node.Learn(AbortedBy(1, {{1}, {2}, {3}}), kRoster).erase.empty());
  EXPECT_EQ(node.SigningEpoch(), 1u);
}

TEST(Activation, AVoteAgainstAnEpochNotYetConfirmedForbidsToConfirmIt) {
  Activation node = AtEpochZero();
  const Result<Effects> vote = node.VoteAbort(1, NodeKey(kSelf));
  ASSERT_TRUE(vote.ok());
  ASSERT_EQ(vote.value().send.size(), 1u);
  EXPECT_TRUE(vote.value().send[0].aborts.contains(kSelf));
  EXPECT_FALSE(node.Prepare(AgreementOf(1), ConfirmationBy(kSelf, 1)).ok());
  Activation restarted = Activation::Parse(node.Encode()).value();
  restarted.CatchUp();
  EXPECT_FALSE(restarted.Prepare(AgreementOf(1), ConfirmationBy(kSelf, 1)).ok());
  EXPECT_TRUE(restarted.VoteAbort(1, NodeKey(kSelf)).ok());
}

TEST(Activation, ARemovedNodeErasesWhatIsOlderThanTheEpochWithoutIt) {
  Activation node = WithPending(1);
  EXPECT_TRUE(node.Prepare(AgreementOf(3), ConfirmationBy(kSelf, 3)).ok());
  EXPECT_TRUE(node.Retire(AgreementOf(2)).erase.empty());  // it is a member: Learn decides
  EXPECT_EQ(node.Retire(AgreementOf(2, {{2}, {3}, {4}})).erase, (Epochs{0, 1}));
  EXPECT_EQ(node.SigningEpoch(), std::nullopt);
  EXPECT_EQ(node.HeldEpochs(), (Epochs{3}));
}

TEST(Activation, ARestartedNodeDoesNothingBeforeItHasCaughtUp) {
  const Activation before = WithPending(1);
  Activation node = Activation::Parse(before.Encode()).value();
  EXPECT_EQ(node.SigningEpoch(), std::nullopt);
  const Result<Effects> refused = node.Prepare(AgreementOf(2), ConfirmationBy(kSelf, 2));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error(), Status::kBusy);
  EXPECT_EQ(node.Learn(ConfirmedBy(1, {{2}, {3}}), kRoster).erase, (Epochs{0}));
  node.CatchUp();
  EXPECT_EQ(node.SigningEpoch(), 1u);
}

TEST(Activation, AJoinerSignsWithItsFirstCertifiedEpoch) {
  Activation node(kActivated, kSelf);
  EXPECT_EQ(node.SigningEpoch(), std::nullopt);
  EXPECT_TRUE(node.Prepare(AgreementOf(5), ConfirmationBy(kSelf, 5)).ok());
  EXPECT_TRUE(node.Learn(ConfirmedBy(5, {{2}, {3}}), kRoster).erase.empty());
  EXPECT_EQ(node.SigningEpoch(), 5u);
}

TEST(Activation, WhoKnowsLessIsToldTheRest) {
  Activation node = WithPending(1);
  const Effects first = node.Learn(ConfirmedBy(1, {{2}}), kRoster);
  ASSERT_TRUE(first.reply.has_value());
  EXPECT_EQ(first.reply->confirmations.size(), 2u);
  EXPECT_FALSE(node.Learn(ConfirmedBy(1, {{1}, {2}, {3}}), kRoster).reply.has_value());
  EXPECT_FALSE(
      node.Learn({kActivated, 1, {}, {}}, kRoster).reply.has_value());  // it brings nothing: it may ask
  EXPECT_TRUE(node.Prepare(AgreementOf(2), ConfirmationBy(kSelf, 2)).ok());
  node.Learn(AbortedBy(2, {{2}, {3}}), kRoster);
  EXPECT_TRUE(node.VoteAbort(2, NodeKey(kSelf)).ok());
  const Effects given_up = node.Learn(ConfirmedBy(2, {{2}}), kRoster);
  ASSERT_TRUE(given_up.reply.has_value());
  EXPECT_EQ(given_up.reply->aborts.size(), 3u);
}

TEST(Activation, EncodesToItselfAndRefusesWhatItCannotHaveMade) {
  Activation node = WithPending(1);
  node.Learn(AbortedBy(1, {{2}}), kRoster);
  const Bytes encoded = node.Encode();
  ASSERT_TRUE(Activation::Parse(encoded).ok());
  EXPECT_EQ(Activation::Parse(encoded).value().Encode(), encoded);
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    EXPECT_FALSE(Activation::Parse(ByteSpan(encoded).first(size)).ok()) << size;
  }
  Bytes changed = encoded;
  changed.push_back(0);
  EXPECT_FALSE(Activation::Parse(changed).ok());
  const auto with = [&](std::size_t offset, std::uint8_t value) {
    Bytes out = encoded;
    out[offset] = value;
    return Activation::Parse(out).ok();
  };
  EXPECT_FALSE(with(0, 2));   // version
  EXPECT_FALSE(with(35, 0));  // highest epoch below an entry's
  EXPECT_FALSE(with(43, 9));  // too many entries
  EXPECT_FALSE(with(44, 0));  // no such state
  EXPECT_FALSE(with(44, 4));
  EXPECT_FALSE(with(45, 9));  // epochs do not rise
}

TEST(Notice, EncodesToItselfAndRefusesEverythingElse) {
  Notice notice = ConfirmedBy(7, {{1}, {3}});
  notice.aborts = AbortedBy(7, {{2}}).aborts;
  const Bytes encoded = notice.Encode();
  EXPECT_EQ(encoded.size(), 45u + 66 * 3);
  ASSERT_TRUE(Notice::Parse(encoded).ok());
  EXPECT_EQ(Notice::Parse(encoded).value().Encode(), encoded);
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    EXPECT_FALSE(Notice::Parse(ByteSpan(encoded).first(size)).ok()) << size;
  }
  Bytes changed = encoded;
  changed.push_back(0);
  EXPECT_FALSE(Notice::Parse(changed).ok());
  Bytes version = encoded;
  version[0] = 2;
  EXPECT_FALSE(Notice::Parse(version).ok());
  Bytes repeated = encoded;
  repeated[43 + 66] = 1;  // the second confirmation by the same party
  EXPECT_FALSE(Notice::Parse(repeated).ok());
}

}  // namespace
}  // namespace passport::test
