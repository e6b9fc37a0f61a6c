// What an acceptor takes and what it refuses, from proposers that lie.
#include <gtest/gtest.h>

#include "tests/unit/replica/single.h"

namespace passport::replica {
namespace {

Accept AcceptOf(const Single& s, const Version& version, std::uint64_t number, Ballot ballot = {5, kTwo}) {
  return {kId, ballot, s.boot, version, Append(number)};
}

// The one answer of the replica to an Accept.
Accepted Answer(Single& s, PartyIndex from, const Accept& accept) {
  s.sent.clear();
  s.From(from, accept);
  const auto answers = s.Take<Accepted>();
  EXPECT_EQ(answers.size(), 1u);
  if (answers.size() != 1) return {};
  EXPECT_EQ(answers[0].first, from);
  return answers[0].second;
}

TEST(Acceptor, AcceptsAJustifiedChangeAndSignsIt) {
  Single s;
  const Version version = s.After(kId, {}, 42);
  const Accepted answer = Answer(s, kTwo, AcceptOf(s, version, 42));
  EXPECT_EQ(answer.verdict, AcceptVerdict::kAccepted);
  EXPECT_EQ(answer.signature, s.SignAs(kOne, kId, version));
  ASSERT_TRUE(s.held.at(kId).tentative);
  EXPECT_EQ(s.held.at(kId).tentative->version, version);
}

TEST(Acceptor, RefusesAValueThatTheEvidenceDoesNotJustify) {
  Single s;
  const Version one = s.Give(kId, 1);
  const Version good = s.After(kId, one, 2);
  struct Row {
    const char* what;
    Version version;
    Bytes evidence;
    std::uint16_t code;
  };
  Version other_value = good;
  other_value.value.back() ^= 1;
  Version other_previous = good;
  other_previous.previous[0] ^= 1;
  const Row rows[] = {
      {"evidence of nothing", good, Forbidden(2), kForbidden},
      {"no evidence", good, {}, kForbidden},
      {"evidence of another change", good, Append(3), kNotTheSame},
      {"a value with more in it", other_value, Append(2), kNotTheSame},
      {"another history", other_previous, Append(2), kNotTheSame},
      {"the same change again", s.After(kId, one, 1), Append(1), kTwice},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const Accepted answer = Answer(s, kTwo, {kId, {5, kTwo}, s.boot, row.version, row.evidence});
    EXPECT_EQ(answer.verdict, AcceptVerdict::kRefused);
    EXPECT_EQ(answer.refusal, row.code);
    EXPECT_EQ(answer.signature, crypto::Ed25519Signature{});
    EXPECT_FALSE(s.held.at(kId).tentative);
  }
}

TEST(Acceptor, ForgetsNoPromise) {
  Single s;
  const Version version = s.After(kId, {}, 1);
  s.From(kThree, Prepare{kId, {7, kThree}, 0});
  ASSERT_TRUE(s.Take<Promise>().at(0).second.granted);
  const Accepted answer = Answer(s, kTwo, AcceptOf(s, version, 1, {6, kTwo}));
  EXPECT_EQ(answer.verdict, AcceptVerdict::kOutbid);
  EXPECT_EQ(answer.promised, (Ballot{7, kThree}));
  s.From(kTwo, Prepare{kId, {7, kTwo}, 0});
  EXPECT_FALSE(s.Take<Promise>().at(0).second.granted);
}

TEST(Acceptor, TakesNoBallotOfAnotherNode) {
  Single s;
  const Version version = s.After(kId, {}, 1);
  EXPECT_EQ(Answer(s, kTwo, AcceptOf(s, version, 1, {6, kThree})).verdict, AcceptVerdict::kOutbid);
  s.From(kTwo, Prepare{kId, {6, kThree}, 0});
  EXPECT_FALSE(s.Take<Promise>().at(0).second.granted);
  EXPECT_TRUE(s.held.empty());
}

TEST(Acceptor, TakesNothingPromisedBeforeARestart) {
  Single s;
  Accept accept = AcceptOf(s, s.After(kId, {}, 1), 1);
  accept.boot.bytes[3] ^= 1;
  EXPECT_EQ(Answer(s, kTwo, accept).verdict, AcceptVerdict::kOutbid);
  EXPECT_TRUE(s.held.empty());
}

// One lie must not use up the ballots of a register for ever.
TEST(Acceptor, TakesNoBallotThatLeavesNoRoomForOthers) {
  for (const std::uint64_t round : {UINT64_MAX, std::uint64_t{1} << 40}) {
    Single s;
    s.From(kTwo, Prepare{kId, {round, kTwo}, 0});
    EXPECT_FALSE(s.Take<Promise>().at(0).second.granted);
    EXPECT_EQ(Answer(s, kTwo, AcceptOf(s, s.After(kId, {}, 1), 1, {round, kTwo})).verdict,
              AcceptVerdict::kOutbid);
    EXPECT_TRUE(s.held.empty());
  }
}

// A ballot that one liar raised at some nodes only must not part them from the others.
TEST(Acceptor, TakesAnyBallotThatTheTimeAllows) {
  constexpr std::uint64_t kUnixMs = 1'700'000'000'000;
  for (const std::uint64_t ahead_ms : {std::uint64_t{0}, kRoundAheadMs, kRoundAheadMs + 1}) {
    Single s;
    s.replica->SetUnixTime(kUnixMs);
    s.From(kTwo, Prepare{kId, {(kUnixMs + ahead_ms) << 20, kTwo}, 0});
    EXPECT_EQ(s.Take<Promise>().at(0).second.granted, ahead_ms <= kRoundAheadMs) << ahead_ms;
  }
}

// The evidence was judged with the version; what comes with the same version later is not.
TEST(Acceptor, KeepsTheEvidenceThatItJudged) {
  Single s;
  const Version one = s.After(kId, {}, 1);
  EXPECT_EQ(Answer(s, kTwo, AcceptOf(s, one, 1)).verdict, AcceptVerdict::kAccepted);
  const Bytes judged = s.held.at(kId).tentative->evidence;
  Accept again = AcceptOf(s, one, 1);
  again.evidence = Bytes(3, 0xee);
  EXPECT_EQ(Answer(s, kTwo, again).verdict, AcceptVerdict::kAccepted);
  EXPECT_EQ(s.held.at(kId).tentative->evidence, judged);
}

TEST(Acceptor, AsksForTheVersionBeforeAndTakesItOnACertificateOnly) {
  Single s;
  const Version one = s.After(kId, {}, 1);
  const Version two = s.After(kId, one, 2);
  EXPECT_EQ(Answer(s, kTwo, AcceptOf(s, two, 2)).verdict, AcceptVerdict::kBehind);
  s.From(kTwo, Learn{kId, s.Certified(kId, one, {kTwo})});
  EXPECT_EQ(Answer(s, kTwo, AcceptOf(s, two, 2)).verdict, AcceptVerdict::kBehind);
  s.From(kTwo, Learn{kId, s.Certified(kId, one, {kTwo, kThree})});
  EXPECT_EQ(Answer(s, kTwo, AcceptOf(s, two, 2)).verdict, AcceptVerdict::kAccepted);
}

TEST(Acceptor, AnswersAnOldProposalWithWhatIsChosen) {
  Single s;
  const Version one = s.Give(kId, 1);
  s.sent.clear();
  s.From(kTwo, AcceptOf(s, s.After(kId, {}, 9), 9));
  const auto learns = s.Take<Learn>();
  ASSERT_EQ(learns.size(), 1u);
  EXPECT_EQ(learns[0].second.committed.version, one);
}

TEST(Learning, NeedsAQuorumOfTrueSignatures) {
  const Version version = Single().After(kId, {}, 1);
  const auto taken = [&](const std::function<void(Single&, Committed&)>& change) {
    Single s(5, 3);
    Committed committed = s.Certified(kId, version, {kOne, kTwo, kThree});
    change(s, committed);
    s.From(kTwo, Learn{kId, committed});
    return s.held.contains(kId);
  };
  EXPECT_TRUE(taken([](Single&, Committed&) {}));
  EXPECT_FALSE(taken([](Single&, Committed& c) { c.certificate.erase(kTwo); })) << "too few";
  EXPECT_FALSE(taken([](Single&, Committed& c) { c.certificate.clear(); })) << "none";
  EXPECT_FALSE(taken([](Single&, Committed& c) { c.certificate[kTwo] = c.certificate[kThree]; }))
      << "one twice";
  EXPECT_FALSE(taken([](Single&, Committed& c) { c.certificate[kTwo][5] ^= 1; })) << "broken";
  EXPECT_FALSE(taken([](Single&, Committed& c) {
    const auto signature = c.certificate.extract(kTwo).mapped();
    c.certificate[PartyIndex{6}] = signature;
  })) << "a stranger's";
  EXPECT_FALSE(taken([](Single&, Committed& c) { c.version.value.push_back(0); })) << "of another value";
  EXPECT_FALSE(taken([](Single&, Committed& c) { ++c.version.number; })) << "of another number";
  EXPECT_FALSE(taken([&](Single& s, Committed& c) {
    c = s.Certified(Record(6), version, {kOne, kTwo, kThree});
  })) << "of another record";
}

TEST(Learning, DropsWhatWasOnlyTentativeAndKeepsWhatComesNext) {
  Single s;
  const Version one = s.After(kId, {}, 1);
  s.From(kTwo, AcceptOf(s, s.After(kId, {}, 8), 8));
  ASSERT_TRUE(s.held.at(kId).tentative);
  s.From(kTwo, Learn{kId, s.Certified(kId, one, {kTwo, kThree})});
  EXPECT_FALSE(s.held.at(kId).tentative);
  const Version two = s.After(kId, one, 2);
  s.From(kTwo, AcceptOf(s, two, 2));
  s.From(kTwo, Learn{kId, s.Certified(kId, one, {kTwo, kThree})});
  ASSERT_TRUE(s.held.at(kId).tentative);
  EXPECT_EQ(s.held.at(kId).tentative->version, two);
}

// rules.md 8: t - 1 lying cores can make a fork, but not a silent one.
TEST(Learning, TwoCertifiedVersionsWithOneNumberAreAnAlarm) {
  Single s;
  const Version one = s.Give(kId, 1);
  const Version other = s.After(kId, {}, 2);
  s.From(kTwo, Learn{kId, s.Certified(kId, other, {kTwo})});
  EXPECT_TRUE(s.forks.empty()) << "no quorum says so";
  s.From(kTwo, Learn{kId, s.Certified(kId, other, {kTwo, kThree})});
  ASSERT_EQ(s.forks.size(), 1u);
  EXPECT_EQ(s.forks[0].first.version, one);
  EXPECT_EQ(s.forks[0].second.version, other);
  EXPECT_EQ(s.held.at(kId).committed.version, one);
}

TEST(Acceptor, WaitsForARecordThatItsDecisionNeeds) {
  Single s;
  const RecordId other = Record(6);
  s.Give(other, 1);
  s.missing.insert(other);
  const Accept accept{kId, {5, kTwo}, s.boot, s.After(kId, {}, 3), AppendIfExists(3, other)};
  s.From(kTwo, accept);
  EXPECT_TRUE(s.Take<Accepted>().empty());
  EXPECT_EQ(s.fetched, std::vector<RecordId>{other});
  s.missing.clear();
  s.replica->OnRecord(other);
  const auto answers = s.Take<Accepted>();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].second.verdict, AcceptVerdict::kAccepted);
}

