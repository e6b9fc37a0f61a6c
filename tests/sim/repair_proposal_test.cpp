// What the digest of a repair is made of: nothing that can be said twice gives it twice.
#include <gtest/gtest.h>

#include "trusted/core/repair_messages.h"

namespace passport::core {
namespace {

struct Said {
  Hash32 manifest{};
  std::array<BootId, 3> boots{BootId{{1}}, BootId{{8}}, BootId{{9}}};  // of the lost node and its helpers
  RequestId request{{2}};
  PartyIndex lost{1};
  RepairInvite invite{RecordId{{3}}, KeyId{{4}}, {{2}, {3}}};
  RepairBegin begin{5, {Hash32{6}, Hash32{7}}};

  reshare::RepairProposal Proposal() const {
    crypto::SeededRng rng(1);
    const Identity identity{{},       manifest, PartyIndex{1}, boots[0], crypto::SigningKey::Generate(rng),
                            rng.Key()};
    return MakeProposal(identity, boots, request, lost, invite, begin);
  }
};

TEST(RepairProposals, EachPartOfWhatWasSaidChangesTheDigest) {
  std::set<Hash32> digests{Said().Proposal().digest};
  const auto is_new = [&](const Said& said) { return digests.insert(said.Proposal().digest).second; };
  EXPECT_FALSE(is_new({}));
  EXPECT_TRUE(is_new({.manifest = {9}}));
  EXPECT_TRUE(is_new({.boots = {BootId{{9}}, BootId{{8}}, BootId{{9}}}})) << "of the lost node";
  EXPECT_TRUE(is_new({.boots = {BootId{{1}}, BootId{{8}}, BootId{{7}}}})) << "of a helper";
  EXPECT_TRUE(is_new({.request = {{9}}}));
  EXPECT_TRUE(is_new({.invite = {RecordId{{9}}, KeyId{{4}}, {{2}, {3}}}}));
  EXPECT_TRUE(is_new({.begin = {5, {Hash32{9}, Hash32{7}}}}));
  EXPECT_TRUE(is_new({.begin = {5, {Hash32{6}, Hash32{9}}}}));
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
