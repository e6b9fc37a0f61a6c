// The socket to the enclave and group commit: order, answers of many records, bounds, and nothing leaves
// uncommitted.
#include "untrusted/enclave/enclave.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <semaphore>

#include "edl/base/codec.h"
#include "tests/unit/host/fake_enclave.h"
#include "tests/unit/host/temp_folder.h"
#include "untrusted/net/asio.h"

namespace passport::host::enclave {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
constexpr auto kLongEnough = std::chrono::seconds(20);

// Runs the loop until `done` or far too long.
template <class Predicate>
bool RunUntil(net::asio::io_context& io, Predicate done) {
  const auto end = std::chrono::steady_clock::now() + kLongEnough;
  while (!done() && std::chrono::steady_clock::now() < end) io.run_one_for(milliseconds(200));
  return done();
}

std::uint64_t LinkOf(const edl::Effect& effect) { return std::get<edl::SendEffect>(effect).link; }

edl::Answer PutAndSend(std::uint8_t number) {
  edl::Effects effects;
  ByteArray<32> id{};
  id[0] = number;
  effects.Put(id, Bytes(10, number));
  effects.Send(number, Bytes{1});
  return {Status::kOk, std::move(effects.list)};
}

edl::Answer SendOnly(std::uint8_t number) {
  edl::Effects effects;
  effects.Send(number, Bytes{1});
  return {Status::kOk, std::move(effects.list)};
}

// An outbox whose store and whose receiver write into one list of events.
struct OutboxFixture {
  std::vector<std::string> events;
  bool fail = false;
  metrics::Registry metrics;
  Outbox outbox{[this](std::span<const store::Change> changes) -> Result<Unit, store::StoreError> {
                  if (fail) return Fail(store::StoreError{"full", "free space"});
                  std::string event = "commit";
                  for (const store::Change& change : changes) {
                    event += (change.record ? " +" : " -") + std::to_string(change.id.bytes[0]);
                  }
                  events.push_back(event);
                  return Unit{};
                },
                {.answers_max = 3, .bytes_max = 1000, .wait_max = microseconds(500)},
                metrics};
  Outbox::Clock::time_point now{};

  void Add(edl::Answer answer) {
    outbox.Add(
        std::move(answer),
        [this](const edl::Answer& left) {
          events.push_back("sent " + std::to_string(LinkOf(left.effects.back())));
        },
        now);
  }
};

using Events = std::vector<std::string>;

TEST(Outbox, Add_AnswerWithoutPutsLeavesAtOnce) {
  OutboxFixture fixture;
  fixture.Add(SendOnly(1));
  EXPECT_EQ(fixture.events, Events{"sent 1"});
  EXPECT_TRUE(fixture.outbox.empty());
}

TEST(Outbox, Commit_ComesBeforeAnythingOfItsAnswersLeavesAndOrderIsKept) {
  OutboxFixture fixture;
  fixture.Add(PutAndSend(1));
  fixture.Add(SendOnly(2));
  edl::Answer dropping = SendOnly(3);
  dropping.effects.insert(dropping.effects.begin(), edl::DropEffect{{9}});
  fixture.Add(std::move(dropping));
  EXPECT_EQ(fixture.events, Events{});
  ASSERT_TRUE(fixture.outbox.CommitIfDue(true, fixture.now).ok());
  EXPECT_EQ(fixture.events, (Events{"commit +1 -9", "sent 1", "sent 2", "sent 3"}));
  EXPECT_TRUE(fixture.outbox.empty());
}

TEST(Outbox, CommitIfDue_GathersWhileTheEnclaveIsBusyUntilFull) {
  OutboxFixture fixture;
  const auto before_due = fixture.now - microseconds(1);
  fixture.Add(PutAndSend(2));
  ASSERT_TRUE(fixture.outbox.CommitIfDue(false, before_due).ok());
  EXPECT_EQ(fixture.events, Events{});
  fixture.Add(PutAndSend(3));
  fixture.Add(PutAndSend(4));
  ASSERT_TRUE(fixture.outbox.CommitIfDue(false, before_due).ok());
  EXPECT_EQ(fixture.events, (Events{"commit +2 +3 +4", "sent 2", "sent 3", "sent 4"}));
}

TEST(Outbox, CommitIfDue_CommitsWhenTheOldestHasWaitedLongEnough) {
  OutboxFixture fixture;
  fixture.Add(PutAndSend(1));
  EXPECT_LE(fixture.outbox.due() - fixture.now, microseconds(500));
  ASSERT_TRUE(fixture.outbox.CommitIfDue(false, fixture.outbox.due()).ok());
  EXPECT_EQ(fixture.events, (Events{"commit +1", "sent 1"}));
}

TEST(Outbox, Commit_FailureReleasesNothingEverAgain) {
  OutboxFixture fixture;
  fixture.fail = true;
  fixture.Add(PutAndSend(1));
  fixture.Add(SendOnly(2));
  EXPECT_FALSE(fixture.outbox.CommitIfDue(true, fixture.now).ok());
  fixture.fail = false;
  fixture.Add(SendOnly(3));
  EXPECT_TRUE(fixture.outbox.Commit().ok());
  EXPECT_EQ(fixture.events, Events{});
}

// An Enclave over a FakeEnclave, with a store that is a map.
struct EnclaveFixture {
  net::asio::io_context io;
  metrics::Registry metrics;
  FakeEnclave fake;
  std::map<ByteArray<32>, Bytes> stored;
  std::vector<edl::Answer> answers;
  std::string fatal;
  int commits = 0;
  std::optional<Enclave> enclave;

