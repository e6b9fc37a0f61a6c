// Half-done versions that other nodes report: which are completed, which wait for another record, which are
// lies.
#include <gtest/gtest.h>

#include "tests/unit/replica/cluster.h"
#include "tests/unit/replica/played.h"

namespace passport::replica {
namespace {

const RecordId kOther = Record(6);

Promise With(Promise promise, const Version& version, Bytes evidence) {
  promise.tentative = Tentative{{1, kThree}, version, std::move(evidence)};
  return promise;
}

QueryReply Reporting(const Version& version, Bytes evidence) {
  return {kId, true, {}, Tentative{{5, kThree}, version, std::move(evidence)}};
}

TEST(HalfDone, ALieIsNoPromiseAndStopsNobody) {
  for (const Bytes& evidence : {Forbidden(7), Append(8), Bytes{}}) {
    Played p;
    p.Change(1, Append(1));
    p.s.From(kTwo, With(p.Grant(2), p.s.After(kId, {}, 7), evidence));
    EXPECT_TRUE(p.s.Take<Accept>().empty());
    p.s.From(kThree, p.Grant(3));
    const auto accepts = p.s.Take<Accept>();
    ASSERT_EQ(accepts.size(), 1u);
    EXPECT_EQ(accepts[0].second.version, p.s.After(kId, {}, 1));
    p.s.From(kThree, p.Yes(kThree, accepts[0].second.version));
    EXPECT_TRUE(p.s.done.contains(1));
  }
}

TEST(HalfDone, APromiseWaitsForTheRecordThatJudgingNeeds) {
  Played p;
  p.s.Give(kOther, 1);
  p.s.missing.insert(kOther);
  p.Change(1, Append(1));
  const Version theirs = p.s.After(kId, {}, 7);
  p.s.From(kTwo, With(p.Grant(2), theirs, AppendIfExists(7, kOther)));
  EXPECT_TRUE(p.s.Take<Accept>().empty());
  p.s.missing.clear();
  p.s.replica->OnRecord(kOther);
  const auto accepts = p.s.Take<Accept>();
  ASSERT_EQ(accepts.size(), 1u);
  EXPECT_EQ(accepts[0].second.version, theirs);
}

// The proposer may have missed what the version rests on: whoever accepted it is asked.
TEST(HalfDone, AProposerThatLacksAnotherRecordGetsItFromTheAcceptor) {
  Played p;
  p.Change(1, Append(1));
  const Version theirs = p.s.After(kId, {}, 7);
  p.s.From(kTwo, With(p.Grant(2), theirs, AppendIfExists(7, kOther)));
  const auto queries = p.s.Take<Query>();
  ASSERT_EQ(queries.size(), 1u);
  EXPECT_EQ(queries[0].first, kTwo);
  EXPECT_EQ(queries[0].second.id, kOther);
  p.s.From(kTwo,
           QueryReply{kOther, true, p.s.Certified(kOther, p.s.After(kOther, {}, 1), {kTwo, kThree}), {}});
  p.s.replica->OnTick(2'000);
  p.FindBallot();
  p.s.From(kTwo, With(p.Grant(2), theirs, AppendIfExists(7, kOther)));
  const auto accepts = p.s.Take<Accept>();
  ASSERT_EQ(accepts.size(), 1u);
  EXPECT_EQ(accepts[0].second.version, theirs);
}

// What a quorum accepted may be chosen, though by now the rules refuse it here.
TEST(HalfDone, WhatAQuorumHoldsIsCompletedThoughItIsRefused) {
  Played p;
  p.Change(1, Append(1));
  const Version theirs = p.s.After(kId, {}, 7);
  for (const PartyIndex from : {kTwo, kThree}) p.s.From(from, With(p.Grant(2), theirs, Forbidden(7)));
  p.s.replica->OnTick(2'000);
  p.FindBallot();
  p.s.From(kTwo, With(p.Grant(2), theirs, Forbidden(7)));
  const auto accepts = p.s.Take<Accept>();
  ASSERT_EQ(accepts.size(), 1u);
  EXPECT_EQ(accepts[0].second.version, theirs);
}

TEST(HalfDone, OneLiarWhoRepeatsHimselfIsNoQuorum) {
  Played p;
  p.Change(1, Append(1));
  for (int i = 0; i < 3; ++i) p.s.From(kTwo, With(p.Grant(2), p.s.After(kId, {}, 7), Forbidden(7)));
  EXPECT_TRUE(p.s.Take<Accept>().empty());
}

TEST(HalfDone, AnAnswerAfterARestartWaitsForTheRecordThatJudgingNeeds) {
  Single s(3, 2, false);
  const Version two = s.After(kId, s.Give(kId, 1), 2);
  s.Give(kOther, 1);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  s.From(kTwo, Reporting(two, AppendIfExists(2, kOther)));
  s.From(kThree, QueryReply{kId, true, {}, {}});
  EXPECT_EQ(s.replica->Local(kId), nullptr) << "it may have accepted what node 2 reports";
  for (const PartyIndex from : {kTwo, kThree}) s.From(from, QueryReply{kOther, true, {}, {}});
  EXPECT_NE(s.replica->Local(kId), nullptr);
  ASSERT_TRUE(s.held.at(kId).tentative);
  EXPECT_EQ(s.held.at(kId).tentative->version, two);
}

TEST(HalfDone, ARefusedOneIsNoAnswerAfterARestartUntilItsRecordIsKnown) {
  Single s(3, 2, false);
  const Version two = s.After(kId, s.Give(kId, 1), 2);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  EXPECT_EQ(s.replica->Local(kOther), nullptr);
  for (const PartyIndex from : {kTwo, kThree}) s.From(from, QueryReply{kOther, true, {}, {}});
  s.From(kThree, QueryReply{kId, true, {}, {}});
  s.sent.clear();
  s.From(kTwo, Reporting(two, AppendIfExists(2, kOther)));
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  EXPECT_EQ(s.Take<Query>().at(0).second.id, kOther);
  s.From(kTwo, QueryReply{kOther, true, s.Certified(kOther, s.After(kOther, {}, 1), {kTwo, kThree}), {}});
  s.replica->OnTick(3'000);
  EXPECT_EQ(s.Take<Query>().at(0).second.id, kId) << "asked again";
  s.From(kTwo, Reporting(two, AppendIfExists(2, kOther)));
  EXPECT_NE(s.replica->Local(kId), nullptr);
  ASSERT_TRUE(s.held.at(kId).tentative);
}

TEST(HalfDone, AfterARestartAQuorumsWordIsTakenThoughTheRulesRefuse) {
  Single s(3, 2, false);
  const Version two = s.After(kId, s.Give(kId, 1), 2);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  for (const PartyIndex from : {kTwo, kThree}) s.From(from, Reporting(two, Forbidden(2)));
  ASSERT_TRUE(s.held.at(kId).tentative);
  EXPECT_EQ(s.held.at(kId).tentative->version, two);
  EXPECT_EQ(s.replica->Local(kId), nullptr) << "node 2 is asked again";
  s.From(kTwo, Reporting(two, Forbidden(2)));
  EXPECT_NE(s.replica->Local(kId), nullptr);
}

// Evidence that needs the very record which is being confirmed: only the liar's own answer waits for ever.
TEST(HalfDone, ALiarWhoPointsBackAtTheRecordStopsNobody) {
  Single s(5, 3, false);
  const Version two = s.After(kId, s.Give(kId, 1), 2);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  s.From(kTwo, Reporting(two, AppendIfExists(2, kId)));
  for (std::uint16_t from = 3; from <= 5; ++from) s.From({from}, QueryReply{kId, true, {}, {}});
  EXPECT_NE(s.replica->Local(kId), nullptr);
  EXPECT_FALSE(s.held.at(kId).tentative);
}

// Nodes 1, 2 and 3 acknowledge a change that rests on another record; only node 1 learns that it is chosen,
// and is cut off. Node 2's host puts an old disk back. Node 2 must find in node 3 what it had accepted
// itself.
TEST(HalfDone, WhatANodeAcceptedOnAnotherRecordSurvivesItsRollback) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Cluster cluster({.n = 5, .t = 3, .seed = seed});
    ASSERT_TRUE(cluster.ChangeNow(kOne, kOther, Append(1)).ok);
    cluster.Run(100);
    const Cluster::Disk old = cluster.disk(kTwo);
    for (const PartyIndex away : {kFour, kFive}) cluster.Isolate(away, true);
    ASSERT_TRUE(cluster.ChangeNow(kOne, kId, AppendIfExists(2, kOther)).ok);
    cluster.Isolate(kOne, true);
    cluster.Kill(kTwo);
    cluster.disk(kTwo) = old;
    for (const PartyIndex back : {kFour, kFive}) cluster.Isolate(back, false);
    cluster.Start(kTwo);
    ASSERT_TRUE(cluster.RunUntil([&] { return cluster.replica(kTwo).Local(kId) != nullptr; }));
    cluster.Isolate(kThree, true);
    const auto read = cluster.ReadNow(kFour, kId);
    ASSERT_TRUE(read.ok) << "seed " << seed;
    EXPECT_EQ(Numbers(read.version.value), std::vector<std::uint64_t>{2}) << "seed " << seed;
  }
}

}  // namespace
}  // namespace passport::replica
