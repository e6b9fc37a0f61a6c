// Import and export with one message changed in one field: the exact verdict of who receives it.
#include <gtest/gtest.h>

#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/transfer_parties.h"

namespace passport::test::transfer_matrix {
namespace {

using protocol::Abort;
using protocol::AbortReason;

constexpr PartyIndex kOther{1};
constexpr PartyIndex kVictim{2};

// All that the owner sends to one node in one message, as the node takes it apart: the offer, and the share
// sealed to it. No node is to blame for what the owner sends.
const Fields kOffer = {
    {"version", 0, 1, FieldType::kFixed, AbortReason::kMalformed, false},
    {"curve", 1, 1, FieldType::kFixed, AbortReason::kMalformed, false},
    {"coefficient count", 2, 2, FieldType::kFixed, AbortReason::kMalformed, false},
    {"coefficient 0", 4, 33, FieldType::kPoint, AbortReason::kPublicKeySum, false, "coefficient"},
    {"coefficient 1", 37, 33, FieldType::kPoint, AbortReason::kProof, false, "coefficient"},
    {"chain code", 70, 32, FieldType::kOpaque, AbortReason::kProof, false},
    {"signature nonce", 102, 33, FieldType::kPoint, AbortReason::kProof, false},
    {"signature response", 135, 32, FieldType::kScalar, AbortReason::kProof, false},
};
const Fields kSealedShare = {
    {"encapsulated key", 0, 32, FieldType::kOpaque, AbortReason::kMalformed, false},
    {"share", 32, 32, FieldType::kOpaque, AbortReason::kMalformed, false},
    {"tag", 64, 16, FieldType::kOpaque, AbortReason::kMalformed, false},
};
const Fields kAnswer = {
    {"version", 0, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"from", 1, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"length", 3, 4, FieldType::kFixed, AbortReason::kMalformed, true},
    {"encapsulated key", 7, 32, FieldType::kOpaque, AbortReason::kMalformed, true},
    {"share", 39, 32, FieldType::kOpaque, AbortReason::kMalformed, true},
    {"tag", 71, 16, FieldType::kOpaque, AbortReason::kMalformed, true},
};

class ImportMatrix : public testing::Test {
 protected:
  static dkg::Proposal ProposalWith(std::uint8_t digest) {
    dkg::Proposal out = MakeProposal(2, 3);
    out.digest.fill(digest);
    return out;
  }

  std::string VerdictOn(const Bytes& offer, const Bytes& sealed_share) const {
    const auto parsed = transfer::ImportOffer::Parse(offer);
    if (!parsed.ok()) return Describe({AbortReason::kMalformed, {}});
    transfer::ImportDeal deal{parsed.value(), {{kVictim, sealed_share}}};
    const auto outcome = AcceptAs(kVictim, ProposalWith(1), deal);
    return outcome.ok() ? "accepted" : Describe(outcome.error());
  }

