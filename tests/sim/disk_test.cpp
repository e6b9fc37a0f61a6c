// A host that starts an enclave on another disk than it left: a disk that was tampered with is refused, a
// whole older one is confirmed with other nodes before it counts for anything (rules.md 6).
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

using Disk = std::map<RecordId, Bytes>;

class TamperedDisk : public PlainTest {
 protected:
  // Node 3 stays down from one of these tests to the next.
  void SetUp() override {
    if (network.up(kThree)) {
      PlainTest::SetUp();
      network.Kill(kThree);
    }
    good_ = network.Disk(kThree);
    ASSERT_GE(good_.size(), 7u);  // head, identity, manifest, envelope, scope, account, share
  }
  void TearDown() override {
    EXPECT_TRUE(world.Signs(kOne));  // the others never noticed
    if (network.up(kThree)) network.Kill(kThree);
    network.Disk(kThree) = good_;
  }
  // The node says what is wrong, serves nothing and writes nothing.
  void ExpectRefused(const Disk& disk) {
    network.log().clear();
    network.Disk(kThree) = disk;
    network.Start(kThree);
    EXPECT_FALSE(network.Serving(kThree));
    EXPECT_GE(network.Logged(Event::kRecordsRefused, kThree), 1u);
    EXPECT_EQ(network.Logged(Event::kStarted, kThree), 0u);
    EXPECT_NE(network.Health(kThree).find("the stored records"), std::string::npos);
    EXPECT_EQ(network.Disk(kThree), disk);
    network.Kill(kThree);
  }
  const Disk& good() const { return good_; }

 private:
  Disk good_;
};

TEST_F(TamperedDisk, AChangedBitInAnyRecordIsRefused) {
  for (const auto& [id, record] : good()) {
    for (const std::size_t at : {std::size_t{0}, record.size() / 2, record.size() - 1}) {
      Disk disk = good();
      disk[id][at] ^= 1;
      ExpectRefused(disk);
    }
  }
}

TEST_F(TamperedDisk, AnyMissingRecordIsRefused) {
  for (const auto& [id, record] : good()) {
    Disk disk = good();
    disk.erase(id);
    ExpectRefused(disk);
  }
}

TEST_F(TamperedDisk, AnExtraOrExchangedRecordIsRefused) {
  const RecordId envelope = policy::EnvelopeRecordId();
  const RecordId extra = policy::MakeRecordId(policy::RecordKind::kScope, AsBytes(std::string_view("extra")));
  Disk disk = good();
  disk[extra] = good().at(envelope);
  ExpectRefused(disk);
  disk = good();
  disk[envelope] = network.Disk(kOne).at(envelope);
  ExpectRefused(disk);
  disk = good();
  disk[sealing::kHeadRecordId] = network.Disk(kOne).at(sealing::kHeadRecordId);
  ExpectRefused(disk);
}

TEST_F(TamperedDisk, AnOlderHeadOrAnOlderRecordIsRefused) {
  const Disk older = good();
  network.Start(kThree);  // the start itself is counted in the head
  ASSERT_TRUE(network.Serving(kThree));
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 10'000));
  const std::string moved = network.Ask(
      kThree, client::UpdateScope(client.key, client.scope, R"({"name":"test","description":"older"})"));
  ASSERT_EQ(ResultText(moved), client.scope) << moved;
  network.Kill(kThree);
  const Disk newer = network.Disk(kThree);
  std::size_t changed = 0;
  for (const auto& [id, record] : older) {
    if (newer.at(id) == record) continue;
    ++changed;
    Disk disk = newer;
    disk[id] = record;
    ExpectRefused(disk);
  }
  EXPECT_GE(changed, 2u);  // head and scope
  network.Disk(kThree) = newer;
  network.Start(kThree);
  EXPECT_TRUE(network.Serving(kThree));
}

TEST_F(TamperedDisk, TheDiskOfAnotherNodeIsRefused) {
  ExpectRefused(network.Disk(kOne));
  network.Kill(kTwo);
  const Disk second = network.Disk(kTwo);
  ExpectRefused(second);
  network.Disk(kTwo) = good();
  network.Start(kTwo);
  EXPECT_FALSE(network.Serving(kTwo));
  network.Kill(kTwo);
  network.Disk(kTwo) = second;
  network.Start(kTwo);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 10'000));
}

constexpr std::string_view kForbidden = R"({"name":"test","permissions":{"personal_sign":false}})";
constexpr std::string_view kPermitted = R"({"name":"test","description":"again"})";

// Node 3 is started on a disk from before an update, while node 2 does not answer.
struct RolledBack : World {
  explicit RolledBack(peer::RollbackRule rule) : World(Options{.seed = 6, .rollback = rule}) {
    network.Run(2'000);  // every node has said that it holds its share
    const Disk before = network.Disk(kThree);
    Update(kForbidden);
    network.Kill(kThree);
    network.Disk(kThree) = before;
    network.Hang(kTwo, true);
    network.Start(kThree);
    EXPECT_TRUE(network.Serving(kThree));  // it cannot know
    const auto ready = [this] { return PeerFlag(network, kOne, kThree, "ready"); };
    EXPECT_EQ(network.RunUntil(ready, 10'000), rule == peer::RollbackRule::kWeak);
    network.log().clear();
  }
  void Update(std::string_view config) {
    const std::string reply = network.Ask(kOne, client::UpdateScope(client.key, client.scope, config));
    EXPECT_EQ(ResultText(reply), client.scope) << reply;
  }
  // Everybody is back and the scope permits again: node 3 signs by the third version.
  void ExpectHealed() {
    EXPECT_EQ(ErrorName(SignReply(kThree)), "not_permitted");
    EXPECT_EQ(network.Logged(Event::kDecisionGranted), 0u);
    Update(kPermitted);
    network.log().clear();
    EXPECT_TRUE(Signs(kThree));
    EXPECT_EQ(network.Logged(Event::kDecisionGranted, kThree), 1u);
    EXPECT_EQ(network.Logged(Event::kDecisionGranted, kThree, 3), 1u);
  }
};

TEST(SimRollback, UnderTheWeakRuleOneOtherNodeTellsWhatIsNewer) {
  RolledBack world(peer::RollbackRule::kWeak);
  EXPECT_TRUE(world.network.RunUntil([&] { return world.network.Ready(); }, 10'000));
  world.ExpectHealed();
}

TEST(SimRollback, UnderTheStrictRuleNothingCountsUntilBothOthersHaveConfirmed) {
  RolledBack world(peer::RollbackRule::kStrict);
  Network& network = world.network;
  const std::string alone = world.SignReply(kThree);
  EXPECT_EQ(ErrorName(alone), "too_few_nodes");
  EXPECT_NE(alone.find("\"missing_nodes\":[2]"), std::string::npos) << alone;
  EXPECT_EQ(ErrorName(world.SignReply(kOne)), "too_few_nodes");  // no quorum without node 3's word
  EXPECT_EQ(network.Logged(Event::kDecisionGranted), 0u);
  network.Hang(kTwo, false);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  world.ExpectHealed();
}

}  // namespace
}  // namespace passport::sim
