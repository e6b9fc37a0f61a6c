// A refresh of all keys by the statement of one node's operator (dkls23.md 7.1 to 7.4): new shares for all,
// the old ones gone, statements that count once, nodes that were away.
#include "tests/sim/refresh_fixture.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

class SimRefresh : public RefreshFixture {};

TEST_F(SimRefresh, EveryKeySignsAtEveryQuorumAndTheOldSharesAreGone) {
  const std::string before = Epochs();
  std::map<PartyIndex, std::set<RecordId>> old_shares;
  for (const PartyIndex party : {kOne, kTwo, kThree}) old_shares[party] = Shares(party);
  const std::size_t pairs = network.Logged(Event::kPairReady);
  Order(kOne);
  EXPECT_TRUE(Becomes(kOne, "done"));
  EXPECT_NE(Epochs(), before);
  EXPECT_NE(Epochs(), "differ");
  for (const auto& [party, ids] : old_shares) {
    const std::set<RecordId> now = Shares(party);
    EXPECT_EQ(now.size(), ids.size());
    for (const RecordId& id : ids) EXPECT_FALSE(now.contains(id)) << party.value;
  }
  EXPECT_EQ(network.Logged(Event::kPairReady) - pairs, 6u) << "each pair once, told by both of it";
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
  EXPECT_TRUE(EveryQuorumSigns());
}

TEST_F(SimRefresh, SigningGoesOnWhileItRuns) {
  Order(kTwo);
  std::size_t signatures = 0;
  while (State(kTwo) != "done" && signatures < 500) {
    ASSERT_TRUE(world.Signs(PartyIndex{static_cast<std::uint16_t>(1 + signatures++ % 3)}));
  }
  EXPECT_GE(signatures, 3u) << "through every node";
  EXPECT_TRUE(EveryQuorumSigns());
}