  const transfer::ImportDeal deal_ = MakeDeal(ProposalWith(1), 700);
  const transfer::ImportDeal other_session_ = MakeDeal(ProposalWith(2), 701);
  const Bytes offer_ = deal_.offer.Encode();
  const Bytes& share_ = deal_.sealed_shares.at(kVictim);
};

TEST_F(ImportMatrix, EveryChangedFieldOfTheOfferGivesItsVerdict) {
  ASSERT_EQ(VerdictOn(offer_, share_), "accepted");
  ExpectTiles(kOffer, offer_.size());
  // An offer is the same to all nodes: there is no other peer's.
  const Sources sources{offer_, offer_, other_session_.offer.Encode()};
  for (std::size_t i = 0; i < kOffer.size(); ++i) {
    for (const Mutation& mutation : MutationsOf(kOffer, i, sources)) {
      const AbortReason reason = mutation.decodes ? kOffer[i].reason : AbortReason::kMalformed;
      EXPECT_EQ(VerdictOn(mutation.message, share_), Describe({reason, {}})) << mutation.name;
    }
  }
  for (const Mutation& mutation : WrongSizesOf(offer_)) {
    EXPECT_EQ(VerdictOn(mutation.message, share_), Describe({AbortReason::kMalformed, {}})) << mutation.name;
  }
  EXPECT_EQ(VerdictOn(sources.other_session, share_), Describe({AbortReason::kProof, {}}));
}

TEST_F(ImportMatrix, EveryChangedFieldOfASealedShareGivesItsVerdict) {
  ExpectTiles(kSealedShare, share_.size());
  const Sources sources{share_, deal_.sealed_shares.at(kOther), other_session_.sealed_shares.at(kVictim)};
  std::vector<Mutation> mutations = WrongSizesOf(share_);
  mutations.push_back({"another receiver's", sources.other_peer, true});
  mutations.push_back({"another session's", sources.other_session, true});
  for (std::size_t i = 0; i < kSealedShare.size(); ++i) {
    for (Mutation& mutation : MutationsOf(kSealedShare, i, sources)) mutations.push_back(std::move(mutation));
  }
  for (const Mutation& mutation : mutations) {
    EXPECT_EQ(VerdictOn(offer_, mutation.message), Describe({AbortReason::kMalformed, {}})) << mutation.name;
  }
}

class ExportMatrix : public testing::Test {
 protected:
  Bytes AnswerOf(PartyIndex party, const transfer::ExportOrder& order) {
    return transfer::Export(order, CopyOf(committee_.shares.at(party)), rng_).value().out.Encode();
  }

  // What the owner says to the other node's honest answer and this one, which came from the victim's node.
  std::string VerdictOn(const Bytes& answer) const {
    std::map<PartyIndex, transfer::ExportedShare> answers;
    for (const auto& [from, bytes] : {std::pair{kOther, honest_of_other_}, {kVictim, answer}}) {
      const auto parsed = transfer::ExportedShare::Parse(bytes);
      if (!parsed.ok()) return Describe({AbortReason::kMalformed, from});
      answers.emplace(from, parsed.value());
    }
    const auto outcome = transfer::OpenExport(order_, user_, committee_.facts(), answers);
    return outcome.ok() ? "key" : Describe(outcome.error());
  }

  transfer::ExportOrder OrderWith(std::uint8_t id) const {
    return {Hash32{id}, committee_.facts().Id(), 0, crypto::PublicX25519(user_)};
  }

  const Committee committee_ = MakeCommittee(2, 3, 710);
  crypto::SeededRng rng_{711};
  const crypto::SecretKey32 user_ = rng_.Key();
  const transfer::ExportOrder order_ = OrderWith(4);
  const Bytes honest_ = AnswerOf(kVictim, order_);
  const Bytes honest_of_other_ = AnswerOf(kOther, order_);
};

TEST_F(ExportMatrix, EveryChangedFieldOfAnAnswerGivesItsVerdict) {
  ASSERT_EQ(VerdictOn(honest_), "key");
  ExpectTiles(kAnswer, honest_.size());
  const Sources sources{honest_, honest_of_other_, AnswerOf(kVictim, OrderWith(5))};
  for (std::size_t i = 0; i < kAnswer.size(); ++i) {
    const std::optional<PartyIndex> blamed = kAnswer[i].blames ? std::optional(kVictim) : std::nullopt;
    for (const Mutation& mutation : MutationsOf(kAnswer, i, sources)) {
      const Abort expected =
          mutation.decodes ? Abort{kAnswer[i].reason, blamed} : Abort{AbortReason::kMalformed, kVictim};
      EXPECT_EQ(VerdictOn(mutation.message), Describe(expected)) << mutation.name;
    }
  }
  for (const Mutation& mutation : WrongSizesOf(honest_)) {
    EXPECT_EQ(VerdictOn(mutation.message), Describe({AbortReason::kMalformed, kVictim})) << mutation.name;
  }
  EXPECT_EQ(VerdictOn(sources.other_peer), Describe({AbortReason::kWrongSession, {}}));
  EXPECT_EQ(VerdictOn(sources.other_session), Describe({AbortReason::kMalformed, kVictim}));
}

}  // namespace
}  // namespace passport::test::transfer_matrix
