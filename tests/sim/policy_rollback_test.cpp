// Disks from before an attestation policy: no session opens before peers have confirmed the one in force, and
// a later one is taken from them (docs/adr/0022).
#include "tests/sim/policy_fixture.h"
#include "trusted/core/resume.h"

namespace passport::sim {
namespace {

using peer::RollbackRule;

const std::string kSeccompAsked = R"(,"required_layers":["seccomp"])";
constexpr std::string_view kBlocked = "open sessions under an older attestation policy";

class PolicyRollback : public Policies {
 protected:
  explicit PolicyRollback(RollbackRule rule = RollbackRule::kStrict) : Policies(Options{.rollback = rule}) {}

  std::map<RecordId, Bytes> DiskOf(PartyIndex party) {
    network.Kill(party);
    const std::map<RecordId, Bytes> out = network.Disk(party);
    network.Start(party);
    return out;
  }
  void TakeBack(PartyIndex party, const std::map<RecordId, Bytes>& disk) {
    network.Kill(party);
    network.Disk(party) = disk;
    network.Start(party);
  }
  // The policy that all nodes then have; long ago, so that no clock would take its statement now.
  void GiveAllLongAgo(const std::string& file) {
    GiveAll(file);
    ASSERT_TRUE(AllMeet());
    network.Skip(3 * 86'400'000ull);
    network.Run(300);
    ASSERT_TRUE(AllMeet());
    network.log().clear();
  }
  std::size_t Opened(PartyIndex party) { return network.Logged(Event::kPeerOpen, party); }
};

TEST_F(PolicyRollback, ANodeOnAnOlderDiskTakesThePolicyFromAPeerBeforeAnySessionOpens) {
  const auto before = DiskOf(kThree);
  ASSERT_TRUE(AllMeet());
  GiveAllLongAgo(PolicyFile(1, R"("none":{})", kSeccompAsked));
  TakeBack(kThree, before);
  ASSERT_EQ(VersionAt(kThree), 0u);
  ASSERT_TRUE(AllMeet());
  EXPECT_EQ(VersionAt(kThree), 1u);
  EXPECT_EQ(network.Logged(Event::kPolicyRolledBack, kThree, 1), 1u);
  for (const auto& entry : network.log()) {  // in their order
    if (entry.node != kThree) continue;
    const Event event{entry.code};
    EXPECT_NE(event, Event::kPeerOpen) << "under the older one";
    if (event == Event::kPolicyTaken) break;
  }
  network.Kill(kThree);  // it is stored, with its statement for whoever lacks it
  network.Start(kThree);
  EXPECT_EQ(VersionAt(kThree), 1u);
  TakeBack(kTwo, network.Disk(kTwo));
  ASSERT_TRUE(AllMeet());
  EXPECT_EQ(network.Logged(Event::kPolicyRolledBack), 1u);
}

// Two hosts take back their disks and start what only the older policy accepts: together they would be t.
TEST_F(PolicyRollback, TNodesOnOlderDisksDoNotWorkTogetherUnderTheOlderPolicy) {
  const auto first = DiskOf(kOne);
  const auto second = DiskOf(kTwo);
  ASSERT_TRUE(AllMeet());
  GiveAllLongAgo(PolicyFile(1, R"("none":{})", kSeccompAsked));
  lacking = {kOne, kTwo};
  TakeBack(kOne, first);
  TakeBack(kTwo, second);
  network.Run(1'000);
  EXPECT_EQ(Opened(kOne) + Opened(kTwo), 0u);
  for (const PartyIndex party : {kOne, kTwo}) {
    EXPECT_EQ(network.Logged(Event::kPolicyRolledBack, party), 1u) << "once, however often it is shown";
    EXPECT_TRUE(Says(party, kBlocked, "seccomp is off")) << network.Health(party);
  }
  // Nor while the third is away, or its host keeps it away.
  network.Kill(kThree);
  TakeBack(kOne, first);
  TakeBack(kTwo, second);
  network.Run(25'000);  // in which sessions are begun anew twice
  EXPECT_EQ(Opened(kOne) + Opened(kTwo), 0u);
  EXPECT_NE(network.Health(kOne).find("it waits for node(s) 3"), std::string::npos) << network.Health(kOne);
  EXPECT_NE(network.Health(kOne).find("node 2 waits for this node"), std::string::npos)
      << network.Health(kOne);
  lacking.clear();
  network.Start(kThree);
  TakeBack(kOne, first);
  TakeBack(kTwo, second);
  EXPECT_TRUE(AllMeet());
  EXPECT_EQ(VersionAt(kOne) + VersionAt(kTwo), 2u);
}

TEST_F(PolicyRollback, AtAColdStartAllOthersAreAsked) {
  const auto first = DiskOf(kOne);
  ASSERT_TRUE(AllMeet());
  GiveAllLongAgo(PolicyFile(1));
  for (const PartyIndex party : kAll) network.Kill(party);
  network.Disk(kOne) = first;
  network.Start(kOne);
  network.Start(kTwo);
  network.Run(30'000);
  EXPECT_EQ(VersionAt(kOne), 1u) << "from node 2, whoever else is away";
  EXPECT_EQ(Opened(kOne) + Opened(kTwo), 0u);
  network.Start(kThree);
  EXPECT_TRUE(AllMeet());
}

// One is gone for good: t operators say who goes on, and need no peer's time for it, as no peer tells it yet.
TEST_F(PolicyRollback, OperatorsLetTheOthersGoOn) {
  GiveAllLongAgo(PolicyFile(1));
  for (const PartyIndex party : kAll) network.Kill(party);
  network.Start(kOne);
  network.Start(kTwo);
  network.Run(1'000);
  core::ResumeStatement statement;
  statement.network = network.manifest().network_id;
  statement.number = network.unix_ms();
  statement.expires_unix_ms = statement.number + 60'000;
  for (const PartyIndex party : {kOne, kTwo}) statement.boots[party] = network.Boot(party);
  for (const PartyIndex party : {kOne, kTwo})
    statement.signatures[party] = network.operators().at(party).Sign(statement.SignedHash());
  core::ResumeStatement expired = statement;
  expired.expires_unix_ms = statement.number - 60'000;
  for (const PartyIndex party : {kOne, kTwo})
    expired.signatures[party] = network.operators().at(party).Sign(expired.SignedHash());
  EXPECT_EQ(network.Admin(kOne, expired), Status::kPeerReplay) << "by its own clock";
  EXPECT_EQ(network.Admin(kOne, statement), Status::kOk);
  network.Run(1'000);
  EXPECT_FALSE(PeerFlag(network, kOne, kTwo, "connected")) << "node 2 still waits";
  EXPECT_EQ(network.Admin(kTwo, statement), Status::kOk);
  EXPECT_TRUE(network.RunUntil([this] { return PeerFlag(network, kOne, kTwo, "connected"); }, 1'000))
      << network.Health(kOne);
}

class WeakPolicyRollback : public PolicyRollback {
 protected:
  WeakPolicyRollback() : PolicyRollback(RollbackRule::kWeak) {}
};

TEST_F(WeakPolicyRollback, OneOtherIsEnough) {
  const auto first = DiskOf(kOne);
  ASSERT_TRUE(AllMeet());
  GiveAllLongAgo(PolicyFile(1));
  network.Kill(kThree);
  TakeBack(kOne, first);
  EXPECT_TRUE(network.RunUntil([this] { return PeerFlag(network, kOne, kTwo, "connected"); }, 10'000));
  EXPECT_EQ(VersionAt(kOne), 1u);
}

// Nodes 1 and 2 as relays show them to node 3, with what a test makes of their policies.
class LyingAboutPolicies : public ::testing::Test {
 protected:
  LyingAboutPolicies() : network(Options{.rollback = RollbackRule::kStrict, .relayed = true}) {
    network.on_start = [](PartyIndex, core::CoreConfig& config) { config.measurement = ImageOf(1); };
    network.evidence_tap = [this](Relay::Showing& showing) {
      showing.claims.measurement = ImageOf(1);
      if (showing.to != kThree) return;
      showing.claims.configuration.policy_version = version[showing.as];
      showing.claims.configuration.policy_hash[0] = static_cast<std::uint8_t>(version[showing.as]);
      showing.statement = statement[showing.as];
    };
    for (const PartyIndex party : {kOne, kTwo, kThree}) network.LimitResumes(party, 0);
    network.Form();
    EXPECT_TRUE(network.RunUntil([this] { return Connected(kOne) && Connected(kTwo); }, 10'000));
  }
  bool Connected(PartyIndex peer) { return PeerFlag(network, kThree, peer, "connected"); }
  bool Restarts(std::uint64_t ms = 30'000) {
    network.Kill(kThree);
    network.log().clear();
    network.Start(kThree);
    return network.RunUntil([this] { return Connected(kOne) && Connected(kTwo); }, ms);
  }
  std::uint64_t Version() {
    const auto answer = json::Parse(network.Evidence(kThree, {})).value();
    return answer.Find("readable")->GetU64("policy_version").value();
  }

  Network network;
  std::map<PartyIndex, std::uint64_t> version;
  std::map<PartyIndex, Bytes> statement;
};

TEST_F(LyingAboutPolicies, FewerThanTThatShowNothingSignedDoNotBlock) {
  version[kOne] = 7;
  EXPECT_TRUE(Restarts());
  core::PolicyStatement forged = SignedPolicy(network, PolicyFile(7), {kOne, kTwo});
  forged.signatures.at(kTwo)[0] ^= 1;
  statement[kOne] = forged.Encode();
  EXPECT_TRUE(Restarts());
  statement[kOne] = SignedPolicy(network, PolicyFile(7), {kOne}).Encode();
  EXPECT_TRUE(Restarts()) << "fewer than t operators";
  statement[kOne] = {1, 2, 3};
  EXPECT_TRUE(Restarts());
  EXPECT_EQ(Version(), 0u);
  EXPECT_EQ(network.Logged(Event::kPolicyRolledBack), 0u);
}

// One of t does not lie, though it cannot show what it took by an earlier version.
TEST_F(LyingAboutPolicies, TThatShowNothingSignedDo) {
  version[kOne] = version[kTwo] = 7;
  EXPECT_FALSE(Restarts());
  EXPECT_EQ(network.Logged(Event::kPeerOpen, kThree), 0u);
  EXPECT_NE(network.Health(kThree).find("it waits for node(s) 1, 2"), std::string::npos)
      << network.Health(kThree);
}

TEST_F(LyingAboutPolicies, OneThatHidesALaterPolicyDoesNotKeepItFromTheNode) {
  version[kTwo] = 3;
  statement[kTwo] = SignedPolicy(network, PolicyFile(3), {kOne, kTwo}).Encode();
  EXPECT_TRUE(Restarts());
  EXPECT_EQ(Version(), 3u);
  EXPECT_EQ(network.Logged(Event::kPolicyRolledBack, kThree, 3), 1u);
}

// A weaker policy of t operators that was for other starts than this one.
TEST_F(LyingAboutPolicies, AStatementForOtherStartsLowersNothing) {
  for (const PartyIndex party : {kOne, kTwo})
    statement[party] = SignedPolicy(network, PolicyFile(3, R"("none":{})", "", 300), {kOne, kTwo}).Encode();
  ASSERT_TRUE(Restarts());
  ASSERT_EQ(Version(), 3u);
  core::PolicyStatement recovery = SignedPolicy(network, PolicyFile(4, R"("none":{})", "", 301), {});
  recovery.replaces[kThree] = {network.Boot(kThree), Hash32{}};
  SignPolicy(network, recovery, {kOne, kTwo});
  statement[kOne] = recovery.Encode();
  EXPECT_TRUE(Restarts());
  EXPECT_EQ(Version(), 3u);
}

}  // namespace
}  // namespace passport::sim
