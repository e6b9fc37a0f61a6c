// Answers: order of effects, splitting over records, reassembly, and what the host refuses.
#include <gtest/gtest.h>

#include <random>

#include "edl/generated/node_dispatch.h"
#include "edl/generated/node_host.h"
#include "tests/unit/edl/recording_handler.h"

namespace passport::edl_test {
namespace {

using edl::Call;
using edl::Effect;
using edl::Effects;

Bytes ResponseRecord(ByteSpan body, bool more_follows, Status status = Status::kOk) {
  return EncodeFrame({.kind = FrameKind::kResponse,
                      .call_id = static_cast<std::uint16_t>(Call::kTick),
                      .seq = 9,
                      .schema = edl::kSchema,
                      .status = status,
                      .more_follows = more_follows},
                     body);
}

template <class Add>
Bytes BodyOf(Add&& add) {
  Effects effects;
  add(effects);
  const std::vector<Bytes> bodies = EncodeEffects(effects);
  EXPECT_EQ(bodies.size(), 1u);
  return bodies.front();
}

// What a handler asked for, after its way through Dispatch and AnswerReader.
edl::Answer ThereAndBack(const Effects& effects, Status status, std::size_t* records = nullptr) {
  RecordingHandler handler;
  handler.answer = [&](Effects& out) {
    out = effects;
    return status;
  };
  edl::SequenceState sequence{.last = 8};
  const auto request = edl::EncodeCall(9, edl::TickCall{.unix_ms = 1, .monotonic_ms = 2});
  const auto answer = edl::Dispatch(handler, request.value(), sequence);
  EXPECT_TRUE(answer.ok());
  edl::AnswerReader reader(9, Call::kTick);
  for (std::size_t i = 0; i < answer.value().size(); ++i) {
    EXPECT_LE(answer.value()[i].size(), kRecordBytesMax);
    const auto last = reader.Take(answer.value()[i]);
    EXPECT_TRUE(last.ok());
    EXPECT_EQ(last.value(), i + 1 == answer.value().size());
  }
  if (records != nullptr) *records = answer.value().size();
  return std::move(reader).Finish();
}

FrameError ErrorOf(ByteSpan record) {
  edl::AnswerReader reader(9, Call::kTick);
  const auto last = reader.Take(record);
  EXPECT_FALSE(last.ok());
  return last.ok() ? FrameError{} : last.error();
}

TEST(Answers, EffectsLeaveInTheOrderOfTheirKindAndStayStableWithinIt) {
  Effects effects;
  effects.Log(1, {}, 0, 7);
  effects.Wake(10);
  effects.Reply(4, 1, 2, ToBytes("body"));
  effects.Cut(3);
  effects.Drop({1});
  effects.Send(5, ToBytes("frame"));
  effects.Put({1}, ToBytes("record"));
  effects.Fetch({2});
  const edl::Answer answer = ThereAndBack(effects, Status::kOk);
  const std::vector<Effect> expected = {edl::DropEffect{{1}},
                                        edl::PutEffect{{1}, ToBytes("record")},
                                        edl::CutEffect{3},
                                        edl::SendEffect{5, ToBytes("frame")},
                                        edl::ReplyEffect{4, 1, 2, ToBytes("body")},
                                        edl::WakeEffect{10},
                                        edl::FetchEffect{{2}},
                                        edl::LogEffect{1, {}, 0, 7}};
  EXPECT_EQ(answer.effects, expected);
}

TEST(Answers, EveryKindOfEffectSurvives) {
  Effects effects;
  effects.Put({1}, Bytes(edl::PutEffect::kRecordMax, 1));
  effects.Drop({2});
  effects.Send(3, Bytes(edl::SendEffect::kFrameMax, 3));
  effects.Cut(4);
  effects.Reply(5, 6, 7, Bytes(edl::ReplyEffect::kBodyMax, 5));
  effects.Fetch({6});
  effects.Connect(7, true, ToBytes("127.0.0.1:1"));
  effects.Phase(2, 1, {});
  effects.Described(1, 2, 3, ToBytes("build"));
  effects.Verdict(11);
  effects.Wake(12);
  effects.Log(13, {1, 2}, 3, 4);
  ASSERT_EQ(effects.list.size(), std::variant_size_v<Effect>);
  const edl::Answer answer = ThereAndBack(effects, Status::kDenied);
  EXPECT_EQ(answer.effects, effects.list);
  EXPECT_EQ(answer.status, Status::kDenied);
}

TEST(Answers, NothingToDoIsOneRecordWithoutBody) {
  std::size_t records = 0;
  const edl::Answer answer = ThereAndBack({}, Status::kOk, &records);
  EXPECT_EQ(records, 1u);
  EXPECT_TRUE(answer.effects.empty());
}

TEST(Answers, LongOnesAreSplitBetweenEffectsAndPutTogether) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 30; ++round) {
    Effects effects;
    std::size_t bytes = 0;
    for (std::size_t i = random() % 20; i > 0; --i) {
      const std::size_t size = random() % (edl::PutEffect::kRecordMax + 1);
      effects.Put({static_cast<std::uint8_t>(i)}, Bytes(size, static_cast<std::uint8_t>(random())));
      bytes += size + 42;
    }
    std::size_t records = 0;
    EXPECT_EQ(ThereAndBack(effects, Status::kOk, &records).effects, effects.list);
    EXPECT_GE(records * kFrameBodyBytesMax, bytes);
  }
}

