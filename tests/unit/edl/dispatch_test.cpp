// Dispatch: what a broken frame, a wrong phase and a bad body lead to, and that no handler sees any of them.
#include "edl/generated/node_dispatch.h"

#include <gtest/gtest.h>

#include "edl/generated/node_host.h"
#include "tests/unit/edl/recording_handler.h"

namespace passport::edl_test {
namespace {

using edl::Call;
using edl::Phase;

Bytes Record(Call call, std::uint64_t seq, ByteSpan body) {
  return EncodeFrame({.kind = FrameKind::kRequest,
                      .call_id = static_cast<std::uint16_t>(call),
                      .seq = seq,
                      .schema = edl::kSchema},
                     body);
}

// The smallest body of a call that decodes.
template <class Body>
Bytes SmallestBody() {
  Body call;
  if constexpr (Body::kCall == Call::kProvision) call.kind = edl::ProvisionKind::kRecords;
  Writer writer;
  call.Encode(writer);
  return writer.Take();
}

struct Shape {
  Call call;
  std::uint32_t phases;
  Bytes body;
};
template <class... Bodies>
std::vector<Shape> ShapesOf() {
  return {Shape{Bodies::kCall, Bodies::kPhases, SmallestBody<Bodies>()}...};
}
std::vector<Shape> Shapes() {
  using namespace edl;
  return ShapesOf<HelloCall, ProvisionCall, ResumeCall, ClientRequestCall, PeerUpCall, PeerDownCall,
                  PeerFrameCall, FetchedCall, TickCall, AdminCall, AttestCall, StatusCall>();
}

class Dispatching : public testing::Test {
 protected:
  // The status of an answer of one record without effects.
  Status StatusOf(ByteSpan record) {
    const auto answer = Dispatch(handler_, record, sequence_);
    EXPECT_TRUE(answer.ok());
    EXPECT_EQ(answer.value().size(), 1u);
    const auto frame = ParseFrame(answer.value().front(), edl::kSchema);
    EXPECT_TRUE(frame.ok());
    EXPECT_EQ(frame.value().header.seq, sequence_.last);
    EXPECT_TRUE(frame.value().body.empty());
    return frame.value().header.status;
  }
  void ExpectFatal(ByteSpan record, FrameError error) {
    const std::uint64_t before = sequence_.last;
    const auto answer = Dispatch(handler_, record, sequence_);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error(), error);
    EXPECT_EQ(sequence_.last, before);
    EXPECT_TRUE(handler_.calls.empty());
  }

