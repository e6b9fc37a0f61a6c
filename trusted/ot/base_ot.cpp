#include "trusted/ot/base_ot.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::ot {
namespace {

using curve::Point;
using curve::Scalar;
using protocol::Abort;
using protocol::AbortReason;

constexpr std::string_view kHashDst = "DKLS23-v1-EOT-secp256k1_XMD:SHA-256_SSWU_RO_";
constexpr std::string_view kRandomPointDst = "DKLS23-v1-EOT-random-secp256k1_XMD:SHA-256_SSWU_RO_";

std::uint64_t ChoiceBit(const ChoiceBits& choices, std::size_t index) {
  return (choices.Expose()[index / 8] >> (index % 8)) & 1;
}

// H(ctx, nr, idx, x, P) of dkls23.md 3.2.
Point HashPoint(const Hash32& context, const Hash32& nonce, std::size_t index, std::uint64_t branch,
                const ByteArray<33>& point) {
  Writer message;
  message.Raw(context)
      .Raw(nonce)
      .U16(static_cast<std::uint16_t>(index))
      .U8(static_cast<std::uint8_t>(branch));
  message.Raw(point);
  return curve::HashToCurve(message.bytes(), kHashDst);
}

// A point of which nobody, its maker included, knows the discrete logarithm.
Point RandomPoint(crypto::Rng& rng) { return curve::HashToCurve(rng.Array<32>(), kRandomPointDst); }

template <std::size_t N>
ByteArray<N> Select(std::uint64_t bit, const ByteArray<N>& if_zero, const ByteArray<N>& if_one) {
  const auto mask = static_cast<std::uint8_t>(crypto::MaskFromBit(bit));
  ByteArray<N> out;
  for (std::size_t i = 0; i < N; ++i) {
    out[i] = static_cast<std::uint8_t>(if_zero[i] ^ (mask & (if_zero[i] ^ if_one[i])));
  }
  return out;
}

// {own, other} for choice 0, {other, own} for choice 1.
PointPair Arrange(std::uint64_t choice, const ByteArray<33>& own, const ByteArray<33>& other) {
  return {Select(choice, own, other), Select(choice, other, own)};
}

// The points of one instance, both of which must be valid.
protocol::Outcome<std::array<Point, 2>> ParsePair(const PointPair& pair, PartyIndex from) {
  const Result<Point> zero = Point::Parse(pair[0]);
  const Result<Point> one = Point::Parse(pair[1]);
  if (!zero.ok() || !one.ok()) return Fail(Abort{AbortReason::kMalformed, from});
  return std::array{zero.value(), one.value()};
}

// What both sides hash to make the pads of one instance.
struct PadContext {
  crypto::Sha256 prefix;  // tag, context and both nonces
  PadContext(const Hash32& context, const Hash32& receiver_nonce, const Hash32& sender_nonce)
      : prefix(crypto::TaggedState(crypto::tag::kEotKdf, context)) {
    prefix.Update(receiver_nonce).Update(sender_nonce);
  }
  Seed Pad(std::size_t index, std::uint64_t branch, const PointPair& received, const ByteArray<33>& sent,
           const ByteArray<33>& shared) const {
    crypto::Sha256 state = prefix;
    const auto branch_byte = static_cast<std::uint8_t>(branch);
    state.Update(crypto::Le16(static_cast<std::uint16_t>(index))).Update({&branch_byte, 1});
    state.Update(received[0]).Update(received[1]).Update(sent).Update(shared);
    const Hash32 hash = state.Final();
    Seed pad;
    std::copy_n(hash.begin(), pad.size(), pad.begin());
    return pad;
  }
};

// k * P for a k that is known not to be zero.
Point MulNonZero(const Scalar& k, const Point& point) {
  const std::optional<Point> product = curve::Mul(k, point);
  PASSPORT_CHECK(product.has_value());
  return *product;
}

Point MulBaseNonZero(const Scalar& k) {
  const std::optional<Point> product = curve::MulBase(k);
  PASSPORT_CHECK(product.has_value());
  return *product;
}

}  // namespace

template <class Role>
Bytes BaseOtMessage<Role>::Encode() const {
  Writer out;
  out.Raw(nonce);
  for (const PointPair& pair : points) out.Raw(pair[0]).Raw(pair[1]);
  return out.Take();
}

template <class Role>
Result<BaseOtMessage<Role>> BaseOtMessage<Role>::Parse(ByteSpan input) {
  if (input.size() != kSize) return Fail(Status::kMalformed);
  Reader in(input);
  BaseOtMessage message;
  message.nonce = in.Array<32>();
  message.points.reserve(kBaseOts);
  for (std::size_t i = 0; i < kBaseOts; ++i) {
    const auto zero = in.Array<33>();
    message.points.push_back({zero, in.Array<33>()});
  }
  return message;
}