// An effect is u16 id, u32 length, 32 bytes id, u32 length, record: 42 bytes and the record.
TEST(Answers, ARecordIsFilledToItsLastByteAndNotFurther) {
  for (const std::size_t excess : {0u, 1u}) {
    Effects effects;
    effects.Put({1}, Bytes(edl::PutEffect::kRecordMax));
    effects.Put({2}, Bytes(kFrameBodyBytesMax - edl::PutEffect::kRecordMax - 2 * 42 + excess));
    std::size_t records = 0;
    EXPECT_EQ(ThereAndBack(effects, Status::kOk, &records).effects, effects.list);
    EXPECT_EQ(records, 1 + excess);
  }
}

TEST(Answers, RandomListsComeBackSorted) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    Effects effects;
    for (std::size_t i = random() % 12; i > 0; --i) {
      const std::uint64_t value = random();
      const Bytes bytes(random() % 50, static_cast<std::uint8_t>(value));
      switch (random() % 5) {
        case 0:
          effects.Put({static_cast<std::uint8_t>(value)}, bytes);
          break;
        case 1:
          effects.Send(value, bytes);
          break;
        case 2:
          effects.Reply(value, 1, 2, bytes);
          break;
        case 3:
          effects.Wake(value);
          break;
        default:
          effects.Log(static_cast<std::uint16_t>(value), {}, 1, value);
      }
    }
    const auto order = [](const Effect& effect) {
      return std::visit([](const auto& e) { return e.kOrder; }, effect);
    };
    std::vector<Effect> expected = effects.list;
    std::stable_sort(expected.begin(), expected.end(),
                     [&](const Effect& a, const Effect& b) { return order(a) < order(b); });
    EXPECT_EQ(ThereAndBack(effects, Status::kOk).effects, expected);
  }
}

TEST(Answers, AnEffectAboveItsMaximumIsABug) {
  Effects effects;
  effects.Put({1}, Bytes(edl::PutEffect::kRecordMax + 1));
  EXPECT_DEATH(EncodeEffects(effects), "");
}

TEST(AnswerReader, TakesNoAnswerToAnotherRequest) {
  FrameHeader header{.kind = FrameKind::kResponse,
                     .call_id = static_cast<std::uint16_t>(Call::kTick),
                     .seq = 9,
                     .schema = edl::kSchema};
  ASSERT_TRUE(edl::AnswerReader(9, Call::kTick).Take(EncodeFrame(header, {})).ok());
  header.seq = 8;
  EXPECT_EQ(ErrorOf(EncodeFrame(header, {})), FrameError::kSequence);
  header.seq = 9;
  header.call_id = static_cast<std::uint16_t>(Call::kHello);
  EXPECT_EQ(ErrorOf(EncodeFrame(header, {})), FrameError::kCall);
  header.call_id = static_cast<std::uint16_t>(Call::kTick);
  header.schema ^= 1;
  EXPECT_EQ(ErrorOf(EncodeFrame(header, {})), FrameError::kSchema);
  EXPECT_EQ(ErrorOf(edl::EncodeCall(9, edl::TickCall{}).value()), FrameError::kKind);
}

