// Changes and reads: how they end, and whom they name when they cannot.
#include <gtest/gtest.h>

#include "tests/unit/replica/cluster.h"
#include "tests/unit/replica/played.h"

namespace passport::replica {
namespace {

TEST(Proposer, AChangeIsReadAtEveryNode) {
  Cluster cluster({});
  const auto changed = cluster.ChangeNow(kOne, kId, Append(1));
  ASSERT_TRUE(changed.ok);
  EXPECT_EQ(changed.version.number, 1u);
  for (const PartyIndex at : {kOne, kTwo, kThree})
    EXPECT_EQ(Numbers(cluster.ReadNow(at, kId).version.value), std::vector<std::uint64_t>{1});
}

TEST(Proposer, ARecordThatDoesNotExistIsVersionZero) {
  Cluster cluster({});
  const auto read = cluster.ReadNow(kTwo, kId);
  EXPECT_TRUE(read.ok);
  EXPECT_EQ(read.version.number, 0u);
}

TEST(Proposer, ARefusedChangeSaysWhyAndLeavesNothing) {
  Cluster cluster({});
  const auto changed = cluster.ChangeNow(kOne, kId, Forbidden(1));
  ASSERT_TRUE(changed.error);
  EXPECT_EQ(changed.error->reason, Failure::kRefused);
  EXPECT_EQ(changed.error->code, kForbidden);
  EXPECT_EQ(cluster.ReadNow(kTwo, kId).version.number, 0u);
}

// As many at once on one record as there are nodes, some of them away: all changes are made, well in time.
void ExpectAllSucceed(const ClusterOptions& options, std::uint16_t away) {
  SCOPED_TRACE(std::to_string(options.n) + " nodes, seed " + std::to_string(options.seed));
  Cluster cluster(options);
  for (std::uint16_t i = 0; i < away; ++i) cluster.Kill({static_cast<std::uint16_t>(options.n - i)});
  std::vector<std::uint64_t> tickets;
  for (std::uint16_t i = 0; i < options.n; ++i)
    tickets.push_back(
        cluster.Change({static_cast<std::uint16_t>(1 + i % (options.n - away))}, kId, Append(i + 1u)));
  const auto all_done = [&] {
    return std::ranges::all_of(tickets, [&](std::uint64_t ticket) { return cluster.Of(ticket) != nullptr; });
  };
  ASSERT_TRUE(cluster.RunUntil(all_done));
  for (const std::uint64_t ticket : tickets) {
    EXPECT_TRUE(cluster.Of(ticket)->ok) << "reason " << static_cast<int>(cluster.Of(ticket)->error->reason)
                                        << " code " << cluster.Of(ticket)->error->code;
  }
  EXPECT_EQ(Numbers(cluster.ReadNow(kOne, kId).version.value).size(), tickets.size());
  EXPECT_EQ(cluster.fork(), "");
}

TEST(Proposer, ManyAtOnceAllSucceedInSomeOrder) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    ExpectAllSucceed({.seed = seed}, 0);
    ExpectAllSucceed({.seed = seed}, 1);
    ExpectAllSucceed({.n = 4, .t = 3, .seed = seed}, 0);
    ExpectAllSucceed({.n = 4, .t = 3, .seed = seed}, 1);
    ExpectAllSucceed({.n = 5, .t = 3, .seed = seed, .ordered = false}, 2);
  }
}

TEST(Proposer, TooFewNodesIsSaidAtOnceWithTheirNames) {
  Cluster cluster({.n = 5, .t = 3});
  for (const PartyIndex gone : {kTwo, kFour, kFive}) cluster.Kill(gone);
  const std::uint64_t before = cluster.now_ms();
  const std::uint64_t ticket = cluster.Change(kOne, kId, Append(1));
  ASSERT_NE(cluster.Of(ticket), nullptr);
  EXPECT_EQ(cluster.Of(ticket)->error->reason, Failure::kTooFew);
  EXPECT_EQ(cluster.Of(ticket)->error->missing, (std::vector<PartyIndex>{kTwo, kFour, kFive}));
  EXPECT_EQ(cluster.now_ms(), before);
}

TEST(Proposer, ANodeThatDiesInBetweenIsReplacedByAnother) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Cluster cluster({.seed = seed});
    const std::uint64_t ticket = cluster.Change(kOne, kId, Append(1));
    for (std::uint64_t i = 0; i < seed % 7; ++i) cluster.Step();
    cluster.Kill(kTwo);
    EXPECT_TRUE(cluster.RunUntil([&] { return cluster.Of(ticket) != nullptr; }));
    EXPECT_TRUE(cluster.Of(ticket)->ok) << "seed " << seed;
  }
}

TEST(Proposer, TimeoutsNameThoseThatWereAskedAndDidNotAnswer) {
  Played p;
  p.Change(1, Append(1));
  for (std::uint64_t now = 1'000; now <= 6'000; now += 100) p.s.replica->OnTick(now);
  ASSERT_TRUE(p.s.done.contains(1));
  EXPECT_EQ(p.s.done.at(1).error().reason, Failure::kTimeout);
  EXPECT_EQ(p.s.done.at(1).error().missing, (std::vector<PartyIndex>{kTwo, kThree}));
}