  void Start(Enclave::Options options = {}) {
    enclave.emplace(
        io, fake.host_fd(), options,
        [this](std::span<const store::Change> changes) -> Result<Unit, store::StoreError> {
          ++commits;
          for (const store::Change& change : changes) stored[change.id.bytes] = change.record.value();
          return Unit{};
        },
        Enclave::Handlers{[this](const edl::Answer& answer) { answers.push_back(answer); },
                          [this](const std::string& reason) { fatal = reason; }},
        metrics);
    fake.Start();
  }
};

TEST(Enclave, Submit_AnswersInOrderWithPeersFirst) {
  EnclaveFixture fixture;
  Bytes order;
  std::binary_semaphore started(0);
  fixture.fake.on_hello = [&](const edl::HelloCall&, edl::Effects&) {
    started.acquire();
    return Status::kOk;
  };
  fixture.Start();
  const auto note = [&](std::uint8_t number) {
    return [&order, number](const edl::Answer&) { order.push_back(number); };
  };
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::HelloCall{}, note(0)).ok());
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kClient, edl::StatusCall{1}, note(1)).ok());
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kClient, edl::StatusCall{2}, note(2)).ok());
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::PeerDownCall{7}, note(3)).ok());
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::TickCall{}, note(4)).ok());
  started.release();
  EXPECT_TRUE(RunUntil(fixture.io, [&] { return order.size() == 5; }));
  EXPECT_EQ(order, (Bytes{0, 3, 4, 1, 2}));
  EXPECT_EQ(fixture.fake.calls(),
            (std::vector<std::string>{"hello", "peer_down", "tick", "status", "status"}));
  EXPECT_TRUE(fixture.enclave->idle());
}

TEST(Enclave, Submit_PutsTogetherAnAnswerOfManyRecords) {
  EnclaveFixture fixture;
  fixture.fake.on_peer_frame = [](const edl::PeerFrameCall& call, edl::Effects& effects) {
    for (std::uint8_t i = 0; i < 10; ++i) effects.Send(i, ToBytes(call.frame));
    return Status::kOk;
  };
  fixture.Start();
  const Bytes frame(163840, 0x5a);
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::PeerFrameCall{1, frame}).ok());
  ASSERT_TRUE(RunUntil(fixture.io, [&] { return !fixture.answers.empty(); }));
  ASSERT_EQ(fixture.answers[0].effects.size(), 10u);
  for (std::uint8_t i = 0; i < 10; ++i) EXPECT_EQ(LinkOf(fixture.answers[0].effects[i]), i);
  EXPECT_EQ(std::get<edl::SendEffect>(fixture.answers[0].effects[9]).frame, frame);
}

TEST(Enclave, Submit_RefusesAnArgumentOverItsMaximumAndAFullQueue) {
  EnclaveFixture fixture;
  fixture.Start({.client = {.client_calls_max = 2, .peer_calls_max = 100}, .outbox = {}});
  const Bytes long_body(131073, 'x');
  EXPECT_EQ(fixture.enclave->Submit(Urgency::kClient, edl::ClientRequestCall{.body = long_body}).error(),
            Status::kTooLong);
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kClient, edl::StatusCall{1}).ok());  // leaves at once
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kClient, edl::StatusCall{2}).ok());
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kClient, edl::StatusCall{3}).ok());
  EXPECT_EQ(fixture.enclave->Submit(Urgency::kClient, edl::StatusCall{4}).error(), Status::kBusy);
  EXPECT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::TickCall{}).ok());
  ASSERT_TRUE(RunUntil(fixture.io, [&] { return fixture.answers.size() == 4; }));
  EXPECT_TRUE(fixture.enclave->Submit(Urgency::kClient, edl::StatusCall{5}).ok());
  EXPECT_TRUE(RunUntil(fixture.io, [&] { return fixture.answers.size() == 5; }));
}

