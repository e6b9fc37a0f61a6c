// Endemic base OT (Masny-Rindal 2019/706, figure 8; dkls23.md 3.2): 128 instances in two messages.
#pragma once

#include <array>
#include <vector>

#include "edl/base/ids.h"
#include "trusted/crypto/rng.h"
#include "trusted/curve/point.h"
#include "trusted/ot/seeds.h"
#include "trusted/protocol/step.h"

namespace passport::ot {

// One point for each value of the choice bit.
using PointPair = std::array<curve::Point, 2>;

// A nonce and 128 pairs of points: (R_0, R_1) from the receiver, (B_0, B_1) from the sender. The two are
// distinct types because they are never interchangeable. 32 + 128 * 66 = 8,480 bytes.
template <class Role>
struct BaseOtMessage {
  static constexpr std::size_t kSize = 32 + kBaseOts * 2 * 33;

  Hash32 nonce{};
  std::vector<PointPair> points;  // kBaseOts of them

  Bytes Encode() const;
  // kMalformed for a wrong size, kBadPoint for an encoding that is not a valid point.
  static Result<BaseOtMessage> Parse(ByteSpan input);
};
using BaseOtReceiverMessage = BaseOtMessage<struct BaseOtReceiverRole>;
using BaseOtSenderMessage = BaseOtMessage<struct BaseOtSenderRole>;

using PadPair = std::array<Seed, 2>;
using SenderPads = crypto::Secret<std::array<PadPair, kBaseOts>>;  // both pads of every instance
using ChosenPads = crypto::Secret<std::array<Seed, kBaseOts>>;     // the pad of the chosen branch
using ChoiceBits = crypto::Secret<ByteArray<kBaseOts / 8>>;        // bit i of the little-endian string

// The receiver (Alice, later holder of Delta) between her message and the sender's.
struct BaseOtReceiver {
  ChoiceBits choices;
  crypto::Secret<std::array<curve::Scalar, kBaseOts>> exponents;
  BaseOtReceiverMessage message;
};

// Draws fresh choice bits and makes the first message. context is the directed pair's.
BaseOtReceiver StartBaseOt(const Hash32& context, crypto::Rng& rng);

struct BaseOtSent {
  SenderPads pads;
  BaseOtSenderMessage message;
};
// Bob's answer. kBaseOt blaming receiver if a combined point is the identity, kMalformed for a wrong count.
protocol::Outcome<BaseOtSent> AnswerBaseOt(const Hash32& context, const BaseOtReceiverMessage& message,
                                           PartyIndex receiver, crypto::Rng& rng);

// Alice's pads, in time that does not depend on her choices. kMalformed blaming sender for a wrong count.
protocol::Outcome<ChosenPads> FinishBaseOt(const Hash32& context, const BaseOtReceiver& state,
                                           const BaseOtSenderMessage& message, PartyIndex sender);

}  // namespace passport::ot
