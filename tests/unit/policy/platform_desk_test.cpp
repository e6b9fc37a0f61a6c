// What is asked of passportd is bounded, answered once, and by passportd alone.
#include "trusted/core/platform_desk.h"

#include <gtest/gtest.h>

namespace passport::core {
namespace {

using platform_link::Answer;
using platform_link::Kind;
using platform_link::Outcome;
using platform_link::Request;

struct Desk {
  crypto::SecretKey32 key() const { return crypto::SecretKey32(Hash32{7}); }
  std::vector<Request> asked;
  std::vector<Result<Bytes>> heard;
  PlatformDesk desk{[this](ByteSpan request) { asked.push_back(Request::Parse(request).value()); }, key()};

  Result<Unit> Ask() {
    return desk.Ask(Kind::kQuote, Bytes(64, 1),
                    [this](const Result<Bytes>& answer) { heard.push_back(answer); });
  }
  Result<Unit> Answered(const Request& request, Outcome outcome = Outcome::kOk) {
    return desk.OnAnswer(Answer{request.kind, request.id, outcome, Bytes{9}}.Seal(key()));
  }
};

TEST(PlatformDeskTest, EachAnswerFindsWhoAskedOnceInWhateverOrder) {
  Desk d;
  ASSERT_TRUE(d.Ask().ok() && d.Ask().ok());
  ASSERT_NE(d.asked[0].id, d.asked[1].id);
  EXPECT_TRUE(d.Answered(d.asked[1]).ok());
  EXPECT_TRUE(d.Answered(d.asked[0], Outcome::kRefused).ok());
  EXPECT_EQ(d.Answered(d.asked[0]).error(), Status::kNotFound);
  ASSERT_EQ(d.heard.size(), 2u);
  EXPECT_EQ(d.heard[0].value(), Bytes{9});
  EXPECT_EQ(d.heard[1].error(), Status::kDenied);
}

TEST(PlatformDeskTest, NobodyElseAnswers) {
  Desk d;
  ASSERT_TRUE(d.Ask().ok());
  Answer answer{Kind::kQuote, d.asked[0].id, Outcome::kOk, Bytes{9}};
  EXPECT_EQ(d.desk.OnAnswer(answer.Seal(crypto::SecretKey32(Hash32{8}))).error(), Status::kMalformed);
  Bytes sealed = answer.Seal(d.key());
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(d.desk.OnAnswer(changed).ok()) << i;
  }
  answer.kind = Kind::kVerify;
  EXPECT_EQ(d.desk.OnAnswer(answer.Seal(d.key())).error(), Status::kNotFound);
  EXPECT_TRUE(d.heard.empty());
  EXPECT_TRUE(d.desk.OnAnswer(sealed).ok());
}

TEST(PlatformDeskTest, WaitsForAFewAndForAWhile) {
  Desk d;
  d.desk.OnTick(1'000);
  for (std::size_t i = 0; i < PlatformDesk::kWaitingMax; ++i) EXPECT_TRUE(d.Ask().ok());
  EXPECT_EQ(d.Ask().error(), Status::kBusy);
  d.desk.OnTick(1'000 + PlatformDesk::kAnswerMs - 1);
  EXPECT_TRUE(d.heard.empty());
  d.desk.OnTick(1'000 + PlatformDesk::kAnswerMs);
  ASSERT_EQ(d.heard.size(), PlatformDesk::kWaitingMax);
  EXPECT_EQ(d.heard[0].error(), Status::kAttestUnavailable);
  EXPECT_EQ(d.Answered(d.asked[0]).error(), Status::kNotFound);
  EXPECT_TRUE(d.Ask().ok());
}

TEST(PlatformDeskTest, WithoutPassportdThereIsNobodyToAsk) {
  PlatformDesk desk({}, crypto::SecretKey32(Hash32{}));
  EXPECT_FALSE(desk.available());
  EXPECT_EQ(desk.Ask(Kind::kQuote, {}, [](const Result<Bytes>&) {}).error(), Status::kAttestUnavailable);
}

}  // namespace
}  // namespace passport::core
