#include "trusted/ot/base_ot.h"

#include <algorithm>
#include <bit>

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
                const Point& point) {
  Writer message;
  message.Raw(context)
      .Raw(nonce)
      .U16(static_cast<std::uint16_t>(index))
      .U8(static_cast<std::uint8_t>(branch));
  message.Raw(point.Encode());
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

// {own, other} for choice 0, {other, own} for choice 1, selected on the points' representation.
PointPair Arrange(std::uint64_t choice, const Point& own, const Point& other) {
  using Raw = ByteArray<sizeof(Point)>;
  const Raw raw_own = std::bit_cast<Raw>(own);
  const Raw raw_other = std::bit_cast<Raw>(other);
  return {std::bit_cast<Point>(Select(choice, raw_own, raw_other)),
          std::bit_cast<Point>(Select(choice, raw_other, raw_own))};
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
    state.Update(received[0].Encode()).Update(received[1].Encode()).Update(sent).Update(shared);
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
  for (const PointPair& pair : points) out.Raw(pair[0].Encode()).Raw(pair[1].Encode());
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
    PASSPORT_TRY(const Point zero, Point::Parse(in.Raw(33)));
    PASSPORT_TRY(const Point one, Point::Parse(in.Raw(33)));
    message.points.push_back({zero, one});
  }
  return message;
}

template struct BaseOtMessage<BaseOtReceiverRole>;
template struct BaseOtMessage<BaseOtSenderRole>;

BaseOtReceiver StartBaseOt(const Hash32& context, crypto::Rng& rng) {
  BaseOtReceiver state;
  BaseOtReceiverMessage& message = state.message;
  rng.Fill(message.nonce);
  rng.Fill(state.choices.ExposeMutable());
  message.points.reserve(kBaseOts);
  while (message.points.size() < kBaseOts) {
    const std::size_t index = message.points.size();
    const std::uint64_t choice = ChoiceBit(state.choices, index);
    Scalar& exponent = state.exponents.ExposeMutable()[index];
    exponent = Scalar::Random(rng);
    const Point other = RandomPoint(rng);
    const Point mask = HashPoint(context, message.nonce, index, choice, other);
    const std::optional<Point> own = curve::Add(MulBaseNonZero(exponent), mask.Negate());
    if (own.has_value()) message.points.push_back(Arrange(choice, *own, other));
  }
  return state;
}

protocol::Outcome<BaseOtSent> AnswerBaseOt(const Hash32& context, const BaseOtReceiverMessage& message,
                                           PartyIndex receiver, crypto::Rng& rng) {
  if (message.points.size() != kBaseOts) return Fail(Abort{AbortReason::kMalformed, receiver});
  BaseOtSent sent;
  rng.Fill(sent.message.nonce);
  sent.message.points.reserve(kBaseOts);
  const PadContext pads(context, message.nonce, sent.message.nonce);
  for (std::size_t index = 0; index < kBaseOts; ++index) {
    const PointPair& received = message.points[index];
    std::array<std::optional<Point>, 2> own;
    for (std::size_t x = 0; x < 2; ++x) {
      const Point mask = HashPoint(context, message.nonce, index, x, received[1 - x]);
      const std::optional<Point> combined = curve::Add(received[x], mask);
      if (!combined.has_value()) return Fail(Abort{AbortReason::kBaseOt, receiver});
      // A fresh exponent for every branch: sharing one would need a proof of its own (dkls23.md 3.2).
      const curve::SecretScalar exponent(Scalar::Random(rng));
      own[x] = MulBaseNonZero(exponent.Expose());
      const ByteArray<33> shared = MulNonZero(exponent.Expose(), *combined).Encode();
      sent.pads.ExposeMutable()[index][x] = pads.Pad(index, x, received, own[x]->Encode(), shared);
    }
    sent.message.points.push_back({*own[0], *own[1]});
  }
  return sent;
}

protocol::Outcome<ChosenPads> FinishBaseOt(const Hash32& context, const BaseOtReceiver& state,
                                           const BaseOtSenderMessage& message, PartyIndex sender) {
  if (message.points.size() != kBaseOts) return Fail(Abort{AbortReason::kMalformed, sender});
  const PadContext pads(context, state.message.nonce, message.nonce);
  ChosenPads chosen;
  for (std::size_t index = 0; index < kBaseOts; ++index) {
    const std::uint64_t choice = ChoiceBit(state.choices, index);
    const Scalar& exponent = state.exponents.Expose()[index];
    const PointPair& points = message.points[index];
    // Multiplication may take time that depends on the point, so both points are multiplied and the choice
    // picks among the results.
    const ByteArray<33> shared =
        Select(choice, MulNonZero(exponent, points[0]).Encode(), MulNonZero(exponent, points[1]).Encode());
    const ByteArray<33> sent = Select(choice, points[0].Encode(), points[1].Encode());
    chosen.ExposeMutable()[index] = pads.Pad(index, choice, state.message.points[index], sent, shared);
  }
  return chosen;
}

}  // namespace passport::ot
