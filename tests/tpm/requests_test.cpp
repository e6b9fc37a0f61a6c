// Requests that are none, a TPM that is gone, and two programs with one TPM.
#include "edl/base/codec.h"
#include "tests/tpm/fixture.h"

namespace passport::tpm_test {
namespace {

using Requests = TpmTest;

struct BadRequest {
  std::string_view what;
  Bytes record;
};

Bytes Record(std::uint8_t op, std::size_t body_bytes) {
  Bytes out(1 + body_bytes, 0);
  out[0] = op;
  return out;
}

// For a program that was started: each is refused, and by a body or an op that is none.
std::vector<BadRequest> BadRequests() {
  return {{"op 0", Record(0, 0)},
          {"an op that nobody has", Record(8, 32)},
          {"an op of passport-verifier", Record(7, 32)},
          {"START again", Record(1, 33)},
          {"UNSEAL of nothing", Record(2, 0)},
          {"UNSEAL of zeros", Record(2, 4096)},
          {"SEAL of 31 bytes", Record(3, 31)},
          {"SEAL of 33 bytes", Record(3, 33)},
          {"SEAL of 65 bytes", Record(3, 65)},
          {"QUOTE of 63 bytes", Record(4, 63)},
          {"QUOTE of 65 bytes", Record(4, 65)},
          {"COUNTER_READ with a body", Record(5, 1)},
          {"COUNTER_RAISE of 7 bytes", Record(6, 7)},
          {"COUNTER_RAISE of 9 bytes", Record(6, 9)},
          {"the longest request", Record(2, platform_link::kHelperBytesMax - 1)},
          {"a byte more", Record(2, platform_link::kHelperBytesMax)},
          {"a giant", Record(2, 200'000)}};
}

testing::AssertionResult IsTypedRefusal(const Reply& reply) {
  if (reply.ok) return testing::AssertionFailure() << "it was done";
  if (reply.body.empty() || !IsPlainText(reply.text()))
    return testing::AssertionFailure() << "a text that does not go into a log: " << reply.text();
  return testing::AssertionSuccess();
}

TEST_F(Requests, ThatAreNone_AreRefusedAndChangeNothing) {
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  const Bytes blob = run.Call(Op::kSeal, kRoot).body;
  const Reply counter = run.Call(Op::kCounterRead);
  for (const BadRequest& bad : BadRequests())
    EXPECT_TRUE(IsTypedRefusal(run.CallRaw(bad.record))) << bad.what;
  EXPECT_EQ(run.Call(Op::kUnseal, blob).body, kRoot);
  EXPECT_EQ(run.Call(Op::kCounterRead).body, counter.body);
  EXPECT_EQ(run.End(), 0);
}

TEST_F(Requests, BeforeStart_AreRefused_AndABadStartDoesNotCount) {
  PlatformRun run(tpm().Name());
  for (const Op op : {Op::kUnseal, Op::kSeal, Op::kQuote, Op::kCounterRead, Op::kCounterRaise})
    EXPECT_NE(run.Call(op, Bytes(64)).text().find("START comes first"), std::string::npos);
  EXPECT_TRUE(IsTypedRefusal(run.CallRaw(Record(1, 32))));
  EXPECT_TRUE(IsTypedRefusal(run.CallRaw(Record(1, 34))));
  EXPECT_TRUE(IsTypedRefusal(run.Start(Measurement("enclave"), 2)));
  EXPECT_TRUE(IsTypedRefusal(run.Call(Op::kCounterRead)));
  EXPECT_TRUE(run.Start(Measurement("enclave")).ok);
}

TEST_F(Requests, WithoutATpm_SayWhatToDo) {
  PlatformRun run;
  const Reply started = run.Start(Measurement("enclave"));
  ASSERT_TRUE(started.ok);
  const Result<std::vector<platform_link::Probe>> probes = platform_link::ParseProbes(started.body);
  ASSERT_TRUE(probes.ok());
  ASSERT_EQ(probes.value().size(), 6U);
  for (const platform_link::Probe& probe : probes.value())
    EXPECT_TRUE(!probe.available && probe.text.starts_with("unavailable: ")) << probe.text;
  for (const auto& [op, size] :
       {std::pair(Op::kUnseal, 64), {Op::kSeal, 32}, {Op::kCounterRead, 0}, {Op::kCounterRaise, 8}})
    EXPECT_NE(run.Call(op, Bytes(static_cast<std::size_t>(size))).text().find("start passportd with --tpm2"),
              std::string::npos);
}

TEST_F(Requests, ToATpmThatIsGone_AreRefusedWithTheNextAction) {
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  const Bytes blob = run.Call(Op::kSeal, kRoot).body;
  tpm().PowerOff();
  EXPECT_NE(run.Call(Op::kUnseal, blob).text().find("start the node again"), std::string::npos);
  EXPECT_EQ(run.End(), 0);
  PlatformRun late(tpm().Name());
  EXPECT_NE(late.Start(Measurement("enclave")).text().find("cannot reach the TPM swtpm:path="),
            std::string::npos);
}

// swtpm serves one program at a time: the second waits, and goes on when the first ends. The kernel's
// /dev/tpmrm0 serves both.
TEST_F(Requests, OfTwoProgramsToOneTpm_AreServedOneAfterTheOther) {
  PlatformRun first(tpm().Name());
  ASSERT_TRUE(first.Start(Measurement("enclave")).ok);
  const Bytes blob = first.Call(Op::kSeal, kRoot).body;
  PlatformRun second(tpm().Name());
  second.Send(Writer().U8(1).Raw(Measurement("enclave")).U8(0).bytes());
  EXPECT_EQ(first.Call(Op::kUnseal, blob).body, kRoot);
  EXPECT_FALSE(second.AnswerWaits());
  EXPECT_EQ(first.End(), 0);
  EXPECT_TRUE(second.Receive().ok);
  EXPECT_EQ(second.Call(Op::kUnseal, blob).body, kRoot);
}

}  // namespace
}  // namespace passport::tpm_test
