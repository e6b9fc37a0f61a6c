// Honest resharings: refresh, other committees, other thresholds; what signs afterwards and what no longer
// does.
#include <gtest/gtest.h>

#include "sealing/sealer.h"
#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/reshare_network.h"
#include "tests/unit/protocol/sign_network.h"
#include "trusted/sharing/quorum.h"

namespace passport::test {
namespace {

using protocol::Abort;
using protocol::AbortReason;

static_assert(!std::is_copy_constructible_v<reshare::AwaitingCommitments>);
static_assert(!std::is_copy_constructible_v<reshare::AwaitingOpenings>);

// Reshares and expects that all new holders hold the same key.
Committee ExpectReshared(const Committee& from, const reshare::Proposal& proposal, std::uint64_t seed) {
  const ReshareRun run = RunReshare(from, proposal, seed);
  for (const auto& [party, abort] : run.aborts) ADD_FAILURE() << party.value << ": " << Describe(abort);
  Committee out = run.Activated();
  EXPECT_EQ(out.shares.size(), proposal.holders.size());
  EXPECT_TRUE(out.certificate.Verify(MakeRoster(8), 0).ok());
  EXPECT_EQ(out.facts().Id(), from.facts().Id());
  EXPECT_EQ(out.facts().PublicKey(), from.facts().PublicKey());
  EXPECT_EQ(out.facts().chain_code, from.facts().chain_code);
  EXPECT_EQ(out.facts().epoch, proposal.epoch);
  for (const auto& [party, share] : out.shares) {
    EXPECT_EQ(share.epoch, proposal.epoch);
    EXPECT_EQ(share.commitments, out.facts().commitments);
    EXPECT_EQ(curve::MulBase(share.share.Expose()), share.SharePoint(party));
  }
  return out;
}

void ExpectEveryQuorumOpens(const Committee& committee) {
  for (const Parties& quorum : QuorumsOf(committee.facts().proposal.dealers, committee.facts().proposal.t)) {
    EXPECT_EQ(OpenedBy(committee.shares, quorum), committee.facts().PublicKey());
  }
}

void ExpectEveryQuorumSigns(Committee committee) {
  const Parties holders = committee.facts().proposal.dealers;
  const std::size_t t = committee.facts().proposal.t;
  const curve::Point key = committee.facts().PublicKey();
  const Cluster cluster(std::move(committee.shares), 7);
  for (const Parties& quorum : QuorumsOf(holders, t)) {
    const SignRun run = RunSign(cluster, quorum, 8);
    ASSERT_EQ(run.signatures.size(), t);
    EXPECT_TRUE(curve::VerifyEcdsa(key, MakeDigest(1), run.signatures.at(quorum[0])));
  }
}

TEST(Reshare, ARefreshedKeyIsSignedWithByEveryQuorum) {
  const Committee before = MakeCommittee(2, 3, 300);
  const Committee after = ExpectReshared(before, MakeReshareProposal(before, AllOf(3), 2, 3, AllOf(3)), 301);
  for (const auto& [party, share] : after.shares) {
    EXPECT_FALSE(share.share.Expose().EqualsPublic(before.shares.at(party).share.Expose()));
  }
  ExpectEveryQuorumOpens(after);
  ExpectEveryQuorumSigns(ExpectReshared(after, MakeReshareProposal(after, {{1}, {3}}, 2, 3, AllOf(3)), 302));
}

TEST(Reshare, AReplacedNodeLeavesAKeyThatEveryNewQuorumSignsWith) {
  const Committee before = MakeCommittee(2, 3, 303);
  const Parties holders = {{1}, {2}, {4}};
  ExpectEveryQuorumSigns(ExpectReshared(before, MakeReshareProposal(before, {{1}, {2}}, 2, 4, holders), 304));
}

TEST(Reshare, ARaisedThresholdIsNeededToSign) {
  const Committee before = MakeCommittee(2, 3, 305);
  Committee after = ExpectReshared(before, MakeReshareProposal(before, AllOf(3), 3, 4, AllOf(4)), 306);
  for (const Parties& pair : QuorumsOf(AllOf(4), 2)) {
    EXPECT_NE(OpenedBy(after.shares, pair), after.facts().PublicKey());
  }
  ExpectEveryQuorumSigns(std::move(after));
}

// Every (t, n) up to five to several others, dealt by the last t holders or by all.
TEST(Reshare, EveryCommitteeReachesEveryOther) {
  struct Shape {
    std::uint16_t t, n;
  };
  std::uint64_t seed = 310;
  for (std::uint16_t n = 2; n <= 5; ++n) {
    for (std::uint16_t t = 2; t <= n; ++t) {
      const Committee before = MakeCommittee(t, n, seed++);
      const Parties all = AllOf(n);
      const Parties last(all.end() - t, all.end());
      for (const Shape& to : {Shape{t, n}, Shape{2, 2}, Shape{2, 4}, Shape{3, 5}}) {
        const Parties& dealers = seed % 2 == 0 ? all : last;
        ExpectEveryQuorumOpens(
            ExpectReshared(before, MakeReshareProposal(before, dealers, to.t, to.n, AllOf(to.n)), seed++));
      }
    }
  }
}

TEST(Reshare, HoldersMayBeStrangersToTheOldCommittee) {
  const Committee before = MakeCommittee(2, 3, 340);
  const Parties holders = {{4}, {5}, {6}};
  const Committee after = ExpectReshared(before, MakeReshareProposal(before, {{2}, {3}}, 2, 6, holders), 341);
  ExpectEveryQuorumOpens(after);
}

// dkls23.md 7.4: f and g share only the constant term.
TEST(Reshare, OldAndNewSharesTogetherGiveAnotherKey) {
  const Committee before = MakeCommittee(3, 4, 342);
  const Committee after = ExpectReshared(before, MakeReshareProposal(before, AllOf(4), 3, 4, AllOf(4)), 343);
  for (const Parties& quorum : QuorumsOf(AllOf(4), 3)) {
    for (unsigned old = 1; old + 1 < 1u << 3; ++old) {
      std::map<PartyIndex, sharing::KeyShare> mixed;
      for (std::size_t i = 0; i < 3; ++i) {
        mixed.emplace(quorum[i], CopyOf((old >> i & 1 ? before : after).shares.at(quorum[i])));
      }
      EXPECT_NE(OpenedBy(mixed, quorum), before.facts().PublicKey());
    }
  }
}

TEST(Reshare, ASignerWithAnOldShareMakesNoSignature) {
  Committee before = MakeCommittee(2, 3, 344);
  Committee after = ExpectReshared(before, MakeReshareProposal(before, AllOf(3), 2, 3, AllOf(3)), 345);
  after.shares.at({1}) = CopyOf(before.shares.at({1}));
  after.shares.at({1}).commitments = after.facts().commitments;
  const SignRun run = RunSign(Cluster(std::move(after.shares), 7), {{1}, {2}}, 8);
  EXPECT_TRUE(run.signatures.empty());
  EXPECT_EQ(Describe(run.aborts.at({2})), Describe({AbortReason::kPublicKeySum, PartyIndex{1}}));
}

TEST(Reshare, ADealerThatLeavesReceivesNothing) {
  const Committee before = MakeCommittee(2, 3, 346);
  const ReshareRun run =
      RunReshare(before, MakeReshareProposal(before, AllOf(3), 2, 4, {{1}, {2}, {4}}), 347);
  EXPECT_FALSE(run.wire.HasSent({2, {1}, {3}}));
  EXPECT_TRUE(run.wire.HasSent({2, {3}, {1}}));
  EXPECT_FALSE(run.confirmed.contains({3}));
  EXPECT_EQ(run.Activated().shares.size(), 3u);
}

TEST(Reshare, MessagesHaveTheStatedSizesAndOneSeedGivesOneTrace) {
  const Committee before = MakeCommittee(2, 3, 348);
  const reshare::Proposal proposal = MakeReshareProposal(before, AllOf(3), 2, 3, AllOf(3));
  const ReshareRun run = RunReshare(before, proposal, 349);
  EXPECT_EQ(run.wire.sent({1, {1}, {2}}).size(), 100u);
  EXPECT_EQ(run.wire.sent({2, {1}, {2}}).size(), 136u + 98 * 2 + 32);
  EXPECT_EQ(run.wire.sent({3, {1}, {2}}).size(), 45u + 66);
  EXPECT_EQ(run.Activated().certificate.Encode().size(), 141u + 41 + 2 * 3 + 33 * 2 + 66 * 3);
  EXPECT_EQ(run.wire.Trace(), RunReshare(before, proposal, 349).wire.Trace());
  EXPECT_NE(run.wire.Trace(), RunReshare(before, proposal, 350).wire.Trace());
}

// rules.md 26: with the SEAL1 header, without the certificate.
TEST(Reshare, ASealedShareOfThreeNodesTakesAtMost600Bytes) {
  const Committee before = MakeCommittee(2, 3, 351);
  const Committee after = ExpectReshared(before, MakeReshareProposal(before, AllOf(3), 2, 3, AllOf(3)), 352);
  crypto::SeededRng rng(1);
  const sealing::Sealer sealer({rng.Key(), rng.Key(), 0, sealing::kSourceKeyfile, 0});
  const crypto::SecretBytes record = after.shares.at({1}).EncodeSecret();
  EXPECT_EQ(record.Expose().size(), 109u + 9 + 2 * 3 + 33 * 2);
  EXPECT_EQ(sealer.Seal({}, record.Expose(), rng).size(), 364u);
  EXPECT_LE(sealer.Seal({}, record.Expose(), rng).size(), 600u);
}

// Every proposal that must be refused, before anything is drawn.
TEST(Reshare, ImpossibleProposalsAreRefused) {
  const Committee from = MakeCommittee(2, 3, 353);
  const auto refused = [&](const std::function<void(reshare::Proposal&)>& spoil, PartyIndex self = {1}) {
    reshare::Proposal proposal = MakeReshareProposal(from, AllOf(3), 2, 3, AllOf(3));
    spoil(proposal);
    crypto::SeededRng rng(12);
    crypto::SeededRng untouched(12);
    const auto step = reshare::Start(proposal, from.facts(), from.shares.at(self), rng);
    return !step.ok() && Describe(step.error()) == Describe({AbortReason::kWrongQuorum, {}}) &&
           rng.Array<32>() == untouched.Array<32>();
  };
  using P = reshare::Proposal;
  EXPECT_FALSE(refused([](P&) {}));
  EXPECT_TRUE(refused([](P& p) { p.key.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused([](P& p) { p.epoch = 0; }));
  EXPECT_TRUE(refused([](P& p) { p.dealers = {{1}}; }));
  EXPECT_TRUE(refused([](P& p) { p.dealers = {{1}, {4}}; }));
  EXPECT_TRUE(refused([](P& p) { p.dealers = {{2}, {1}}; }));
  EXPECT_TRUE(refused([](P& p) { p.dealers = {{1}, {1}}; }));
  EXPECT_TRUE(refused([](P& p) { p.dealers = {{0}, {1}}; }));
  EXPECT_TRUE(refused([](P& p) { p.t = 1; }));
  EXPECT_TRUE(refused([](P& p) { p.t = 4; }));
  EXPECT_TRUE(refused([](P& p) { p.n = 65; }));
  EXPECT_TRUE(refused([](P& p) { p.n = 2; }));
  EXPECT_TRUE(refused([](P& p) { p.holders = {{1}}; }));
  EXPECT_TRUE(refused([](P& p) { p.holders = {{2}, {1}}; }));
  EXPECT_TRUE(refused([](P& p) { p.holders = {{0}, {1}}; }));
  EXPECT_TRUE(refused([](P& p) { p.marks = 4; }));
  EXPECT_FALSE(refused([](P& p) { p.marks = sharing::kMarkExported; }));
  EXPECT_TRUE(refused([](P& p) { p.dealers = {{2}, {3}}, p.holders = {{2}, {3}}; }));  // without self
  EXPECT_FALSE(refused([](P& p) { p.dealers = {{2}, {3}}; }));
}

TEST(Reshare, AShareOfAnotherKeyOrEpochOrWithAnUnknownMarkIsRefused) {
  const Committee from = MakeCommittee(2, 3, 354);
  const reshare::Proposal proposal = MakeReshareProposal(from, AllOf(3), 2, 3, AllOf(3));
  const auto refused = [&](const std::function<void(sharing::KeyShare&)>& spoil) {
    sharing::KeyShare share = CopyOf(from.shares.at({1}));
    spoil(share);
    crypto::SeededRng rng(12);
    return !reshare::Start(proposal, from.facts(), share, rng).ok();
  };
  EXPECT_FALSE(refused([](sharing::KeyShare&) {}));
  EXPECT_TRUE(refused([](sharing::KeyShare& share) { share.id.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused([](sharing::KeyShare& share) { share.epoch = 1; }));
  EXPECT_TRUE(refused([](sharing::KeyShare& share) { share.chain_code[0] ^= 1; }));
  EXPECT_TRUE(refused([](sharing::KeyShare& share) { share.commitments[1] = share.commitments[0]; }));
  EXPECT_TRUE(refused([](sharing::KeyShare& share) { share.marks = sharing::kMarkExported; }));
}

TEST(Reshare, AJoinerNeedsACertificateOfEnoughOldNodes) {
  const Committee from = MakeCommittee(2, 3, 355);
  const reshare::Proposal proposal = MakeReshareProposal(from, AllOf(3), 2, 4, {{1}, {2}, {4}});
  const auto reason_of = [&](const dkg::KeyCertificate& certificate, const reshare::Roster& roster,
                             std::size_t min_confirmers, const reshare::Proposal& to) {
    crypto::SeededRng rng(12);
    const auto step = reshare::Join(to, certificate, roster, min_confirmers, {4}, rng);
    return step.ok() ? std::string("none") : Describe(step.error());
  };
  const std::string bad_certificate = Describe({AbortReason::kConfirmation, {}});
  EXPECT_EQ(reason_of(from.certificate, MakeRoster(3), 3, proposal), "none");
  EXPECT_EQ(reason_of(from.certificate, MakeRoster(3), 4, proposal), bad_certificate);
  EXPECT_EQ(reason_of(from.certificate, MakeRoster(2), 3, proposal), bad_certificate);
  dkg::KeyCertificate forged = from.certificate;
  forged.facts.commitments[0] = *curve::MulBase(curve::Scalar::FromU64(5));
  EXPECT_EQ(reason_of(forged, MakeRoster(3), 3, proposal), bad_certificate);
  // A valid certificate, but of another key than was agreed on.
  EXPECT_EQ(reason_of(MakeCommittee(2, 3, 356).certificate, MakeRoster(3), 3, proposal),
            Describe({AbortReason::kWrongQuorum, {}}));
  reshare::Proposal dealing = proposal;
  dealing.dealers = {{1}, {2}, {4}};
  EXPECT_EQ(reason_of(from.certificate, MakeRoster(3), 3, dealing),
            Describe({AbortReason::kWrongQuorum, {}}));
}

TEST(Reshare, ACertificateOfALaterEpochNeedsAllHolders) {
  const Committee before = MakeCommittee(2, 3, 357);
  Committee after = ExpectReshared(before, MakeReshareProposal(before, AllOf(3), 2, 3, AllOf(3)), 358);
  EXPECT_TRUE(after.certificate.Verify(MakeRoster(3), 2).ok());
  EXPECT_TRUE(dkg::KeyCertificate::Parse(after.certificate.Encode()).value().Verify(MakeRoster(3), 2).ok());
  Committee changed = after.certificate.facts.epoch == 1 ? Committee{after.certificate, {}} : Committee{};
  changed.certificate.facts.epoch = 2;
  EXPECT_FALSE(changed.certificate.Verify(MakeRoster(3), 2).ok());
  changed.certificate.facts.epoch = 1;
  changed.certificate.facts.marks = sharing::kMarkExported;
  EXPECT_FALSE(changed.certificate.Verify(MakeRoster(3), 2).ok());
  changed.certificate.facts.marks = 0;
  changed.certificate.facts.key.bytes[0] ^= 1;
  EXPECT_FALSE(changed.certificate.Verify(MakeRoster(3), 2).ok());
  after.certificate.confirmations.erase(PartyIndex{2});
  EXPECT_FALSE(after.certificate.Verify(MakeRoster(3), 2).ok());
}

TEST(Reshare, TheEpochIsPartOfARunsId) {
  sign::SsidInput input;
  input.t = 2;
  input.quorum = {{1}, {2}};
  const Hash32 first = sign::MakeSsid(input);
  input.epoch = 1;
  EXPECT_NE(sign::MakeSsid(input), first);
}

}  // namespace
}  // namespace passport::test