template struct BaseOtMessage<BaseOtReceiverRole>;
template struct BaseOtMessage<BaseOtSenderRole>;

BaseOtStart::BaseOtStart(const Hash32& context, crypto::Rng& rng) : context_(context) {
  rng.Fill(state_.message.nonce);
  rng.Fill(state_.choices.ExposeMutable());
  state_.message.points.reserve(kBaseOts);
}

std::optional<BaseOtReceiver> BaseOtStart::Step(crypto::Rng& rng) {
  PASSPORT_CHECK(done_ < kBaseOts);
  BaseOtReceiverMessage& message = state_.message;
  for (const std::size_t end = done_ + kStepBaseOts; done_ < end;) {
    const std::uint64_t choice = ChoiceBit(state_.choices, done_);
    Scalar& exponent = state_.exponents.ExposeMutable()[done_];
    exponent = Scalar::Random(rng);
    const ByteArray<33> other = RandomPoint(rng).Encode();
    const Point mask = HashPoint(context_, message.nonce, done_, choice, other);
    const std::optional<Point> own = curve::Add(MulBaseNonZero(exponent), mask.Negate());
    if (!own.has_value()) continue;  // drawn again
    message.points.push_back(Arrange(choice, own->Encode(), other));
    ++done_;
  }
  if (done_ < kBaseOts) return std::nullopt;
  return std::move(state_);
}

BaseOtAnswer::BaseOtAnswer(const Hash32& context, BaseOtReceiverMessage message, PartyIndex receiver,
                           crypto::Rng& rng)
    : context_(context), message_(std::move(message)), receiver_(receiver) {
  rng.Fill(sent_.message.nonce);
  sent_.message.points.reserve(kBaseOts);
}

protocol::Outcome<std::optional<BaseOtSent>> BaseOtAnswer::Step(crypto::Rng& rng) {
  PASSPORT_CHECK(done_ < kBaseOts);
  if (message_.points.size() != kBaseOts) return Fail(Abort{AbortReason::kMalformed, receiver_});
  const PadContext pads(context_, message_.nonce, sent_.message.nonce);
  for (const std::size_t end = done_ + kStepBaseOts; done_ < end; ++done_) {
    const PointPair& received = message_.points[done_];
    PASSPORT_TRY(const auto points, ParsePair(received, receiver_));
    PointPair own;
    for (std::size_t x = 0; x < 2; ++x) {
      const Point mask = HashPoint(context_, message_.nonce, done_, x, received[1 - x]);
      const std::optional<Point> combined = curve::Add(points[x], mask);
      if (!combined.has_value()) return Fail(Abort{AbortReason::kBaseOt, receiver_});
      // A fresh exponent for every branch: sharing one would need a proof of its own (dkls23.md 3.2).
      const curve::SecretScalar exponent(Scalar::Random(rng));
      own[x] = MulBaseNonZero(exponent.Expose()).Encode();
      const ByteArray<33> shared = MulNonZero(exponent.Expose(), *combined).Encode();
      sent_.pads.ExposeMutable()[done_][x] = pads.Pad(done_, x, received, own[x], shared);
    }
    sent_.message.points.push_back(own);
  }
  if (done_ < kBaseOts) return std::optional<BaseOtSent>();
  return std::optional(std::move(sent_));
}

BaseOtFinish::BaseOtFinish(const Hash32& context, BaseOtReceiver state, BaseOtSenderMessage message,
                           PartyIndex sender)
    : context_(context), state_(std::move(state)), message_(std::move(message)), sender_(sender) {}

protocol::Outcome<std::optional<BaseOtReceived>> BaseOtFinish::Step() {
  PASSPORT_CHECK(done_ < kBaseOts);
  if (message_.points.size() != kBaseOts) return Fail(Abort{AbortReason::kMalformed, sender_});
  const PadContext pads(context_, state_.message.nonce, message_.nonce);
  for (const std::size_t end = done_ + kStepBaseOts; done_ < end; ++done_) {
    const std::uint64_t choice = ChoiceBit(state_.choices, done_);
    const Scalar& exponent = state_.exponents.Expose()[done_];
    const PointPair& sent = message_.points[done_];
    PASSPORT_TRY(const auto points, ParsePair(sent, sender_));
    // Multiplication may take time that depends on the point, so both points are multiplied and the choice
    // picks among the results.
    const ByteArray<33> shared =
        Select(choice, MulNonZero(exponent, points[0]).Encode(), MulNonZero(exponent, points[1]).Encode());
    chosen_.ExposeMutable()[done_] =
        pads.Pad(done_, choice, state_.message.points[done_], Select(choice, sent[0], sent[1]), shared);
  }
  if (done_ < kBaseOts) return std::optional<BaseOtReceived>();
  return std::optional(BaseOtReceived{std::move(chosen_), std::move(state_.choices)});
}

}  // namespace passport::ot