  RecordingHandler handler_;
  edl::SequenceState sequence_;
};

TEST_F(Dispatching, EachCallReachesItsHandlerInItsPhasesOnly) {
  for (const Phase phase : {Phase::kBoot, Phase::kWaiting, Phase::kServing}) {
    for (const Shape& shape : Shapes()) {
      handler_.phase_now = phase;
      handler_.calls.clear();
      const bool allowed = (shape.phases & edl::PhaseBit(phase)) != 0;
      EXPECT_EQ(StatusOf(Record(shape.call, sequence_.last + 1, shape.body)),
                allowed ? Status::kOk : Status::kBadPhase);
      EXPECT_EQ(handler_.calls, allowed ? std::vector<Call>{shape.call} : std::vector<Call>{});
    }
  }
}

// The phases as the design states them, so that a slip in node.edl does not pass unseen.
TEST_F(Dispatching, NothingButProvisioningAndQuestionsIsAllowedBeforeTheRecordsAreLoaded) {
  std::vector<Call> boot, waiting;
  for (const Shape& shape : Shapes()) {
    if ((shape.phases & edl::PhaseBit(Phase::kBoot)) != 0) boot.push_back(shape.call);
    if ((shape.phases & edl::PhaseBit(Phase::kWaiting)) != 0) waiting.push_back(shape.call);
    EXPECT_NE(shape.phases & edl::PhaseBit(Phase::kServing), 0u);
  }
  EXPECT_EQ(boot, (std::vector{Call::kHello, Call::kProvision, Call::kResume, Call::kTick, Call::kAttest,
                               Call::kStatus}));
  EXPECT_EQ(waiting, (std::vector{Call::kHello, Call::kProvision, Call::kResume, Call::kClientRequest,
                                  Call::kTick, Call::kAdmin, Call::kAttest, Call::kStatus}))
      << "admin: a backup comes back to a waiting node (docs/adr/0021)";
}

TEST_F(Dispatching, ABadBodyIsAnsweredWithoutAHandlerAndUsesItsNumber) {
  for (const Shape& shape : Shapes()) {
    Bytes body = shape.body;
    body.push_back(0);
    EXPECT_EQ(StatusOf(Record(shape.call, sequence_.last + 1, body)), Status::kBadFormat);
  }
  EXPECT_EQ(sequence_.last, Shapes().size());
  EXPECT_TRUE(handler_.calls.empty());
}

TEST_F(Dispatching, ThePhaseIsCheckedBeforeTheBody) {
  handler_.phase_now = Phase::kBoot;
  EXPECT_EQ(StatusOf(Record(Call::kPeerFrame, 1, AsBytes("garbage"))), Status::kBadPhase);
}

TEST_F(Dispatching, SequenceNumbersRiseByOneFromOne) {
  ExpectFatal(Record(Call::kResume, 2, {}), FrameError::kSequence);
  for (std::uint64_t seq = 1; seq <= 3; ++seq)
    EXPECT_EQ(StatusOf(Record(Call::kResume, seq, {})), Status::kOk);
  handler_.calls.clear();
  for (const std::uint64_t seq : {1u, 2u, 3u, 5u})
    ExpectFatal(Record(Call::kResume, seq, {}), FrameError::kSequence);
  ExpectFatal(Record(Call::kResume, UINT64_MAX, {}), FrameError::kSequence);
  EXPECT_EQ(StatusOf(Record(Call::kResume, 4, {})), Status::kOk);
}

TEST_F(Dispatching, OnlyRequestsAreTaken) {
  for (const FrameKind kind : {FrameKind::kResponse, FrameKind::kReady}) {
    const bool response = kind == FrameKind::kResponse;
    ExpectFatal(EncodeFrame({.kind = kind,
                             .call_id = static_cast<std::uint16_t>(response ? 1 : 0),
                             .seq = response ? 1u : 0u,
                             .schema = edl::kSchema},
                            {}),
                FrameError::kKind);
  }
}

TEST_F(Dispatching, UnknownCallsAreFatal) {
  for (std::uint32_t id = 1; id <= UINT16_MAX; ++id) {
    if (edl::IsKnown(static_cast<Call>(id))) continue;
    ExpectFatal(Record(static_cast<Call>(id), 1, {}), FrameError::kCall);
  }
}

// Every value of every byte of the header but the true one: fatal, or, where it names another known call,
// that call.
TEST_F(Dispatching, EveryWrongHeaderByteIsFatal) {
  const Bytes good = Record(Call::kTick, 1, SmallestBody<edl::TickCall>());
  for (std::size_t offset = 0; offset < kFrameHeaderBytes; ++offset) {
    for (unsigned value = 0; value < 256; ++value) {
      Bytes record = good;
      if (record[offset] == value) continue;
      record[offset] = static_cast<std::uint8_t>(value);
      edl::SequenceState sequence;
      RecordingHandler handler;
      const auto answer = Dispatch(handler, record, sequence);
      const bool other_call = offset == 8 && edl::IsKnown(static_cast<Call>(value));
      ASSERT_EQ(answer.ok(), other_call) << offset << " " << value;
      ASSERT_TRUE(handler.calls.empty() || other_call);
      ASSERT_EQ(sequence.last, other_call ? 1u : 0u);
    }
  }
}

TEST_F(Dispatching, RecordsOfAnyWrongSizeAreFatal) {
  const Bytes good = Record(Call::kTick, 1, SmallestBody<edl::TickCall>());
  for (std::size_t size = 0; size < good.size(); ++size)
    ExpectFatal(ByteSpan(good).first(size), FrameError::kLength);
  Bytes longer = good;
  longer.push_back(0);
  ExpectFatal(longer, FrameError::kLength);
  longer.resize(kRecordBytesMax + 1);
  ExpectFatal(longer, FrameError::kLength);
}

TEST_F(Dispatching, TheHostSeesBoundaryCodesOnly) {
  handler_.answer = [](edl::Effects&) { return Status::kUnseal; };
  EXPECT_EQ(StatusOf(Record(Call::kResume, 1, {})), Status::kCrypto);
  handler_.answer = [](edl::Effects&) { return Status::kDenied; };
  EXPECT_EQ(StatusOf(Record(Call::kResume, 2, {})), Status::kDenied);
}

TEST_F(Dispatching, ArgumentsArriveAsTheHostGaveThem) {
  class Tick : public RecordingHandler {
   public:
    Status HandleTick(const edl::TickCall& call, edl::Effects&) override {
      unix_ms = call.unix_ms;
      monotonic_ms = call.monotonic_ms;
      return Status::kOk;
    }
    std::uint64_t unix_ms = 0;
    std::uint64_t monotonic_ms = 0;
  } tick;
  const auto record = EncodeCall(1, edl::TickCall{.unix_ms = 5, .monotonic_ms = 1ull << 63});
  ASSERT_TRUE(record.ok());
  ASSERT_TRUE(Dispatch(tick, record.value(), sequence_).ok());
  EXPECT_EQ(tick.unix_ms, 5u);
  EXPECT_EQ(tick.monotonic_ms, 1ull << 63);
}

}  // namespace
}  // namespace passport::edl_test
