// The client request that caused a message: every message carries it, however long it took (rules.md 36).
#include <gtest/gtest.h>

#include "tests/unit/replica/single.h"

namespace passport::replica {
namespace {

constexpr PartyIndex kTwo{2}, kThree{3};

RequestId Request(std::uint8_t name) {
  RequestId out;
  out.bytes.fill(name);
  return out;
}

// The requests of what was sent of one kind since the last call.
template <class M>
std::vector<RequestId> Causes(Single& s) {
  std::vector<RequestId> out;
  for (const Single::Sent& sent : std::exchange(s.sent, {})) {
    if (std::holds_alternative<M>(sent.message)) out.push_back(sent.request);
  }
  return out;
}
using Ids = std::vector<RequestId>;

TEST(Request, OfAChangeIsInEveryMessageOfIt) {
  Single s;
  s.replica->Change(1, Request(1), kId, Append(1), 6'000);
  const Ballot ballot = std::get<Prepare>(s.sent.at(0).message).ballot;
  EXPECT_EQ(Causes<Prepare>(s), Ids(2, Request(1)));
  // An answer that claims another one does not change it.
  s.From(kTwo, Promise{kId, ballot, true, ballot, BootId{{2}}, {}, {}}, Request(9));
  EXPECT_EQ(Causes<Accept>(s), Ids(1, Request(1)));
  const Version version = s.After(kId, {}, 1);
  s.From(kTwo, Accepted{kId, ballot, AcceptVerdict::kAccepted, ballot, 0, s.SignAs(kTwo, kId, version)},
         Request(9));
  EXPECT_EQ(Causes<Learn>(s), Ids(2, Request(1)));
  EXPECT_TRUE(s.done.at(1).ok());
}

TEST(Request, OfAReadIsInEveryMessageOfIt) {
  Single s;
  s.Give(kId, 1);
  s.replica->Read(1, Request(1), kId, 6'000);
  EXPECT_EQ(Causes<Prepare>(s), Ids(2, Request(1)));
}

TEST(Request, IsKeptByAnAttemptThatStartsLater) {
  Single s;
  s.replica->Change(1, Request(1), kId, Append(1), 6'000);
  s.replica->Change(2, Request(2), Record(6), Append(1), 6'000);
  s.sent.clear();
  s.replica->OnTick(2'000);
  EXPECT_EQ(Causes<Prepare>(s), (Ids{Request(1), Request(1), Request(2), Request(2)}));
}

TEST(Request, OfAMessageIsThatOfItsAnswer) {
  Single s;
  s.From(kTwo, Query{kId, 0}, Request(1));
  EXPECT_EQ(Causes<QueryReply>(s), Ids{Request(1)});
  s.From(kTwo, Prepare{kId, {5, kTwo}, 0}, Request(2));
  EXPECT_EQ(Causes<Promise>(s), Ids{Request(2)});
  s.From(kTwo, Accept{kId, {5, kTwo}, s.boot, s.After(kId, {}, 1), Append(1)}, Request(3));
  EXPECT_EQ(Causes<Accepted>(s), Ids{Request(3)});
  s.From(kTwo, Query{kId, 0});
  EXPECT_EQ(Causes<QueryReply>(s), Ids{RequestId{}});
}

TEST(Request, OfAMessageThatWaitedForItsRecordIsThatOfItsAnswer) {
  Single s;
  s.Give(kId, 1);
  s.missing.insert(kId);
  s.From(kTwo, Prepare{kId, {5, kTwo}, 0}, Request(1));
  s.From(kThree, Query{kId, 0}, Request(2));
  EXPECT_TRUE(s.sent.empty());
  s.missing.clear();
  s.replica->OnRecord(kId);
  EXPECT_EQ(Causes<Promise>(s), Ids{Request(1)});
}

TEST(Request, OfAConfirmationIsThatWhichFirstNeededTheRecord) {
  Single s(3, 2, false);
  s.Give(kId, 1);
  s.From(kTwo, Prepare{kId, {5, kTwo}, 0}, Request(1));
  EXPECT_EQ(Causes<Query>(s), Ids(2, Request(1)));
  s.From(kThree, Prepare{kId, {6, kThree}, 0}, Request(2));
  EXPECT_TRUE(s.sent.empty());
  s.replica->OnTick(2'000);
  EXPECT_EQ(Causes<Query>(s), Ids(2, Request(1)));
  s.replica->OnPeerOpen(kThree);
  EXPECT_EQ(Causes<Query>(s), Ids{Request(1)});
  // What waited is answered under the request of each, whichever came with the answer.
  for (const PartyIndex from : {kTwo, kThree}) s.From(from, QueryReply{kId, true, {}, {}}, Request(3));
  EXPECT_EQ(Causes<Promise>(s), (Ids{Request(1), Request(2)}));
}

TEST(Request, IsNobodysForWhatNobodyAskedFor) {
  Single s(3, 2, false);
  s.Give(kId, 1);
  EXPECT_EQ(s.replica->Local(kId), nullptr);
  EXPECT_EQ(Causes<Query>(s), Ids(2, RequestId{}));
}

TEST(Request, OfALocalLookUpIsItsCallers) {
  Single s(3, 2, false);
  s.Give(kId, 1);
  {
    const Replica::OnBehalfOf cause(*s.replica, Request(1));
    EXPECT_EQ(s.replica->Local(kId), nullptr);
  }
  EXPECT_EQ(s.replica->Local(Record(6)), nullptr);
  EXPECT_EQ(Causes<Query>(s), (Ids{Request(1), Request(1), RequestId{}, RequestId{}}));
}

// The acceptor's word on a change's evidence, under the change's request.
TEST(Decision, IsReportedOnceForAVersionThatIsAccepted) {
  Single s;
  const Version version = s.After(kId, {}, 1);
  s.From(kTwo, Accept{kId, {5, kTwo}, s.boot, version, Append(1)}, Request(1));
  const std::vector<Single::Decision> granted{{kTwo, Request(1), true, 1}};
  EXPECT_EQ(s.decisions, granted);
  s.From(kTwo, Accept{kId, {5, kTwo}, s.boot, version, Append(1)}, Request(1));
  s.From(kThree, Accept{kId, {6, kThree}, s.boot, version, Append(1)}, Request(2));
  EXPECT_EQ(s.decisions, granted) << "it was decided before";
}

TEST(Decision, IsReportedForEveryRefusalOfEvidence) {
  Single s;
  const Version version = s.After(kId, {}, 1);
  s.From(kTwo, Accept{kId, {5, kTwo}, s.boot, version, Forbidden(1)}, Request(1));
  s.From(kThree, Accept{kId, {5, kThree}, s.boot, version, Append(2)}, Request(2));
  const std::vector<Single::Decision> refused{{kTwo, Request(1), false, kForbidden},
                                              {kThree, Request(2), false, kNotTheSame}};
  EXPECT_EQ(s.decisions, refused);
}

TEST(Decision, IsNotReportedWhereNoEvidenceIsJudged) {
  Single s;
  const Version one = s.Give(kId, 1);
  const Version two = s.After(kId, one, 2);
  const Ballot ballot{5, kTwo};
  s.From(kTwo, Accept{kId, ballot, BootId{}, two, Append(2)});                 // before a restart
  s.From(kTwo, Accept{kId, {5, kThree}, s.boot, two, Append(2)});              // another node's ballot
  s.From(kTwo, Accept{kId, ballot, s.boot, s.After(kId, {}, 9), Append(9)});   // an old version
  s.From(kTwo, Accept{kId, ballot, s.boot, s.After(kId, two, 3), Append(3)});  // one before is missing
  s.From(kTwo, Learn{kId, s.Certified(kId, two, {kTwo, kThree})});
  EXPECT_EQ(s.decisions, std::vector<Single::Decision>{});
}

// The node that proposes accepts like any other.
TEST(Decision, IsReportedForOnesOwnChange) {
  Single s;
  s.replica->Change(1, Request(1), kId, Append(1), 6'000);
  const Ballot ballot = std::get<Prepare>(s.sent.at(0).message).ballot;
  s.From(kTwo, Promise{kId, ballot, true, ballot, BootId{{2}}, {}, {}}, Request(1));
  EXPECT_EQ(s.decisions, (std::vector<Single::Decision>{{PartyIndex{1}, Request(1), true, 1}}));
}

}  // namespace
}  // namespace passport::replica
