// Records that do not exist: anybody can make up their names, so asking for them must leave nothing behind.
#include <gtest/gtest.h>

#include "tests/unit/replica/cluster.h"
#include "tests/unit/replica/played.h"

namespace passport::replica {
namespace {

constexpr std::uint64_t kMany = 10'000;  // more than a replica remembers

TEST(Absent, AThousandUnknownRecordsAreReadAndNothingIsStored) {
  for (const bool strict : {true, false}) {
    for (const bool fresh : {true, false}) {
      Cluster cluster({.strict = strict, .fresh = fresh});
      for (std::uint64_t i = 0; i < 1'000; ++i) {
        const auto read = cluster.ReadNow(cluster.AnyParty(), NumberedRecord(i));
        ASSERT_TRUE(read.ok);
        ASSERT_EQ(read.version.number, 0u);
      }
      EXPECT_EQ(cluster.stored(), 0u);
      for (const PartyIndex party : {kOne, kTwo, kThree}) EXPECT_TRUE(cluster.disk(party).empty());
    }
  }
}

TEST(Absent, AQuorumIsEnough) {
  Cluster three({});
  three.Kill(kThree);
  EXPECT_TRUE(three.ReadNow(kOne, Record(5)).ok);
  Cluster four({.n = 4, .t = 3});
  four.Kill(kThree);
  EXPECT_TRUE(four.ReadNow(kOne, Record(5)).ok);
  EXPECT_EQ(three.stored() + four.stored(), 0u);
}

// Whatever the network does to the messages of other reads before.
TEST(Absent, NoAcknowledgedRecordIsReadAsAbsent) {
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Cluster cluster({.fresh = seed % 3 != 0,
                     .seed = seed,
                     .drop_percent = 5,
                     .double_percent = 10,
                     .ordered = seed % 2 == 0});
    for (std::uint64_t i = 0; i < 8; ++i) {
      const RecordId id = NumberedRecord(i);
      for (const PartyIndex at : {kOne, kTwo, kThree}) cluster.Read(at, id);
      for (std::uint32_t steps = cluster.Draw(10); steps > 0; --steps) cluster.Step();
      if (!cluster.ChangeNow(cluster.AnyParty(), id, Append(1)).ok) continue;
      ++acknowledged;
      const auto read = cluster.ReadNow(cluster.AnyParty(), id);
      if (read.ok) {
        EXPECT_EQ(Numbers(read.version.value), std::vector<std::uint64_t>{1});
      }
    }
    EXPECT_EQ(cluster.fork(), "");
  }
  EXPECT_GT(acknowledged, 1'000u);
}

// A read that only asks, among nodes that the test plays.
struct Asking : Played {
  explicit Asking(std::uint16_t n = 3, std::uint16_t t = 2) : Played(n, t) {
    s.replica->Read(1, {}, id, 6'000);
    FindBallot();
  }
  Promise Nothing() const { return {id, ballot, false, {}, {}, {}, {}}; }
  bool asks() const { return ballot.IsQuestion(); }
};

TEST(Absent, AnswersOfAQuorumThatKnowsNothingAreTheAnswer) {
  Asking a(5, 3);
  ASSERT_TRUE(a.asks());
  a.s.From(kTwo, a.Nothing());
  a.s.From(kTwo, a.Nothing());
  EXPECT_TRUE(a.s.done.empty()) << "one node twice is one node";
  a.s.From(kThree, a.Nothing());
  ASSERT_TRUE(a.s.done.contains(1));
  EXPECT_EQ(a.s.done.at(1).value().number, 0u);
  EXPECT_TRUE(a.s.held.empty());
}

TEST(Absent, AnAnswerToAnEarlierQuestionDoesNotCount) {
  Asking a;
  const Promise old = a.Nothing();
  a.s.replica->OnTick(2'000);
  a.FindBallot();
  ASSERT_NE(a.ballot, old.ballot);
  a.s.From(kTwo, old);
  EXPECT_TRUE(a.s.done.empty());
  a.s.From(kTwo, a.Nothing());
  EXPECT_TRUE(a.s.done.contains(1));
}

TEST(Absent, WhoeverHasHeardOfTheRecordMakesItABallot) {
  const Version one = Single().After(Record(5), {}, 1);
  const std::function<void(Asking&, Promise&)> rows[] = {
      [](Asking&, Promise& m) {
        m.promised = {3, kTwo};
      },
      [](Asking&, Promise& m) { m.granted = true; },
      [&](Asking&, Promise& m) {
        m.tentative = Tentative{{3, kTwo}, one, Append(1)};
      },
      [&](Asking& a, Promise& m) {
        m.committed = a.s.Certified(a.id, one, {kTwo, kThree});
      },
  };
  for (const auto& change : rows) {
    Asking a;
    Promise answer = a.Nothing();
    change(a, answer);
    a.s.From(kTwo, answer);
    EXPECT_TRUE(a.s.done.empty());
    a.FindBallot();
    EXPECT_EQ(a.ballot.party, kOne);
  }
}

TEST(Absent, AQuestionIsAnsweredAndNothingIsPromised) {
  Single s;
  s.From(kTwo, Prepare{Record(5), {99, {}}, 0});
  const auto answers = s.Take<Promise>();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_FALSE(answers[0].second.granted);
  EXPECT_EQ(answers[0].second.promised, Ballot{});
  EXPECT_EQ(answers[0].second.ballot, (Ballot{99, {}}));
  EXPECT_TRUE(s.held.empty());
}

TEST(Absent, NamesThatNobodyConfirmsAreForgotten) {
  Single s(3, 2, false);
  for (std::uint64_t i = 0; i < kMany; ++i) EXPECT_EQ(s.replica->Local(NumberedRecord(i)), nullptr);
  EXPECT_LT(s.Take<Query>().size(), kMany);
  s.replica->OnTick(5'000);
  EXPECT_FALSE(s.Take<Query>().empty()) << "asked again";
  s.replica->OnTick(20'000);
  s.replica->OnPeerOpen(kTwo);
  s.replica->OnTick(30'000);
  EXPECT_TRUE(s.sent.empty());
}

TEST(Absent, ARecordThatExistsIsConfirmedHoweverManyOthersAreAskedFor) {
  Single s(3, 2, false);
  for (std::uint64_t i = 0; i < kMany; ++i) EXPECT_EQ(s.replica->Local(NumberedRecord(i)), nullptr);
  s.Give(Record(5), 1);
  EXPECT_EQ(s.replica->Local(Record(5)), nullptr);
  for (const PartyIndex from : {kTwo, kThree}) s.From(from, QueryReply{Record(5), true, {}, {}});
  EXPECT_NE(s.replica->Local(Record(5)), nullptr);
}

TEST(Absent, OnlyTheLastConfirmedNamesAreRemembered) {
  Single s(3, 2, false, false);
  const auto confirm = [&s](const RecordId& id) {
    static_cast<void>(s.replica->Local(id));
    s.From(kTwo, QueryReply{id, false, {}, {}});
    EXPECT_NE(s.replica->Local(id), nullptr);
  };
  confirm(NumberedRecord(0));
  confirm(NumberedRecord(1));
  s.Give(NumberedRecord(1), 1);
  for (std::uint64_t i = 2; i < kMany; ++i) confirm(NumberedRecord(i));
  EXPECT_EQ(s.replica->Local(NumberedRecord(0)), nullptr);
  EXPECT_NE(s.replica->Local(NumberedRecord(1)), nullptr) << "it came to be";
  EXPECT_NE(s.replica->Local(NumberedRecord(kMany - 1)), nullptr);
  EXPECT_TRUE(s.fetched.empty());
  EXPECT_EQ(s.held.size(), 1u);
}

// What waits for a record that is never confirmed makes room again.
TEST(Absent, MessagesThatWaitInVainAreForgotten) {
  Single s(3, 2, false);
  for (std::uint64_t i = 0; i < kMany; ++i) s.From(kTwo, Prepare{NumberedRecord(i), {5, kTwo}, 0});
  s.Give(Record(5), 1);
  const auto answered = [&s] {
    s.From(kTwo, Prepare{Record(5), {s.held.at(Record(5)).promised.round + 1, kTwo}, 1});
    for (const PartyIndex from : {kTwo, kThree}) s.From(from, QueryReply{Record(5), true, {}, {}});
    return !s.Take<Promise>().empty();
  };
  s.replica->OnTick(12'000);
  EXPECT_TRUE(answered());
}

}  // namespace
}  // namespace passport::replica
