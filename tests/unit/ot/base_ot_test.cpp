// Base OT: both sides agree, nothing but valid points gets in, and every input of the pads matters.
#include "edl/base/codec.h"
#include "tests/unit/ot/fixtures.h"

namespace passport::ot {
namespace {

using curve::Scalar;
using protocol::AbortReason;

constexpr std::string_view kHashDst = "DKLS23-v1-EOT-secp256k1_XMD:SHA-256_SSWU_RO_";

std::size_t Choice(const BaseOtReceiver& state, std::size_t index) {
  return (state.choices.Expose()[index / 8] >> (index % 8)) & 1;
}
ByteArray<33> AnyPoint(std::uint64_t k) { return curve::MulBase(Scalar::FromU64(k))->Encode(); }

struct BaseOtRun {
  crypto::SeededRng rng;
  Hash32 context = Context("base ot");
  BaseOtReceiver alice;
  BaseOtSent bob;
  explicit BaseOtRun(std::uint64_t seed)
      : rng(seed),
        alice(StartBaseOt(context, rng)),
        bob(AnswerBaseOt(context, alice.message, kAlice, rng).value()) {}
};

class RngWithCount final : public crypto::Rng {
 public:
  void Fill(std::span<std::uint8_t> out) override {
    ++draws;
    rng_.Fill(out);
  }
  std::size_t draws = 0;