// What /metrics says of the longest call of a kind; -1: nothing.
double LongestOf(const EnclaveFixture& fixture, const std::string& call) {
  const std::string text = fixture.metrics.Text();
  const std::string line = "\npassport_enclave_call_longest_seconds{call=\"" + call + "\"} ";
  const std::size_t found = text.find(line);
  return found == std::string::npos ? -1 : std::stod(text.substr(found + line.size()));
}

TEST(Enclave, Metrics_KeepTheLongestCallOfEachKind) {
  EnclaveFixture fixture;
  const auto long_time = milliseconds(20);
  fixture.fake.on_status = [&](const edl::StatusCall& call, edl::Effects&) {
    const auto end = std::chrono::steady_clock::now() + long_time;
    while (call.token == 1 && std::chrono::steady_clock::now() < end) continue;  // a call that computes
    return Status::kOk;
  };
  fixture.Start();
  EXPECT_EQ(LongestOf(fixture, "status"), -1);
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::StatusCall{1}).ok());
  ASSERT_TRUE(RunUntil(fixture.io, [&] { return fixture.answers.size() == 1; }));
  const double longest = LongestOf(fixture, "status");
  EXPECT_GE(longest, 0.02);
  EXPECT_EQ(LongestOf(fixture, "tick"), -1);
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::StatusCall{2}).ok());
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::TickCall{}).ok());
  ASSERT_TRUE(RunUntil(fixture.io, [&] { return fixture.answers.size() == 3; }));
  EXPECT_GE(LongestOf(fixture, "status"), longest);
  EXPECT_GE(LongestOf(fixture, "tick"), 0);
}

TEST(Enclave, Replies_FindTheirPutsInTheStoreUnderLoadAndCommitsAreGrouped) {
  EnclaveFixture fixture;
  constexpr std::uint64_t kCalls = 2000;
  fixture.fake.on_status = [](const edl::StatusCall& call, edl::Effects& effects) {
    if (call.token % 3 != 0) {
      ByteArray<32> id{};
      id[0] = static_cast<std::uint8_t>(call.token);
      id[1] = static_cast<std::uint8_t>(call.token >> 8);
      effects.Put(id, Bytes(100, 1));
    }
    effects.Reply(call.token, 0, 0, {});
    return Status::kOk;
  };
  fixture.Start({.client = {.client_calls_max = kCalls, .peer_calls_max = 1}, .outbox = {}});
  std::uint64_t next = 1;
  for (std::uint64_t token = 1; token <= kCalls; ++token) {
    const auto then = [&, token](const edl::Answer& answer) {
      EXPECT_EQ(token, next++);
      EXPECT_EQ(std::get<edl::ReplyEffect>(answer.effects.back()).token, token);
      ByteArray<32> id{};
      id[0] = static_cast<std::uint8_t>(token);
      id[1] = static_cast<std::uint8_t>(token >> 8);
      EXPECT_EQ(fixture.stored.contains(id), token % 3 != 0);
    };
    ASSERT_TRUE(fixture.enclave->Submit(Urgency::kClient, edl::StatusCall{token}, then).ok());
  }
  ASSERT_TRUE(RunUntil(fixture.io, [&] { return next == kCalls + 1; }));
  EXPECT_EQ(fixture.stored.size(), kCalls - kCalls / 3);
  EXPECT_GT(fixture.commits, 0);
  EXPECT_LE(fixture.commits, static_cast<int>(fixture.stored.size()));
}

TEST(Enclave, Lost_EndOfFileIsReportedOnceAndLaterCallsAreRefused) {
  EnclaveFixture fixture;
  fixture.Start();
  fixture.fake.Stop();
  ASSERT_TRUE(RunUntil(fixture.io, [&] { return !fixture.fatal.empty(); }));
  EXPECT_EQ(fixture.fatal, "the enclave closed its socket");
  EXPECT_EQ(fixture.enclave->Submit(Urgency::kPeer, edl::TickCall{}).error(), Status::kBusy);
}

TEST(Enclave, Lost_BrokenFramingIsReported) {
  EnclaveFixture fixture;
  fixture.fake.on_tick = [&](const edl::TickCall&, edl::Effects&) {
    const std::string garbage(40, 'x');
    EXPECT_EQ(send(fixture.fake.fd(), garbage.data(), garbage.size(), 0), 40);
    return Status::kOk;
  };
  fixture.Start();
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::TickCall{}).ok());
  ASSERT_TRUE(RunUntil(fixture.io, [&] { return !fixture.fatal.empty(); }));
  EXPECT_NE(fixture.fatal.find("framing"), std::string::npos);
  EXPECT_TRUE(fixture.answers.empty());
}

