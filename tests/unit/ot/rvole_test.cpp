// Multiplication: the product comes out, and every field of Alice's message is checked.
#include "tests/unit/ot/fixtures.h"

namespace passport::mul {
namespace {

using curve::Scalar;
using ot::Aborts;
using ot::kAlice;
using ot::kBob;
using protocol::AbortReason;

struct MultiplyRun {
  crypto::SeededRng rng;
  ot::IdealPair pair;
  Hash32 ssid = ot::Context("multiply");
  Gadget gadget{ot::Context("gadget")};
  Shares inputs;
  BobStarted bob;
  AliceOutput alice;
  explicit MultiplyRun(std::uint64_t seed)
      : rng(seed),
        pair(ot::RandomPair(rng)),
        inputs(ot::RandomInputs(rng)),
        bob(StartBob(pair.bob, gadget, ssid, rng)),
        alice(RespondAlice(pair.alice, gadget, ssid, inputs, bob.message, kBob, rng).value()) {}
  // Bob's last call on any message, as often as a test likes.
  protocol::Outcome<Shares> Finish(const MultiplyMessage& message) const {
    return FinishBob({bob.state.choices.Clone(), bob.state.nonce}, pair.bob, gadget, ssid, message, kAlice);
  }
  bool Choice(std::size_t j) const { return ((bob.state.choices.Expose()[j / 8] >> (j % 8)) & 1) == 1; }
};

static_assert(!std::is_copy_constructible_v<BobState> && !std::is_copy_constructible_v<AliceOutput>);
static_assert(sizeof(BobState) < 200, "rules.md 34: between rounds a session holds no matrices");

TEST(Rvole, SharesOfBothProducts_ComeOut) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const MultiplyRun run(seed);
    const auto d = run.Finish(run.alice.message);
    ASSERT_TRUE(d.ok());
    ot::ExpectProduct(run.inputs, run.bob.b, run.alice.c, d.value());
  }
}

TEST(Rvole, ZeroInput_GivesSharesOfZero) {
  MultiplyRun run(5);
  run.inputs[0].ExposeMutable() = Scalar();
  const auto alice =
      RespondAlice(run.pair.alice, run.gadget, run.ssid, run.inputs, run.bob.message, kBob, run.rng);
  ASSERT_TRUE(alice.ok());
  const auto d = run.Finish(alice.value().message);
  ASSERT_TRUE(d.ok());
  EXPECT_TRUE((alice.value().c[0].Expose() + d.value()[0].Expose()).IsZero());
  ot::ExpectProduct(run.inputs, run.bob.b, alice.value().c, d.value());
}

TEST(Rvole, Message_HasExactlyOneEncoding) { ot::ExpectExactSize(MultiplyRun(6).alice.message); }

TEST(Rvole, Parse_RefusesScalarsFromQUp) {
  const MultiplyRun run(7);
  const Bytes honest = run.alice.message.Encode();
  const Bytes q = ParseHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").value();
  const std::size_t last_correction = 32 + 32 * (ot::kGadgetSize * ot::kMultiplyWidth - 1);
  for (const std::size_t at :
       {std::size_t{32}, std::size_t{32 * 701}, last_correction, last_correction + 32}) {
    for (const Bytes& bad : {q, Bytes(32, 0xff)}) {
      Bytes bytes = honest;
      std::copy(bad.begin(), bad.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
      const auto refused = MultiplyMessage::Parse(bytes);
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error(), Status::kBadScalar);
    }
  }
}

TEST(Rvole, EveryCorrection_IsBoundByTheChallenge) {
  const MultiplyRun run(8);
  std::size_t tried_zero = 0;
  for (std::size_t j = 0; j < ot::kGadgetSize; j += 13) {
    for (std::size_t i = 0; i < ot::kMultiplyWidth; ++i) {
      MultiplyMessage bad = run.alice.message;
      const std::size_t at = MultiplyMessage::Index(j, i);
      bad.corrections.Set(at, bad.corrections.At(at) + Scalar::FromU64(1));
      EXPECT_TRUE(Aborts(run.Finish(bad), AbortReason::kMultiplicationCheck, kAlice)) << j << " " << i;
      if (!run.Choice(j)) ++tried_zero;
    }
  }
  EXPECT_GT(tried_zero, 0u);  // columns that Bob's own arithmetic does not use are bound all the same
}

