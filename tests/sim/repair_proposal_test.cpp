// What the digest of a repair is made of: nothing that can be said twice gives it twice.
#include <gtest/gtest.h>

#include "trusted/core/repair_messages.h"

namespace passport::core {
namespace {

struct NoEvents final : PeerEvents {
  void OnPeerOpen(PartyIndex) override {}
  void OnPeerLost(PartyIndex) override {}
  void OnRunsLost(PartyIndex) override {}
  void OnSetupLost(PartyIndex) override {}
  void OnPeerMessage(PartyIndex, PeerMessage) override {}
  void OnFaultsChanged() override {}
};

struct Said {
  Hash32 manifest{};
  BootId boot{{1}};  // of node 1, whose view this is; it has no sessions
  RequestId request{{2}};
  PartyIndex lost{1};
  RepairInvite invite{RecordId{{3}}, KeyId{{4}}, {{2}, {3}}};
  RepairBegin begin{5, {Hash32{6}, Hash32{7}}};

  reshare::RepairProposal Proposal() const {
    crypto::SeededRng rng(1);
    const Identity identity{{}, manifest, PartyIndex{1}, boot, crypto::SigningKey::Generate(rng), rng.Key()};
    Outbox outbox;
    NoEvents events;
    const PeerTable peers(identity, outbox, events, rng);
    return MakeProposal(identity, peers, request, lost, invite, begin);
  }
};

TEST(RepairProposals, EachPartOfWhatWasSaidChangesTheDigest) {
  std::set<Hash32> digests{Said().Proposal().digest};
  const auto is_new = [&](const Said& said) { return digests.insert(said.Proposal().digest).second; };
  EXPECT_FALSE(is_new({}));
  EXPECT_TRUE(is_new({.manifest = {9}}));
  EXPECT_TRUE(is_new({.boot = {{9}}})) << "of the lost node";
  EXPECT_TRUE(is_new({.request = {{9}}}));
  EXPECT_TRUE(is_new({.invite = {RecordId{{9}}, KeyId{{4}}, {{2}, {3}}}}));
  EXPECT_TRUE(is_new({.begin = {5, {Hash32{9}, Hash32{7}}}}));
  EXPECT_TRUE(is_new({.begin = {5, {Hash32{6}, Hash32{9}}}}));
  Said helper{.lost = {3}, .invite = {RecordId{{3}}, KeyId{{4}}, {{1}, {2}}}};
  EXPECT_TRUE(is_new(helper));
  helper.boot = {{9}};
  EXPECT_TRUE(is_new(helper)) << "of a helper";
}

// The rest is in the context, which is in every part and sum.
TEST(RepairProposals, TheProposalSaysWhoHelpsWhomWithWhichKeyAndEpoch) {
  const Said said;
  const reshare::RepairProposal proposal = said.Proposal();
  EXPECT_EQ(proposal.key, said.invite.key);
  EXPECT_EQ(proposal.epoch, said.begin.epoch);
  EXPECT_EQ(proposal.helpers, said.invite.helpers);
  EXPECT_EQ(proposal.lost, said.lost);
}

}  // namespace
}  // namespace passport::core