 private:
  crypto::SeededRng rng_{1};
};

TEST(BaseOt, Receiver_LearnsExactlyTheChosenPads) {
  const BaseOtRun run(1);
  const auto chosen = FinishBaseOt(run.context, run.alice, run.bob.message, kBob);
  ASSERT_TRUE(chosen.ok());
  std::size_t ones = 0;
  for (std::size_t i = 0; i < kBaseOts; ++i) {
    const PadPair& pads = run.bob.pads.Expose()[i];
    EXPECT_EQ(chosen.value().Expose()[i], pads[Choice(run.alice, i)]);
    EXPECT_NE(chosen.value().Expose()[i], pads[1 - Choice(run.alice, i)]);
    ones += Choice(run.alice, i);
  }
  EXPECT_GT(ones, 30u);
  EXPECT_LT(ones, 98u);
}

TEST(BaseOt, Messages_HaveExactlyOneEncoding) {
  const BaseOtRun run(2);
  ExpectExactSize(run.alice.message);
  ExpectExactSize(run.bob.message);
}

// Both sides parse a point in the step that uses it, and the branch that was not chosen is parsed too.
TEST(BaseOt, EveryKindOfBadPointAnywhere_BlamesItsSender) {
  BaseOtRun run(3);
  const ByteArray<33> no_prefix{};  // the identity in its SEC1 disguise
  ByteArray<33> uncompressed;
  uncompressed.fill(7);
  uncompressed[0] = 4;
  ByteArray<33> beyond_field;
  beyond_field.fill(0xff);
  beyond_field[0] = 2;
  ByteArray<33> off_curve{};  // x = 5: 5^3 + 7 is no square
  off_curve[0] = 2;
  off_curve[32] = 5;
  for (const std::size_t index : {std::size_t{0}, std::size_t{64}, std::size_t{127}}) {
    for (const std::size_t branch : {std::size_t{0}, std::size_t{1}}) {
      for (const ByteArray<33>& bad : {no_prefix, uncompressed, beyond_field, off_curve}) {
        BaseOtReceiverMessage to_bob = run.alice.message;
        to_bob.points[index][branch] = bad;
        EXPECT_TRUE(
            Aborts(AnswerBaseOt(run.context, to_bob, kAlice, run.rng), AbortReason::kMalformed, kAlice));
        BaseOtSenderMessage to_alice = run.bob.message;
        to_alice.points[index][branch] = bad;
        EXPECT_TRUE(
            Aborts(FinishBaseOt(run.context, run.alice, to_alice, kBob), AbortReason::kMalformed, kBob));
      }
    }
  }
}

TEST(BaseOt, Answer_BlamesAReceiverWhosePointCancels) {
  BaseOtRun run(4);
  const std::size_t index = 17;
  for (std::uint8_t branch : {std::uint8_t{0}, std::uint8_t{1}}) {
    BaseOtReceiverMessage message = run.alice.message;
    Writer input;
    input.Raw(run.context).Raw(message.nonce).U16(index).U8(branch);
    input.Raw(message.points[index][1 - branch]);
    message.points[index][branch] = curve::HashToCurve(input.bytes(), kHashDst).Negate().Encode();
    EXPECT_TRUE(Aborts(AnswerBaseOt(run.context, message, kAlice, run.rng), AbortReason::kBaseOt, kAlice));
  }
}

TEST(BaseOt, WrongCounts_BlameTheirSender) {
  BaseOtRun run(5);
  BaseOtReceiverMessage short_one = run.alice.message;
  short_one.points.pop_back();
  EXPECT_TRUE(Aborts(AnswerBaseOt(run.context, short_one, kAlice, run.rng), AbortReason::kMalformed, kAlice));
  BaseOtSenderMessage long_one = run.bob.message;
  long_one.points.push_back(long_one.points[0]);
  EXPECT_TRUE(Aborts(FinishBaseOt(run.context, run.alice, long_one, kBob), AbortReason::kMalformed, kBob));
}

TEST(BaseOt, Pads_DifferAlthoughReceiverMessagesRepeat) {
  BaseOtRun run(6);
  BaseOtReceiverMessage repeated = run.alice.message;
  repeated.points[1] = repeated.points[0];
  const auto bob = AnswerBaseOt(run.context, repeated, kAlice, run.rng);
  ASSERT_TRUE(bob.ok());
  const auto& pads = bob.value().pads.Expose();
  EXPECT_NE(pads[0][0], pads[1][0]);
  EXPECT_NE(pads[0][1], pads[1][1]);
}

// The pads at one instance after the sender's message was changed there.
Seed ChosenPad(const BaseOtRun& run, const Hash32& context, const BaseOtSenderMessage& message,
               std::size_t index) {
  return FinishBaseOt(context, run.alice, message, kBob).value().Expose()[index];
}

TEST(BaseOt, ChosenPad_DependsOnContextNoncesAndTheChosenPointOnly) {
  const BaseOtRun run(7);
  const std::size_t index = 100;
  const BaseOtSenderMessage& honest = run.bob.message;
  const Seed pad = ChosenPad(run, run.context, honest, index);
  EXPECT_NE(ChosenPad(run, Context("another pair"), honest, index), pad);
  BaseOtSenderMessage other_nonce = honest;
  other_nonce.nonce[31] ^= 1;
  EXPECT_NE(ChosenPad(run, run.context, other_nonce, index), pad);
  for (std::size_t branch = 0; branch < 2; ++branch) {
    BaseOtSenderMessage changed = honest;
    changed.points[index][branch] = AnyPoint(99);
    const bool is_chosen = branch == Choice(run.alice, index);
    EXPECT_EQ(ChosenPad(run, run.context, changed, index) != pad, is_chosen);
  }
}

// What one call may compute (rules.md 28) is bounded by the points that one step makes or multiplies.
TEST(BaseOt, Steps_TakeFourInstancesEach) {
  const BaseOtRun run(9);
  RngWithCount rng;
  BaseOtStart start(run.context, rng);
  BaseOtAnswer answer(run.context, run.alice.message, kAlice, rng);
  BaseOtFinish finish(run.context,
                      {run.alice.choices.Clone(), run.alice.exponents.Clone(), run.alice.message},
                      run.bob.message, kBob);
  for (std::size_t left = kBaseOts / kStepBaseOts; left-- > 0;) {
    rng.draws = 0;
    EXPECT_EQ(start.Step(rng).has_value(), left == 0);
    EXPECT_EQ(rng.draws, 2 * kStepBaseOts);  // an exponent and a point of unknown logarithm
    rng.draws = 0;
    EXPECT_EQ(answer.Step(rng).value().has_value(), left == 0);
    EXPECT_EQ(rng.draws, 2 * kStepBaseOts);  // an exponent for each branch
    EXPECT_EQ(finish.Step().value().has_value(), left == 0);
  }
}

TEST(BaseOt, Choices_AreDrawnAnewForEveryCounterparty) {
  crypto::SeededRng rng(8);
  const BaseOtReceiver one = StartBaseOt(Context("one"), rng);
  const BaseOtReceiver other = StartBaseOt(Context("other"), rng);
  EXPECT_NE(one.choices.Expose(), other.choices.Expose());
  EXPECT_NE(one.message.nonce, other.message.nonce);
}

}  // namespace
}  // namespace passport::ot