TEST(Enclave, Lost_ARecordThatNobodyAskedForIsReported) {
  EnclaveFixture fixture;
  fixture.Start();
  ASSERT_EQ(send(fixture.fake.fd(), "stray", 5, 0), 5);
  ASSERT_TRUE(RunUntil(fixture.io, [&] { return !fixture.fatal.empty(); }));
  EXPECT_NE(fixture.fatal.find("nobody asked"), std::string::npos);
}

TEST(Enclave, Recorder_KeepsEveryRecordOfBothDirectionsInOrder) {
  const TempFolder temp;
  std::ofstream(temp.File("records")) << "before";  // continued, never overwritten
  EnclaveFixture fixture;
  fixture.fake.on_peer_frame = [](const edl::PeerFrameCall& call, edl::Effects& effects) {
    for (std::uint8_t i = 0; i < 10; ++i) effects.Send(i, ToBytes(call.frame));
    return Status::kOk;
  };
  fixture.Start({.client = {},
                 .outbox = {},
                 .recorder = std::shared_ptr<Recorder>(Recorder::Open(temp.File("records")).value())});
  const Bytes frame(163840, 0x5a);
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::PeerFrameCall{1, frame}).ok());
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::TickCall{2, 3}).ok());
  ASSERT_TRUE(RunUntil(fixture.io, [&] { return fixture.answers.size() == 2; }));
  std::ifstream file(temp.File("records"), std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Reader in(AsBytes(text));
  EXPECT_EQ(AsText(in.Raw(6)), "before");
  EXPECT_EQ(in.U8(), 1);
  EXPECT_TRUE(Equal(in.Var(kRecordBytesMax), edl::EncodeCall(1, edl::PeerFrameCall{1, frame}).value()));
  edl::AnswerReader reader(1, edl::Call::kPeerFrame);
  for (bool last = false; !last;) {
    EXPECT_EQ(in.U8(), 2);
    const auto taken = reader.Take(in.Var(kRecordBytesMax));
    ASSERT_TRUE(taken.ok());
    last = taken.value();
  }
  EXPECT_EQ(std::move(reader).Finish().effects.size(), 10u);
  EXPECT_EQ(in.U8(), 1);
  EXPECT_TRUE(Equal(in.Var(kRecordBytesMax), edl::EncodeCall(2, edl::TickCall{2, 3}).value()));
  EXPECT_EQ(in.U8(), 2);
  in.Var(kRecordBytesMax);
  EXPECT_TRUE(in.Done());
}

TEST(Enclave, Recorder_ThatCannotBeOpenedOrWrittenSaysSo) {
  const TempFolder temp;
  const auto missing = Recorder::Open(temp.File("none/records"));
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().Text().find("none/records"), std::string::npos);
  EnclaveFixture fixture;
  fixture.Start({.client = {},
                 .outbox = {},
                 .recorder = std::shared_ptr<Recorder>(Recorder::Open("/dev/full").value())});
  ASSERT_TRUE(fixture.enclave->Submit(Urgency::kPeer, edl::TickCall{}).ok());
  EXPECT_EQ(fixture.fatal, "");
  ASSERT_TRUE(RunUntil(fixture.io, [&] { return !fixture.fatal.empty(); }));
  EXPECT_NE(fixture.fatal.find("/dev/full"), std::string::npos);
  EXPECT_TRUE(fixture.answers.empty());
}

TEST(Enclave, FailedCommit_IsFatalAndReleasesNothing) {
  net::asio::io_context io;
  metrics::Registry metrics;
  FakeEnclave fake;
  std::string fatal;
  int answers = 0;
  fake.on_tick = [](const edl::TickCall&, edl::Effects& effects) {
    effects.Put({}, Bytes(1));
    effects.Reply(1, 0, 0, {});
    return Status::kOk;
  };
  Enclave enclave(
      io, fake.host_fd(), {},
      [](std::span<const store::Change>) -> Result<Unit, store::StoreError> {
        return Fail(store::StoreError{"disk full", "free space"});
      },
      {[&](const edl::Answer&) { ++answers; }, [&](const std::string& reason) { fatal = reason; }}, metrics);
  fake.Start();
  ASSERT_TRUE(enclave.Submit(Urgency::kPeer, edl::TickCall{}).ok());
  ASSERT_TRUE(RunUntil(io, [&] { return !fatal.empty(); }));
  EXPECT_EQ(fatal, "disk full; free space");
  EXPECT_EQ(answers, 0);
}

}  // namespace
}  // namespace passport::host::enclave