TEST(Acceptor, StrangersAreNotHeard) {
  Single s;
  s.From(PartyIndex{9}, Prepare{kId, {5, PartyIndex{9}}, 0});
  s.From(PartyIndex{0}, Prepare{kId, {5, PartyIndex{0}}, 0});
  EXPECT_TRUE(s.sent.empty());
  EXPECT_TRUE(s.held.empty());
}

// What waits for a record is bounded in bytes for each sender; others are still heard.
TEST(Acceptor, OneSenderCannotFillTheRoomForWaitingMessages) {
  Single s;
  s.Give(kId, 1);
  s.missing.insert(kId);
  Accept large = AcceptOf(s, {2, {}, Bytes(30'000)}, 2);
  large.evidence = Bytes(30'000);
  for (int i = 0; i < 1'000; ++i) s.From(kTwo, large);
  s.From(kThree, Prepare{kId, {9, kThree}, 0});
  s.missing.clear();
  s.sent.clear();
  s.replica->OnRecord(kId);
  std::size_t of_two = 0;
  std::size_t of_three = 0;
  for (const auto& sent : s.sent) (sent.to == kTwo ? of_two : of_three) += 1;
  EXPECT_EQ(of_three, 1u);
  EXPECT_LE(of_two, 200u);
  EXPECT_GE(of_two, 10u);
}

}  // namespace
}  // namespace passport::replica