TEST(AnswerReader, RefusesBodiesThatAreNotEffects) {
  const Bytes good = BodyOf([](Effects& effects) { effects.Fetch({1}); });
  ASSERT_TRUE(edl::AnswerReader(9, Call::kTick).Take(ResponseRecord(good, false)).ok());
  for (std::size_t size = 1; size < good.size(); ++size)
    EXPECT_EQ(ErrorOf(ResponseRecord(ByteSpan(good).first(size), false)), FrameError::kBody);
  Bytes unknown = good;
  unknown[0] = 0xff;
  EXPECT_EQ(ErrorOf(ResponseRecord(unknown, false)), FrameError::kBody);
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(ErrorOf(ResponseRecord(longer, false)), FrameError::kBody);
}

TEST(AnswerReader, RefusesEffectsOutOfOrderWithinAndAcrossRecords) {
  const Bytes put = BodyOf([](Effects& effects) { effects.Put({1}, {}); });
  const Bytes reply = BodyOf([](Effects& effects) { effects.Reply(1, 0, 0, {}); });
  Bytes wrong = reply;
  Append(wrong, put);
  EXPECT_EQ(ErrorOf(ResponseRecord(wrong, false)), FrameError::kBody);
  edl::AnswerReader reader(9, Call::kTick);
  ASSERT_TRUE(reader.Take(ResponseRecord(reply, true)).ok());
  EXPECT_FALSE(reader.Take(ResponseRecord(put, false)).ok());
}

TEST(AnswerReader, RefusesAnAnswerThatNeverEnds) {
  EXPECT_EQ(ErrorOf(ResponseRecord({}, true)), FrameError::kBody);
  edl::AnswerReader reader(9, Call::kTick);
  ASSERT_TRUE(reader.Take(ResponseRecord(BodyOf([](Effects& effects) { effects.Wake(1); }), true)).ok());
  const auto last = reader.Take(ResponseRecord({}, false));
  ASSERT_FALSE(last.ok());
  EXPECT_EQ(last.error(), FrameError::kBody);
}

TEST(AnswerReader, RefusesAStatusThatChanges) {
  const Bytes wake = BodyOf([](Effects& effects) { effects.Wake(1); });
  edl::AnswerReader reader(9, Call::kTick);
  ASSERT_TRUE(reader.Take(ResponseRecord(wake, true, Status::kOk)).ok());
  const auto last = reader.Take(ResponseRecord(wake, false, Status::kBusy));
  ASSERT_FALSE(last.ok());
  EXPECT_EQ(last.error(), FrameError::kStatus);
}

TEST(AnswerReader, IsOverAfterTheLastRecordAndAfterAnError) {
  edl::AnswerReader complete(9, Call::kTick);
  ASSERT_TRUE(complete.Take(ResponseRecord({}, false)).ok());
  EXPECT_DEATH(static_cast<void>(complete.Take(ResponseRecord({}, false))), "");
  edl::AnswerReader failed(9, Call::kTick);
  ASSERT_FALSE(failed.Take({}).ok());
  EXPECT_DEATH(static_cast<void>(failed.Take(ResponseRecord({}, false))), "");
  EXPECT_DEATH(std::move(failed).Finish(), "");
}

TEST(EncodeCall, RefusesArgumentsAboveTheirMaximum) {
  const Bytes frame(edl::PeerFrameCall::kFrameMax + 1);
  const auto large = edl::EncodeCall(1, edl::PeerFrameCall{.link = 1, .frame = frame});
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error(), Status::kTooLong);
  EXPECT_TRUE(
      edl::EncodeCall(1, edl::PeerFrameCall{.link = 1, .frame = ByteSpan(frame).first(frame.size() - 1)})
          .ok());
}

}  // namespace
}  // namespace passport::edl_test
