// Endemic base OT (Masny-Rindal 2019/706, figure 8; dkls23.md 3.2): 128 instances in two messages, made in
// steps of kStepBaseOts instances (rules.md 28).
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "edl/base/ids.h"
#include "trusted/crypto/rng.h"
#include "trusted/curve/point.h"
#include "trusted/ot/seeds.h"
#include "trusted/protocol/step.h"

namespace passport::ot {

// One compressed point for each value of the choice bit. Parsing all of a message costs nearly as much as one
// call may take, so whoever uses a point parses it in that step.
using PointPair = std::array<ByteArray<33>, 2>;

// A nonce and 128 pairs of points: (R_0, R_1) from the receiver, (B_0, B_1) from the sender. The two are
// distinct types because they are never interchangeable. 32 + 128 * 66 = 8,480 bytes.
template <class Role>
struct BaseOtMessage {
  static constexpr std::size_t kSize = 32 + kBaseOts * 2 * 33;

  Hash32 nonce{};
  std::vector<PointPair> points;  // kBaseOts of them

  Bytes Encode() const;
  static Result<BaseOtMessage> Parse(ByteSpan input);  // kMalformed for a wrong size
};
using BaseOtReceiverMessage = BaseOtMessage<struct BaseOtReceiverRole>;
using BaseOtSenderMessage = BaseOtMessage<struct BaseOtSenderRole>;

using PadPair = std::array<Seed, 2>;
using SenderPads = crypto::HeapSecret<std::array<PadPair, kBaseOts>>;  // both pads of every instance
using ChosenPads = crypto::HeapSecret<std::array<Seed, kBaseOts>>;     // the pad of the chosen branch
using ChoiceBits = crypto::Secret<ByteArray<kBaseOts / 8>>;            // bit i of the little-endian string

// The receiver (Alice, later holder of Delta) between her message and the sender's.
struct BaseOtReceiver {
  ChoiceBits choices;
  crypto::HeapSecret<std::array<curve::Scalar, kBaseOts>> exponents;
  BaseOtReceiverMessage message;
};

struct BaseOtSent {
  SenderPads pads;
  BaseOtSenderMessage message;
};
struct BaseOtReceived {
  ChosenPads pads;
  ChoiceBits choices;
};

// Each part is an object whose Step gives nothing until its last one, which spends the object. context is the
// directed pair's.

// Alice draws fresh choice bits and makes the first message.
class BaseOtStart {
 public:
  BaseOtStart(const Hash32& context, crypto::Rng& rng);
  std::optional<BaseOtReceiver> Step(crypto::Rng& rng);

 private:
  Hash32 context_;
  BaseOtReceiver state_;
  std::size_t done_ = 0;
};

// Bob's answer. Blames the receiver: kBaseOt if a combined point is the identity, kMalformed for a wrong
// count or a point that does not parse.
class BaseOtAnswer {
 public:
  BaseOtAnswer(const Hash32& context, BaseOtReceiverMessage message, PartyIndex receiver, crypto::Rng& rng);
  protocol::Outcome<std::optional<BaseOtSent>> Step(crypto::Rng& rng);

 private:
  Hash32 context_;
  BaseOtReceiverMessage message_;
  PartyIndex receiver_;
  BaseOtSent sent_;
  std::size_t done_ = 0;
};

// Alice's pads, in time that does not depend on her choices. Blames the sender: kMalformed for a wrong count
// or a point that does not parse, chosen or not.
class BaseOtFinish {
 public:
  BaseOtFinish(const Hash32& context, BaseOtReceiver state, BaseOtSenderMessage message, PartyIndex sender);
  protocol::Outcome<std::optional<BaseOtReceived>> Step();

 private:
  Hash32 context_;
  BaseOtReceiver state_;
  BaseOtSenderMessage message_;
  PartyIndex sender_;
  ChosenPads chosen_;
  std::size_t done_ = 0;
};

}  // namespace passport::ot