TEST(Rvole, NonceEtaAndMu_AreChecked) {
  const MultiplyRun run(9);
  std::vector<MultiplyMessage> mutations(7, run.alice.message);
  mutations[0].nonce[0] ^= 1;
  mutations[1].eta.back() = mutations[1].eta.back() + Scalar::FromU64(1);
  mutations[2].eta.front() = Scalar();
  mutations[3].mu[31] ^= 0x80;
  mutations[4].mu = Hash32{};
  for (std::size_t i = 0; i < ot::kMultiplyWidth; ++i) {
    const std::size_t last = MultiplyMessage::Index(ot::kGadgetSize - 1, i);
    mutations[5].corrections.Set(i, run.alice.message.corrections.At(last));
    mutations[5].corrections.Set(last, run.alice.message.corrections.At(i));
  }
  mutations[6].corrections = curve::EncodedScalars(MultiplyMessage::kCorrections);  // all zero
  for (std::size_t i = 0; i < mutations.size(); ++i) {
    EXPECT_TRUE(Aborts(run.Finish(mutations[i]), AbortReason::kMultiplicationCheck, kAlice)) << i;
  }
}

TEST(Rvole, AnyFlippedBitOnTheWire_IsRefusedOrBlamesAlice) {
  const MultiplyRun run(10);
  const Bytes honest = run.alice.message.Encode();
  for (std::size_t bit = 3; bit < 8 * honest.size(); bit += 2003) {
    const auto parsed = MultiplyMessage::Parse(ot::Flip(honest, bit));
    if (!parsed.ok()) {
      EXPECT_EQ(parsed.error(), Status::kBadScalar) << bit;
    } else {
      EXPECT_TRUE(Aborts(run.Finish(parsed.value()), AbortReason::kMultiplicationCheck, kAlice)) << bit;
    }
  }
}

TEST(Rvole, MessageOfAnotherSessionOrCount_IsRefused) {
  const MultiplyRun run(11);
  const MultiplyRun other(12);
  EXPECT_TRUE(Aborts(run.Finish(other.alice.message), AbortReason::kMultiplicationCheck, kAlice));
  EXPECT_TRUE(Aborts(FinishBob({run.bob.state.choices.Clone(), run.bob.state.nonce}, run.pair.bob, run.gadget,
                               ot::Context("another session"), run.alice.message, kAlice),
                     AbortReason::kMultiplicationCheck, kAlice));
  const Bytes honest = run.alice.message.Encode();
  for (const std::size_t rows : {std::size_t{0}, ot::kGadgetSize - 1, ot::kGadgetSize + 1}) {
    MultiplyMessage bad = run.alice.message;
    Bytes values(32 * ot::kMultiplyWidth * rows);
    std::copy_n(honest.begin() + 32, std::min(values.size(), std::size_t{32} * MultiplyMessage::kCorrections),
                values.begin());
    bad.corrections = curve::EncodedScalars::Parse(values).value();
    EXPECT_TRUE(Aborts(run.Finish(bad), AbortReason::kMalformed, kAlice));
  }
}

TEST(Rvole, BadExtension_EndsBeforeAliceAnswers) {
  MultiplyRun run(13);
  run.bob.message.u[31][79] ^= 1;
  EXPECT_TRUE(
      Aborts(RespondAlice(run.pair.alice, run.gadget, run.ssid, run.inputs, run.bob.message, kBob, run.rng),
             AbortReason::kExtensionCheck, kBob));
}

TEST(Rvole, RepeatedFirstMessage_LeaksNoDifferenceOfInputs) {
  MultiplyRun run(14);
  const Shares others = ot::RandomInputs(run.rng);
  const auto again =
      RespondAlice(run.pair.alice, run.gadget, run.ssid, others, run.bob.message, kBob, run.rng);
  ASSERT_TRUE(again.ok());
  const Scalar difference = run.alice.message.corrections.At(0) - again.value().message.corrections.At(0);
  EXPECT_FALSE(difference.EqualsPublic(run.inputs[0].Expose() - others[0].Expose()));
}

TEST(Rvole, FixedSeed_GivesTheRecordedTranscript) {
  const MultiplyRun run(15);
  const Hash32 trace = crypto::HashSha256({run.bob.message.Encode(), run.alice.message.Encode()});
  EXPECT_EQ(ToHex(trace), "8ec3477917ec8e185e4713df7759a42daa1080fa886e3760dc63b50eadc669d4");
}

}  // namespace
}  // namespace passport::mul
