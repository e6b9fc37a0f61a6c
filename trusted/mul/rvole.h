// Two-party multiplication (DKLs23, protocol 5.2; dkls23.md 5): c_i + d_i = a_i * b for Alice's two inputs
// a_i and Bob's uniform b, in one message each way.
#pragma once

#include <array>

#include "trusted/mul/gadget.h"
#include "trusted/ote/extension.h"

namespace passport::mul {

// Alice -> Bob: 32 + 416 * 3 * 32 + 32 + 32 = 40,032 bytes with one check column.
struct MultiplyMessage {
  static constexpr std::size_t kCorrections = ot::kGadgetSize * ot::kMultiplyWidth;
  static constexpr std::size_t kSize = 32 + kCorrections * 32 + 32 * ot::kCheckColumns + 32;
  // The number of the correction of column j at one position.
  static constexpr std::size_t Index(std::size_t j, std::size_t position) {
    return ot::kMultiplyWidth * j + position;
  }

  Hash32 nonce{};                     // n_A
  curve::EncodedScalars corrections;  // a~, kCorrections of them, column by column
  std::array<curve::Scalar, ot::kCheckColumns> eta;
  Hash32 mu{};

  Bytes Encode() const;
  // kMalformed for a wrong size, kBadScalar for a value of q or more.
  static Result<MultiplyMessage> Parse(ByteSpan input);
};

using Shares = std::array<curve::SecretScalar, ot::kInputs>;

// What Bob keeps between his message and Alice's: choice bits and nonce, not the matrices (rules.md 34).
struct BobState {
  ote::Choices choices;
  Hash32 nonce{};
};
struct BobStarted {
  BobState state;
  ote::ExtensionMessage message;
  curve::SecretScalar b;
};
// Bob: draws his uniform factor b and starts the extension.
BobStarted StartBob(const ot::ReceiverSeeds& seeds, const Gadget& gadget, const Hash32& pair_ssid,
                    crypto::Rng& rng);

struct AliceOutput {
  Shares c;
  MultiplyMessage message;
};
// Alice: checks Bob's extension (kExtensionCheck blames bob and burns the pair), then multiplies. Nothing may
// be sent to anybody before the checks of all Bobs have passed (dkls23.md 6.4).
protocol::Outcome<AliceOutput> RespondAlice(const ot::SenderSeeds& seeds, const Gadget& gadget,
                                            const Hash32& pair_ssid, const Shares& inputs,
                                            const ote::ExtensionMessage& message, PartyIndex bob,
                                            crypto::Rng& rng);

// Bob: checks Alice's message (kMultiplicationCheck blames alice and burns the pair) and gives d. seeds,
// gadget and pair_ssid are those of StartBob.
protocol::Outcome<Shares> FinishBob(BobState state, const ot::ReceiverSeeds& seeds, const Gadget& gadget,
                                    const Hash32& pair_ssid, const MultiplyMessage& message,
                                    PartyIndex alice);

}  // namespace passport::mul
