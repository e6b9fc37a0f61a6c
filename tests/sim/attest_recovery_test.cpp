// Policies under which no session opens: t operators replace them by a statement for these very starts
// (docs/adr/0019).
#include "tests/sim/policy_fixture.h"

namespace passport::sim {
namespace {

const std::string kSeccomp = R"(,"required_layers":["seccomp"])";
const std::string kNone = R"("none":{})";

class Recovery : public Policies {
 protected:
  Hash32 PolicyAt(PartyIndex party) {
    const auto answer = json::Parse(network.Evidence(party, {})).value();
    return ToArray<32>(ParseHex(answer.Find("readable")->GetString("policy_hash").value()).value()).value();
  }
  // For the present starts of all nodes.
  core::PolicyStatement Replacing(const std::string& file, const std::vector<PartyIndex>& by = {kOne, kTwo}) {
    network.Run(10);
    core::PolicyStatement out = SignedPolicy(network, file, {});
    for (const PartyIndex party : kAll) out.replaces[party] = {network.Boot(party), PolicyAt(party)};
    SignPolicy(network, out, by);
    return out;
  }
  void RestartAll() {
    for (const PartyIndex party : kAll) network.Kill(party);
    for (const PartyIndex party : kAll) network.Start(party);
    network.Run(300);
  }
  // A policy under which sessions were open, until all nodes were started with an image that it does not
  // name.
  void LockOut() {
    GiveAll(PolicyFile(2, kNone, kSeccomp));
    ASSERT_TRUE(AllMeet());
    image = 2;
    RestartAll();
    for (const PartyIndex party : kAll) {
      EXPECT_FALSE(PeerFlag(network, party, party == kOne ? kTwo : kOne, "connected"));
      EXPECT_TRUE(Says(party, "be accepted by nodes with its own policy", "measurements"));
    }
  }
  const std::string mended = PolicyFile(3, kNone, kSeccomp, 600, 2);
};

TEST_F(Recovery, AllNodesRestartUnderAPolicyThatNobodySatisfies_AndTOperatorsReplaceIt) {
  LockOut();
  EXPECT_EQ(network.Admin(kOne, SignedPolicy(network, mended, {kOne, kTwo})), Status::kPeerReplay)
      << "there is no time without peers";
  const core::PolicyStatement statement = Replacing(mended);
  for (const PartyIndex party : kAll) EXPECT_EQ(network.Admin(party, statement), Status::kOk);
  EXPECT_EQ(network.Logged(Event::kPolicyReplaced, {}, 3), 3u);
  EXPECT_TRUE(AllMeet());
  EXPECT_EQ(network.Admin(kOne, statement), Status::kPeerReplay);
  RestartAll();
  EXPECT_TRUE(AllMeet());
  EXPECT_EQ(VersionAt(kOne), 3u);
}

TEST_F(Recovery, OfFewerThanTOperatorsOrForAnotherStartNodeNetworkOrPolicyIsRefused) {
  LockOut();
  EXPECT_EQ(network.Admin(kOne, Replacing(mended, {kTwo})), Status::kDenied);
  const core::PolicyStatement good = Replacing(mended);
  const std::pair<Status, std::function<void(core::PolicyStatement&)>> cases[] = {
      {Status::kPeerUnknown, [](auto& s) { s.network[0] ^= 1; }},
      {Status::kPeerUnknown, [](auto& s) { s.replaces.at(kOne).boot.bytes[0] ^= 1; }},
      {Status::kPeerUnknown, [](auto& s) { s.replaces.at(kOne).policy[0] ^= 1; }},
      {Status::kPeerUnknown, [](auto& s) { s.replaces.erase(kOne); }},
      {Status::kPeerReplay, [](auto& s) { s.expires_unix_ms = s.number - 60'000; }},
      {Status::kPeerReplay,
       [](auto& s) {
         s.number += 11 * 60'000;
         s.expires_unix_ms = s.number + 1;
       }},
      {Status::kPeerReplay, [](auto& s) { s.number -= 20 * 86'400'000ull; }},
      {Status::kPeerReplay, [](auto& s) { s.replaces.clear(); }},
      {Status::kPolicyFile, [](auto& s) { s.file += ","; }},
      {Status::kPolicyVersion, [](auto& s) { s.file = PolicyFile(2, kNone, kSeccomp, 600, 2); }},
      {Status::kWeakerLayers, [](auto& s) { s.file = PolicyFile(3, kNone, "", 600, 2); }},
      {Status::kWeakerAge, [](auto& s) { s.file = PolicyFile(3, kNone, kSeccomp, 601, 2); }},
      {Status::kAttestMeasurement, [](auto& s) { s.file = PolicyFile(3, kNone, kSeccomp, 600, 3); }},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    core::PolicyStatement statement = good;
    cases[i].second(statement);
    EXPECT_NE(network.Admin(kOne, statement), Status::kOk) << i << ", signed as another one";
    SignPolicy(network, statement, {kOne, kTwo});
    EXPECT_EQ(network.Admin(kOne, statement), cases[i].first) << i;
  }
  network.Kill(kOne);
  network.Start(kOne);
  network.Run(20);
  EXPECT_EQ(network.Admin(kOne, good), Status::kPeerUnknown) << "it was for the start before";
  EXPECT_EQ(VersionAt(kOne), 2u);
}

// What no session ever opened under has kept nothing safe: only such minimums come down again.
TEST_F(Recovery, LowersAMinimumOnlyIfNoSessionOpenedUnderIt) {
  GiveAll(PolicyFile(1));
  ASSERT_TRUE(AllMeet());
  network.tap = [](PartyIndex, PartyIndex, Bytes&) { return false; };
  GiveAll(PolicyFile(2, kNone, kSeccomp, 300));
  lacking = {kOne, kTwo, kThree};
  RestartAll();
  network.tap = {};
  network.Run(300);
  EXPECT_FALSE(PeerFlag(network, kOne, kTwo, "connected"));
  EXPECT_NE(network.Enclave(kOne).find("not proven by sessions yet"), std::string::npos);
  const auto everywhere = [this](const std::string& file, Status expected) {
    const core::PolicyStatement statement = Replacing(file);
    for (const PartyIndex party : kAll) EXPECT_EQ(network.Admin(party, statement), expected) << file;
  };
  everywhere(PolicyFile(3, kNone, "", 601), Status::kWeakerAge);  // than version 1, which worked
  everywhere(PolicyFile(3, kNone, "", 600), Status::kOk);
  ASSERT_TRUE(AllMeet());

  lacking.clear();
  RestartAll();
  ASSERT_TRUE(AllMeet());
  GiveAll(PolicyFile(4, kNone, kSeccomp, 300));
  ASSERT_TRUE(AllMeet());
  lacking = {kOne, kTwo, kThree};
  RestartAll();
  everywhere(PolicyFile(5, kNone, "", 300), Status::kWeakerLayers);
  lacking.clear();
  RestartAll();
  EXPECT_TRUE(AllMeet()) << "as it was, it works";
}

// One peer whose clock is far ahead cannot have every recovery expire.
TEST_F(Recovery, IsNotJudgedByThePeersTime) {
  network.Kill(kThree);
  network.SetClockAhead(kTwo, 86'400'000);
  network.Run(core::NetworkTime::kTellMs + 100);
  EXPECT_EQ(Give(kOne, PolicyFile(1)), Status::kPeerReplay);
  core::PolicyStatement statement = SignedPolicy(network, PolicyFile(1), {});
  statement.replaces[kOne] = {network.Boot(kOne), {}};
  SignPolicy(network, statement, {kOne, kTwo});
  EXPECT_EQ(network.Admin(kOne, statement), Status::kOk);
}

// A peer that still has the policy before, or has another one, has shown nothing about the new one.
TEST_F(Recovery, SessionsWithPeersOfAnotherPolicyProveNothing) {
  const auto proven = [this] {
    return network.Enclave(kOne).find("not proven by sessions yet") == std::string::npos;
  };
  EXPECT_EQ(Give(kOne, PolicyFile(1)), Status::kOk);
  ASSERT_TRUE(AllMeet());
  EXPECT_FALSE(proven());
  EXPECT_EQ(Give(kTwo, PolicyFile(1)), Status::kOk);
  ASSERT_TRUE(AllMeet());
  EXPECT_FALSE(proven()) << "one peer alone may lie";
  EXPECT_EQ(Give(kThree, PolicyFile(1)), Status::kOk);
  ASSERT_TRUE(AllMeet());
  EXPECT_TRUE(proven());
}

// Power is lost right after the store has the policy, or before: the node has the new one or the old one, and
// with it the number of its statement.
TEST_F(Recovery, IsStoredWithItsNumberOrNotAtAll) {
  LockOut();
  const core::PolicyStatement statement = Replacing(mended);
  network.on_commit = [](PartyIndex) { return false; };
  network.Admin(kOne, statement);
  network.on_commit = {};
  ASSERT_FALSE(network.up(kOne));
  network.Start(kOne);
  EXPECT_EQ(VersionAt(kOne), 3u);
  core::PolicyStatement older = Replacing(PolicyFile(4, kNone, kSeccomp, 600, 2));
  older.number = statement.number;
  SignPolicy(network, older, {kOne, kTwo});
  EXPECT_EQ(network.Admin(kOne, older), Status::kPeerReplay);
}

}  // namespace
}  // namespace passport::sim
