// After a restart (rules.md 6): when a record may be used again, strict and weak.
#include <gtest/gtest.h>

#include "tests/unit/replica/cluster.h"
#include "tests/unit/replica/single.h"

namespace passport::replica {
namespace {

QueryReply Reply(bool confirmed, const Committed& committed = {}) { return {kId, confirmed, committed, {}}; }

TEST(Confirm, ARestartedNodeNeitherPromisesNorAcceptsNorAnswers) {
  Single s(3, 2, false);
  const Version one = s.Give(kId, 1);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  s.sent.clear();
  s.From(kTwo, Prepare{kId, {9, kTwo}, 1});
  s.From(kTwo, Accept{kId, {9, kTwo}, s.boot, s.After(kId, one, 2), Append(2)});
  EXPECT_TRUE(s.sent.empty());
  EXPECT_EQ(s.held.at(kId).promised, (Ballot{1, kTwo}));
}

TEST(Confirm, StrictNeedsEnoughConfirmedOthersOrAll) {
  Single s(5, 3, false);  // R = 3
  s.Give(kId, 1);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  s.From({2}, Reply(true));
  s.From({3}, Reply(true));
  s.From({4}, Reply(false));
  EXPECT_EQ(s.replica->Local(kId), nullptr) << "two confirmed, one not";
  s.From({5}, Reply(true));
  EXPECT_NE(s.replica->Local(kId), nullptr);
}

TEST(Confirm, StrictColdStartNeedsAllOthers) {
  Single s(5, 3, false);
  s.Give(kId, 1);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  for (std::uint16_t other = 2; other <= 4; ++other) s.From({other}, Reply(false));
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  s.From({4}, Reply(false));
  EXPECT_EQ(s.replica->Local(kId), nullptr) << "one node twice is one node";
  s.From({5}, Reply(false));
  EXPECT_NE(s.replica->Local(kId), nullptr);
}

TEST(Confirm, WeakTakesTheWordOfTMinusOne) {
  Single s(3, 2, false, false);
  s.Give(kId, 1);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  s.From(kThree, Reply(false));
  EXPECT_NE(s.replica->Local(kId), nullptr);
}

TEST(Confirm, TakesTheNewestVersionOnACertificateOnly) {
  Single s(3, 2, false);
  const Version one = s.Give(kId, 1);
  const Version two = s.After(kId, one, 2);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  s.From(kTwo, Reply(true, s.Certified(kId, s.After(kId, one, 66), {kTwo})));
  s.From(kThree, Reply(true, s.Certified(kId, two, {kTwo, kThree})));
  EXPECT_EQ(s.replica->Local(kId), nullptr) << "a certificate that does not hold is no answer";
  s.From(kTwo, Reply(true));
  ASSERT_NE(s.replica->Local(kId), nullptr);
  EXPECT_EQ(*s.replica->Local(kId), two);
}

TEST(Confirm, TakesUpWhatItMayHaveAcceptedBefore) {
  Single s(3, 2, false);
  const Version one = s.Give(kId, 1);
  const Version two = s.After(kId, one, 2);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  QueryReply reply = Reply(true);
  reply.tentative = Tentative{{5, kThree}, two, Append(2)};
  s.From(kTwo, reply);
  s.From(kThree, Reply(true));
  ASSERT_TRUE(s.held.at(kId).tentative);
  EXPECT_EQ(s.held.at(kId).tentative->version, two);
  EXPECT_GE(s.held.at(kId).promised, (Ballot{5, kThree}));
}

TEST(Confirm, TakesUpNoHalfDoneVersionThatItsRulesRefuse) {
  Single s(3, 2, false);
  const Version one = s.Give(kId, 1);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  QueryReply reply = Reply(true);
  reply.tentative = Tentative{{5, kThree}, s.After(kId, one, 2), Forbidden(2)};
  s.From(kTwo, reply);
  reply.tentative = Tentative{{UINT64_MAX, kThree}, s.After(kId, one, 2), Append(2)};
  s.From(kThree, reply);
  EXPECT_FALSE(s.held.at(kId).tentative);
  EXPECT_EQ(s.held.at(kId).promised, (Ballot{1, kTwo}));
}

TEST(Confirm, WhatWaitedIsAnsweredOnceConfirmed) {
  Single s(3, 2, false);
  s.Give(kId, 1);
  s.From(kTwo, Prepare{kId, {9, kTwo}, 1});
  s.From(kTwo, Reply(true));
  EXPECT_TRUE(s.Take<Promise>().empty());
  s.From(kThree, Reply(true));
  const auto promises = s.Take<Promise>();
  ASSERT_EQ(promises.size(), 1u);
  EXPECT_TRUE(promises[0].second.granted);
  EXPECT_EQ(promises[0].second.boot, s.boot);
  EXPECT_EQ(s.usable, std::vector<RecordId>{kId});
}

TEST(Confirm, ANodeThatIsConfirmedLaterIsAskedAgain) {
  Single s(5, 3, false);
  s.connected = {{2}, {3}, {4}};
  s.Give(kId, 1);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  s.From({2}, Reply(true));
  s.From({3}, Reply(true));
  s.From({4}, Reply(false));
  s.sent.clear();
  s.replica->OnTick(3'000);
  const auto queries = s.Take<Query>();
  ASSERT_EQ(queries.size(), 1u);
  EXPECT_EQ(queries[0].first, PartyIndex{4});
  s.From({4}, Reply(true));
  EXPECT_NE(s.replica->Local(kId), nullptr);
}

TEST(Confirm, AChangeThatCannotConfirmItsRecordNamesWhoIsMissing) {
  Single s(3, 2, false);
  s.Give(kId, 1);
  s.replica->Change(1, {}, kId, Append(2), 2'000);
  s.From(kTwo, Reply(true));
  s.replica->OnTick(2'000);
  ASSERT_TRUE(s.done.contains(1));
  EXPECT_EQ(s.done.at(1).error().reason, Failure::kTimeout);
  EXPECT_EQ(s.done.at(1).error().missing, std::vector<PartyIndex>{kThree});
}

// A change that nodes 1 and 2 acknowledged while 3 was away, then the host of node 2 puts its old disk back
// and keeps it away from node 1.
struct TwoHosts {
  Cluster cluster;
  explicit TwoHosts(bool strict) : cluster({.strict = strict}) {
    EXPECT_TRUE(cluster.ChangeNow(kOne, kId, Append(1)).ok);
    cluster.Run(100);
    const Cluster::Disk old = cluster.disk(kTwo);
    cluster.Isolate(kThree, true);
    EXPECT_TRUE(cluster.ChangeNow(kOne, kId, Append(2)).ok);
    cluster.Kill(kTwo);
    cluster.disk(kTwo) = old;
    cluster.Isolate(kOne, true);
    cluster.Isolate(kThree, false);
    cluster.Start(kTwo);
  }
};

TEST(Rollback, StrictTwoHostsCannotUseAnOldVersionWithoutTheThirdNode) {
  TwoHosts hosts(true);
  Cluster& cluster = hosts.cluster;
  const auto read = cluster.ReadNow(kTwo, kId);
  EXPECT_FALSE(read.ok);
  EXPECT_EQ(cluster.replica(kTwo).Local(kId), nullptr);
  cluster.Isolate(kOne, false);
  const auto again = cluster.ReadNow(kTwo, kId);
  ASSERT_TRUE(again.ok);
  EXPECT_EQ(Numbers(again.version.value).size(), 2u);
}

// What the weak rule gives up, so that nobody believes otherwise: it is a visible claim of a network.
TEST(Rollback, WeakTwoHostsCanUseAnOldVersion) {
  TwoHosts hosts(false);
  const auto read = hosts.cluster.ReadNow(kTwo, kId);
  ASSERT_TRUE(read.ok);
  EXPECT_EQ(Numbers(read.version.value).size(), 1u);
}

TEST(Rollback, ARestartedRolledBackNodeTakesTheNewestBeforeItAnswers) {
  for (const bool strict : {true, false}) {
    Cluster cluster({.strict = strict});
    const Cluster::Disk old = cluster.disk(kTwo);
    ASSERT_TRUE(cluster.ChangeNow(kOne, kId, Append(1)).ok);
    cluster.Run(100);
    cluster.Kill(kTwo);
    cluster.disk(kTwo) = old;
    cluster.Start(kTwo);
    ASSERT_TRUE(cluster.RunUntil([&] { return cluster.replica(kTwo).Local(kId) != nullptr; }));
    EXPECT_EQ(cluster.replica(kTwo).Local(kId)->number, 1u) << strict;
  }
}

TEST(Rollback, StrictColdStartOfAllNodes) {
  Cluster cluster({});
  ASSERT_TRUE(cluster.ChangeNow(kOne, kId, Append(1)).ok);
  const Cluster::Disk old = cluster.disk(kTwo);
  ASSERT_TRUE(cluster.ChangeNow(kTwo, kId, Append(2)).ok);
  for (const PartyIndex party : {kOne, kTwo, kThree}) cluster.Kill(party);
  cluster.disk(kTwo) = old;
  for (const PartyIndex party : {kOne, kTwo, kThree}) cluster.Start(party);
  for (const PartyIndex party : {kOne, kTwo, kThree}) {
    const auto read = cluster.ReadNow(party, kId);
    ASSERT_TRUE(read.ok);
    EXPECT_EQ(Numbers(read.version.value).size(), 2u);
  }
  EXPECT_EQ(cluster.fork(), "");
}

// One dead and one restarting, of three: strict waits for the dead one, weak goes on.
TEST(Rollback, OneDeadAndOneRestarting) {
  for (const bool strict : {true, false}) {
    Cluster cluster({.strict = strict});
    ASSERT_TRUE(cluster.ChangeNow(kOne, kId, Append(1)).ok);
    cluster.Run(100);
    cluster.Kill(kThree);
    cluster.Kill(kTwo);
    cluster.Start(kTwo);
    EXPECT_EQ(cluster.ReadNow(kTwo, kId).ok, !strict);
    cluster.Start(kThree);
    EXPECT_TRUE(cluster.ReadNow(kTwo, kId).ok);
  }
}

}  // namespace
}  // namespace passport::replica
