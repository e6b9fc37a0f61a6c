#include "trusted/ot/base_ot.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::ot {
namespace {

using curve::LazyPoint;
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
LazyPoint HashPoint(const Hash32& context, const Hash32& nonce, std::size_t index, std::uint64_t branch,
                    const ByteArray<33>& point) {
  Writer message;
  message.Raw(context)
      .Raw(nonce)
      .U16(static_cast<std::uint16_t>(index))
      .U8(static_cast<std::uint8_t>(branch));
  message.Raw(point);
  return curve::LazyHashToCurve(message.bytes(), kHashDst);
}

// A point of which nobody, its maker included, knows the discrete logarithm.
LazyPoint RandomPoint(crypto::Rng& rng) { return curve::LazyHashToCurve(rng.Array<32>(), kRandomPointDst); }

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
  const Result<std::array<Point, 2>> points = Point::ParsePair(pair[0], pair[1]);
  if (!points.ok()) return Fail(Abort{AbortReason::kMalformed, from});
  return points.value();
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

using Encodings = std::vector<ByteArray<33>>;

// The encodings of points with one inversion for all; nothing if one of them is the identity. The points are
// spent: some are what a pad is made of.
std::optional<Encodings> EncodeAll(std::span<LazyPoint> lazy) {
  Encodings out;
  std::vector<std::optional<Point>> points = LazyPoint::ReduceAll(lazy);
  crypto::WipeAll(lazy);
  for (const std::optional<Point>& point : points) {
    if (!point) return std::nullopt;
    out.push_back(point->Encode());
  }
  crypto::WipeAll(points);
  return out;
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
  const auto exponents = std::span(state_.exponents.ExposeMutable()).subspan(done_, kStepBaseOts);
  std::vector<curve::SecretScalar> drawn(kStepBaseOts);
  std::optional<Encodings> own, others;
  while (!own) {  // the identity among them: all are drawn again
    std::array<LazyPoint, kStepBaseOts> points;
    for (std::size_t i = 0; i < kStepBaseOts; ++i) {
      exponents[i] = Scalar::Random(rng);
      drawn[i] = curve::SecretScalar(exponents[i]);
      points[i] = RandomPoint(rng);
    }
    others = EncodeAll(points);
    if (!others) continue;
    std::vector<LazyPoint> multiples = curve::LazyMulBaseAll(drawn);
    for (std::size_t i = 0; i < kStepBaseOts; ++i) {
      const std::uint64_t choice = ChoiceBit(state_.choices, done_ + i);
      points[i] = multiples[i] - HashPoint(context_, message.nonce, done_ + i, choice, (*others)[i]);
    }
    crypto::WipeAll(multiples);
    own = EncodeAll(points);
  }
  for (std::size_t i = 0; i < kStepBaseOts; ++i) {
    message.points.push_back(Arrange(ChoiceBit(state_.choices, done_ + i), (*own)[i], (*others)[i]));
  }
  done_ += kStepBaseOts;
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
  // Of every branch.
  std::vector<curve::SecretScalar> exponents;
  std::vector<LazyPoint> combined;
  for (std::size_t i = done_; i < done_ + kStepBaseOts; ++i) {
    const PointPair& received = message_.points[i];
    PASSPORT_TRY(const auto points, ParsePair(received, receiver_));
    for (std::size_t x = 0; x < 2; ++x) {
      combined.push_back(LazyPoint(points[x]) + HashPoint(context_, message_.nonce, i, x, received[1 - x]));
      // A fresh exponent for every branch: sharing one would need a proof of its own (dkls23.md 3.2).
      exponents.emplace_back(Scalar::Random(rng));
    }
  }
  const std::vector<LazyPoint> sent = curve::LazyMulBaseAll(exponents);
  std::vector<LazyPoint> shared = curve::LazyMulAll(exponents, combined);
  std::vector<LazyPoint> products;  // what is sent and what is shared
  products.reserve(2 * sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    products.push_back(sent[i]);
    products.push_back(shared[i]);
  }
  crypto::WipeAll(shared);
  // No exponent is zero, so the identity comes of a combined point that is it.
  std::optional<Encodings> encoded = EncodeAll(products);
  if (!encoded) return Fail(Abort{AbortReason::kBaseOt, receiver_});
  for (auto next = encoded->begin(); next != encoded->end(); ++done_) {
    PointPair own;
    for (std::size_t x = 0; x < 2; ++x) {
      own[x] = *next++;
      sent_.pads.ExposeMutable()[done_][x] = pads.Pad(done_, x, message_.points[done_], own[x], *next++);
    }
    sent_.message.points.push_back(own);
  }
  crypto::WipeAll(*encoded);
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
  std::vector<curve::SecretScalar> exponents;
  std::vector<LazyPoint> bases;
  bases.reserve(kStepBaseOts);
  for (std::size_t i = 0; i < kStepBaseOts; ++i) {
    // Both points must be valid; multiplication takes the same time for either.
    PASSPORT_TRY(const auto points, ParsePair(message_.points[done_ + i], sender_));
    const Point chosen = Point::Select(ChoiceBit(state_.choices, done_ + i), points[0], points[1]);
    bases.emplace_back(chosen);
    exponents.emplace_back(state_.exponents.Expose()[done_ + i]);
  }
  std::vector<LazyPoint> products = curve::LazyMulAll(exponents, bases);
  crypto::WipeAll(bases);
  std::optional<Encodings> shared = EncodeAll(products);
  PASSPORT_CHECK(shared.has_value());  // no exponent is zero
  for (const ByteArray<33>& encoded : *shared) {
    const std::uint64_t choice = ChoiceBit(state_.choices, done_);
    const PointPair& sent = message_.points[done_];
    chosen_.ExposeMutable()[done_] =
        pads.Pad(done_, choice, state_.message.points[done_], Select(choice, sent[0], sent[1]), encoded);
    ++done_;
  }
  crypto::WipeAll(*shared);
  if (done_ < kBaseOts) return std::optional<BaseOtReceived>();
  return std::optional(BaseOtReceived{std::move(chosen_), std::move(state_.choices)});
}

}  // namespace passport::ot