// rules.md 14. What differs from a good statement in one thing changes nothing, here or at another node.
TEST_F(SimRefresh, AStatementCountsOnceInTimeAndForItsOwnNode) {
  const core::AdminStatement first = Statement(kOne);
  EXPECT_EQ(network.Admin(kOne, first), Status::kOk);
  ASSERT_TRUE(Becomes(kOne, "done"));
  const std::string epochs = Epochs();
  using Change = std::function<void(core::AdminStatement&)>;
  const std::pair<Change, Status> table[] = {
      {[&](auto& s) { s = first; }, Status::kPeerReplay},
      {[](auto& s) { s.expires_unix_ms = s.number - 1'000; }, Status::kPeerReplay},
      {[](auto& s) { s.node = kTwo; }, Status::kPeerUnknown},
      {[](auto& s) { s.network[0] ^= 1; }, Status::kPeerUnknown},
      {[](auto& s) { s.argument = kTwo; }, Status::kPeerUnknown},
      {[](auto& s) { s.signer = kTwo; }, Status::kDenied}};
  for (const auto& [change, verdict] : table) {
    core::AdminStatement statement = Statement(kOne);
    change(statement);
    Sign(statement, statement.signer);
    EXPECT_EQ(network.Admin(kOne, statement), verdict);
  }
  core::AdminStatement forged = Statement(kOne);
  Sign(forged, kTwo);
  EXPECT_EQ(network.Admin(kOne, forged), Status::kBadSignature);
  network.Run(2'000);
  EXPECT_EQ(Epochs(), epochs);
}

// A core that leads without a statement of its own operator, or by one that was followed.
TEST_F(SimRefresh, ALeaderWithoutAGoodStatementIsRefusedByEveryNode) {
  const core::AdminStatement good = Statement(kOne);
  std::optional<PeerMessage> invite;
  std::map<MessageKind, std::size_t> seen;
  network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
    if (message.kind == MessageKind::kRefreshInvite && from == kOne) invite = message;
    ++seen[message.kind];
    return true;
  };
  EXPECT_EQ(network.Admin(kOne, good), Status::kOk);
  ASSERT_TRUE(Becomes(kOne, "done"));
  ASSERT_TRUE(invite.has_value());
  const std::string epochs = Epochs();
  core::RefreshInvite body = core::RefreshInvite::Parse(invite->body).value();
  using Change = std::function<void(core::AdminStatement&)>;
  const Change changes[] = {
      [](auto&) {},  // done
      [&](auto& s) { s = Statement(kOne), s.signature[3] ^= 1; },
      [&](auto& s) { s = Statement(kTwo); },
      [&](auto& s) { s = Statement(kOne), s.expires_unix_ms = s.number - 1'000, Sign(s, kOne); },
      [&](auto& s) { --s.number, Sign(s, kOne); },
      [&](auto& s) {
        s = Statement(kOne), s.kind = core::AdminKind::kUnban, s.argument = kTwo, Sign(s, kOne);
      }};
  for (const Change& change : changes) {
    seen.clear();
    core::RefreshInvite changed = body;
    change(changed.statement);
    ++invite->request.bytes[15];
    network.Forge(kOne, kThree, {MessageKind::kRefreshInvite, invite->request, changed.Encode()});
    network.Run(100);
    EXPECT_EQ(seen[MessageKind::kRefreshRefuse], 1u);
    EXPECT_EQ(seen[MessageKind::kRefreshJoin], 0u);
  }
  EXPECT_EQ(Epochs(), epochs);
}

TEST_F(SimRefresh, ANodeThatWasAwayWhenTheKeyWasMadeGetsAShare) {
  network.Kill(kThree);
  network.Run(50);
  addresses_["carol"] = Register(network, client, kOne, "carol");
  network.core_tap = [](PartyIndex, PartyIndex, PeerMessage& message) {
    return message.kind != MessageKind::kRepairInvite;  // or it would be repaired first
  };
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  EXPECT_NE(network.Health(kOne).find("lack a share on node(s) 3"), std::string::npos);
  Order(kOne);
  EXPECT_TRUE(Becomes(kOne, "done"));
  EXPECT_EQ(network.Health(kOne).find("lack a share"), std::string::npos) << network.Health(kOne);
  EXPECT_TRUE(EveryQuorumSigns());
}

// Its disk is from before the refresh: it does not know that there was one, and signs nothing with the share
// that the others have destroyed, also if its leader asks for just that. The next refresh takes it in again.
TEST_F(SimRefresh, ANodeOnAnOlderDiskDoesNotSignWithTheOldEpoch) {
  const std::map<RecordId, Bytes> before = network.Disk(kThree);
  Order(kOne);
  ASSERT_TRUE(Becomes(kOne, "done"));
  network.Kill(kThree);
  network.Disk(kThree) = before;
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  for (const bool lying : {false, true}) {
    network.log().clear();
    network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& message) {
      if (!lying || from != kOne || to != kThree || message.kind != MessageKind::kSignInvite) return true;
      auto invite = core::SignInvite::Parse(message.body).value();
      --invite.epoch;
      message.body = invite.Encode();
      return true;
    };
    EXPECT_FALSE(PairSigns(kOne, kThree));
    EXPECT_EQ(network.Logged(Event::kShareGiven), 0u);
    EXPECT_TRUE(PairSigns(kOne, kTwo));
  }
  network.core_tap = nullptr;
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
  EXPECT_NE(network.Health(kThree).find("this node has lost its shares"), std::string::npos);
  Order(kThree);
  EXPECT_TRUE(Becomes(kThree, "done"));
  EXPECT_TRUE(EveryQuorumSigns());
}

// Not of refresh, but of the same matter: a share that nothing will ever sign with goes.
TEST_F(SimRefresh, TheSharesOfAKeyGenerationThatFailedGoWhenAnotherOneSucceeds) {
  const std::size_t before = Shares(kTwo).size();
  network.core_tap = [](PartyIndex, PartyIndex, PeerMessage& message) {
    return message.kind != MessageKind::kKeygenConfirmation;
  };
  EXPECT_EQ(ErrorName(network.Ask(kOne, client.developer->Register("dave"))), "too_few_nodes");
  EXPECT_GT(Shares(kTwo).size(), before);
  network.core_tap = nullptr;
  network.Run(policy::kReservationMs + 15'000);  // by clocks that are told every 5 s
  addresses_["dave"] = Register(network, client, kOne, "dave");
  network.Run(50);
  for (const PartyIndex party : {kOne, kTwo, kThree}) EXPECT_EQ(Shares(party).size(), before + 1);
  EXPECT_TRUE(EveryQuorumSigns());
}

TEST(SimRefreshPool, PresignaturesOfTheOldEpochAreDropped) {
  World world(Options{.seed = 77});
  Network& network = world.network;
  ASSERT_TRUE(world.SignsEverywhere());
  network.Run(500);
  ASSERT_GT(network.Logged(Event::kPresignMade), 0u);
  core::AdminStatement statement;
  statement.network = network.manifest().network_id;
  statement.node = statement.signer = kOne;
  statement.number = network.unix_ms();
  statement.expires_unix_ms = statement.number + 60'000;
  statement.kind = core::AdminKind::kRefresh;
  statement.signature = network.operators().at(kOne).Sign(statement.SignedHash());
  ASSERT_EQ(network.Admin(kOne, statement), Status::kOk);
  ASSERT_TRUE(network.RunUntil([&] { return network.Logged(Event::kEpochActive) == 3; }, 20'000));
  EXPECT_GT(network.Logged(Event::kPresignRecordChanged), 0u);
  ASSERT_TRUE(network.RunUntil([&] { return network.Logged(Event::kRefreshDone) == 1; }, 60'000));
  EXPECT_TRUE(world.SignsEverywhere());
  network.Run(500);
  const std::size_t hits = network.Logged(Event::kPresignHit);
  EXPECT_TRUE(world.SignsEverywhere());
  EXPECT_GT(network.Logged(Event::kPresignHit), hits) << "new ones are made and used";
}

}  // namespace
}  // namespace passport::sim
