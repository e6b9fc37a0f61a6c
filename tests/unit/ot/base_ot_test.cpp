// Base OT: both sides agree, nothing but valid points gets in, and every input of the pads matters.
#include "edl/base/codec.h"
#include "tests/unit/ot/fixtures.h"

namespace passport::ot {
namespace {

using curve::Point;
using curve::Scalar;
using protocol::AbortReason;

constexpr std::string_view kHashDst = "DKLS23-v1-EOT-secp256k1_XMD:SHA-256_SSWU_RO_";

std::size_t Choice(const BaseOtReceiver& state, std::size_t index) {
  return (state.choices.Expose()[index / 8] >> (index % 8)) & 1;
}
Point AnyPoint(std::uint64_t k) { return *curve::MulBase(Scalar::FromU64(k)); }

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

TEST(BaseOt, Parse_RefusesEveryKindOfBadPointAnywhere) {
  const BaseOtRun run(3);
  const Bytes good = run.alice.message.Encode();
  const Bytes no_prefix(33, 0);  // the identity in its SEC1 disguise
  Bytes uncompressed(33, 7);
  uncompressed[0] = 4;
  Bytes beyond_field(33, 0xff);
  beyond_field[0] = 2;
  Bytes off_curve(33, 0);  // x = 5: 5^3 + 7 is no square
  off_curve[0] = 2;
  off_curve[32] = 5;
  for (const std::size_t index : {std::size_t{0}, std::size_t{1}, std::size_t{128}, std::size_t{255}}) {
    for (const Bytes& bad : {no_prefix, uncompressed, beyond_field, off_curve}) {
      Bytes bytes = good;
      std::copy(bad.begin(), bad.end(), bytes.begin() + static_cast<std::ptrdiff_t>(32 + 33 * index));
      const auto as_receiver = BaseOtReceiverMessage::Parse(bytes);
      ASSERT_FALSE(as_receiver.ok());
      EXPECT_EQ(as_receiver.error(), Status::kBadPoint);
      EXPECT_FALSE(BaseOtSenderMessage::Parse(bytes).ok());
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
    input.Raw(message.points[index][1 - branch].Encode());
    message.points[index][branch] = curve::HashToCurve(input.bytes(), kHashDst).Negate();
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

TEST(BaseOt, Choices_AreDrawnAnewForEveryCounterparty) {
  crypto::SeededRng rng(8);
  const BaseOtReceiver one = StartBaseOt(Context("one"), rng);
  const BaseOtReceiver other = StartBaseOt(Context("other"), rng);
  EXPECT_NE(one.choices.Expose(), other.choices.Expose());
  EXPECT_NE(one.message.nonce, other.message.nonce);
}

}  // namespace
}  // namespace passport::ot