TEST(Proposer, ANodeThatPromisedAndThenFellSilentIsNamedAlone) {
  Played p;
  p.s.replica->Change(1, {}, kId, Append(1), 1'500);
  p.FindBallot();
  p.s.From(kTwo, p.Grant(2));
  p.s.replica->OnTick(1'500);
  ASSERT_TRUE(p.s.done.contains(1));
  EXPECT_EQ(p.s.done.at(1).error().missing, std::vector<PartyIndex>{kTwo});
}

TEST(Proposer, CountsOnlyTrueSignaturesOfThoseThatPromised) {
  Played p(5, 3);
  p.Change(1, Append(1));
  p.s.From(kTwo, p.Grant(2));
  p.s.From(kThree, p.Grant(3));
  const auto accepts = p.s.Take<Accept>();
  ASSERT_EQ(accepts.size(), 2u);
  const Version version = accepts[0].second.version;
  EXPECT_EQ(accepts[0].second.boot.bytes[0], 2);
  p.s.From(kTwo, p.Yes(kThree, version));  // somebody else's signature
  p.s.From(kFour, p.Yes(kFour, version));  // promised nothing
  p.s.From(kThree, p.Yes(kThree, version));
  EXPECT_FALSE(p.s.done.contains(1));
  p.s.From(kTwo, p.Yes(kTwo, version));
  ASSERT_TRUE(p.s.done.contains(1));
  EXPECT_TRUE(p.s.done.at(1).ok());
  const auto learns = p.s.Take<Learn>();
  EXPECT_EQ(learns.size(), 4u);
  EXPECT_EQ(learns.at(0).second.committed.certificate.size(), 3u);
}

TEST(Proposer, CompletesWhatOthersLeftHalfDoneBeforeItsOwn) {
  Played p;
  p.Change(1, Append(1));
  const Version theirs = p.s.After(kId, {}, 7);
  Promise promise = p.Grant(2);
  promise.tentative = Tentative{{1, kThree}, theirs, Append(7)};
  p.s.From(kTwo, promise);
  auto accepts = p.s.Take<Accept>();
  ASSERT_EQ(accepts.size(), 1u);
  EXPECT_EQ(accepts[0].second.version, theirs);
  p.s.From(kTwo, p.Yes(kTwo, theirs));
  EXPECT_FALSE(p.s.done.contains(1)) << "that was not its own change";
  p.FindBallot();
  p.s.From(kTwo, p.Grant(2));
  accepts = p.s.Take<Accept>();
  ASSERT_EQ(accepts.size(), 1u);
  EXPECT_EQ(accepts[0].second.version, p.s.After(kId, theirs, 1));
  p.s.From(kTwo, p.Yes(kTwo, accepts[0].second.version));
  EXPECT_TRUE(p.s.done.contains(1));
}

// Another proposer may have completed the change while this one was outbid: asking the rules again would
// refuse what was in fact done.
TEST(Proposer, AChangeThatSomebodyElseCompletedIsASuccess) {
  for (const bool followed : {false, true}) {
    Played p;
    p.Change(1, Append(1));
    p.s.From(kTwo, p.Grant(2));
    const Version own = p.s.Take<Accept>().at(0).second.version;
    p.s.From(kTwo, Accepted{kId, p.ballot, AcceptVerdict::kOutbid, {9, kTwo}, 0, {}});
    p.s.replica->OnPeerLost(kThree);
    Version latest = own;
    p.s.From(kTwo, Learn{kId, p.s.Certified(kId, own, {kTwo, kThree})});
    if (followed) {
      latest = p.s.After(kId, own, 2);
      p.s.From(kTwo, Learn{kId, p.s.Certified(kId, latest, {kTwo, kThree})});
    }
    p.s.replica->OnTick(2'000);
    p.FindBallot();
    p.s.From(kTwo, p.Grant(2));
    ASSERT_TRUE(p.s.done.contains(1)) << followed;
    ASSERT_TRUE(p.s.done.at(1).ok()) << followed << " refused with " << p.s.done.at(1).error().code;
  }
}

TEST(Proposer, AnAcceptorThatRefusesAloneIsOvercome) {
  Played p;
  p.Change(1, Append(1));
  p.s.From(kTwo, p.Grant(2));
  const Version version = p.s.Take<Accept>().at(0).second.version;
  p.s.From(kTwo, Accepted{kId, p.ballot, AcceptVerdict::kRefused, p.ballot, kForbidden, {}});
  EXPECT_FALSE(p.s.done.contains(1));
  p.s.From(kThree, p.Grant(3));
  const auto accepts = p.s.Take<Accept>();
  ASSERT_EQ(accepts.size(), 1u);
  EXPECT_EQ(accepts[0].first, kThree);
  p.s.From(kThree, p.Yes(kThree, version));
  ASSERT_TRUE(p.s.done.contains(1));
  EXPECT_TRUE(p.s.done.at(1).ok());
}

TEST(Proposer, AQuorumOfRefusalsIsTheAnswer) {
  Played p;
  p.Change(1, Append(1));
  p.s.From(kTwo, p.Grant(2));
  p.s.From(kThree, p.Grant(3));
  for (const PartyIndex from : {kTwo, kThree})
    p.s.From(from, Accepted{kId, p.ballot, AcceptVerdict::kRefused, p.ballot, kForbidden, {}});
  ASSERT_TRUE(p.s.done.contains(1));
  EXPECT_EQ(p.s.done.at(1).error().reason, Failure::kRefused);
  EXPECT_EQ(p.s.done.at(1).error().code, kForbidden);
}

TEST(Proposer, OneNodeThatAlwaysOutbidsDoesNotStopTheOthers) {
  Played p;
  p.Change(1, Append(1));
  Promise no = p.Grant(2);
  no.granted = false;
  no.promised = {UINT64_MAX, kTwo};
  p.s.From(kTwo, no);
  p.s.From(kThree, p.Grant(3));
  const auto accepts = p.s.Take<Accept>();
  ASSERT_EQ(accepts.size(), 1u);
  p.s.From(kThree, p.Yes(kThree, accepts[0].second.version));
  EXPECT_TRUE(p.s.done.contains(1));
}

// A liar that raises the ballot at this node and not at others is outbid.
TEST(Proposer, GoesAboveAnyPlausibleBallot) {
  Played p;
  p.s.replica->SetUnixTime(1'700'000'000'000);
  p.Change(1, Append(1));
  Promise no = p.Grant(2);
  no.granted = false;
  no.promised = {std::uint64_t{1} << 50, kTwo};
  p.s.From(kTwo, no);
  no.promised = {std::uint64_t{1} << 51, kThree};
  p.s.From(kThree, no);
  p.s.replica->OnTick(1'200);
  const auto prepares = p.s.Take<Prepare>();
  ASSERT_FALSE(prepares.empty());
  EXPECT_EQ(prepares[0].second.ballot.round, (std::uint64_t{1} << 51) + 1);
}

// A half-done version that does not follow what is chosen is a lie: no honest acceptor takes such a one.
TEST(Proposer, AHalfDoneVersionOutOfSequenceIsNoAnswer) {
  for (const std::uint64_t number : {std::uint64_t{2}, std::uint64_t{5}, UINT64_MAX}) {
    Played p;
    p.Change(1, Append(1));
    Promise promise = p.Grant(2);
    promise.tentative = Tentative{{1, kThree}, {number, {}, Bytes(8)}, Append(0)};
    p.s.From(kTwo, promise);
    EXPECT_TRUE(p.s.Take<Accept>().empty()) << number;
  }
}

// A node that missed the record which a change rests on gets it from the proposer.
TEST(Proposer, ANodeThatLacksAnotherRecordIsGivenIt) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Cluster cluster({.seed = seed});
    const RecordId other = Record(6);
    cluster.Isolate(kThree, true);
    ASSERT_TRUE(cluster.ChangeNow(kOne, other, Append(1)).ok);
    cluster.Isolate(kThree, false);
    cluster.Kill(kTwo);
    const auto changed = cluster.ChangeNow(kOne, kId, AppendIfExists(2, other));
    EXPECT_TRUE(changed.ok) << "seed " << seed << " code " << (changed.error ? changed.error->code : 0);
  }
}

TEST(Proposer, ARefusalBecauseOfAnotherRecordStands) {
  Cluster cluster({});
  const auto changed = cluster.ChangeNow(kOne, kId, AppendIfExists(2, Record(6)));
  ASSERT_TRUE(changed.error);
  EXPECT_EQ(changed.error->code, kLacks);
}

// Records that leave memory between two messages are fetched again, never taken for absent.
TEST(Proposer, ARecordThatLeftMemoryIsNotReadAsAbsent) {
  Played p;
  p.s.Give(kId, 1);
  p.s.replica->Read(1, {}, kId, 6'000);
  p.FindBallot();
  p.s.missing.insert(kId);
  p.s.From(kTwo, p.Grant(2));
  EXPECT_FALSE(p.s.done.contains(1));
  EXPECT_EQ(p.s.fetched.size(), 1u);
  p.s.missing.clear();
  p.s.replica->OnRecord(kId);
  p.s.replica->OnTick(2'000);
  p.FindBallot();
  p.s.From(kTwo, p.Grant(2));
  ASSERT_TRUE(p.s.done.contains(1));
  EXPECT_EQ(p.s.done.at(1).value().number, 1u);
}

TEST(Proposer, ALostFetchIsAskedForAgain) {
  Played p;
  p.s.Give(kId, 1);
  p.s.missing.insert(kId);
  EXPECT_EQ(p.s.replica->Local(kId), nullptr);
  EXPECT_EQ(p.s.replica->Local(kId), nullptr);
  EXPECT_EQ(p.s.fetched.size(), 1u);
  p.s.replica->OnTick(4'000);
  EXPECT_EQ(p.s.replica->Local(kId), nullptr);
  EXPECT_EQ(p.s.fetched.size(), 2u);
}

}  // namespace
}  // namespace passport::replica
