// SoftSpoken OT extension (2022/192; dkls23.md 4): 512 correlated columns from the seeds, in one message.
#pragma once

#include "edl/base/ids.h"
#include "trusted/crypto/rng.h"
#include "trusted/ot/seeds.h"
#include "trusted/protocol/step.h"

namespace passport::ote {

using Block = ByteArray<ot::kBlockBytes>;  // 128 bits, little endian
using Row = ByteArray<ot::kRowBytes>;      // 640 bits, bit j is column j
// Bob's choice row beta: bit j is the choice of column j.
using Choices = crypto::Secret<ByteArray<ot::kColumns / 8>>;
// The transposed matrix: 128 bits per column. Bob's V_j, Alice's Q_j = V_j ^ beta_j * Delta.
using Columns = crypto::HeapSecret<std::array<Block, ot::kColumns>>;

// Bob -> Alice: 32 + 32 * 80 + 16 + 32 = 2,640 bytes.
struct ExtensionMessage {
  static constexpr std::size_t kSize = 32 + ot::kTrees * ot::kRowBytes + ot::kBlockBytes + 32;

  Hash32 nonce{};                   // n_B
  std::array<Row, ot::kTrees> u{};  // u^i
  Block choice_fold{};              // x~
  Hash32 fold_hash{};               // h

  Bytes Encode() const;
  static Result<ExtensionMessage> Parse(ByteSpan input);  // kMalformed for a wrong size
};

// Bob: the message for these choices, under a fresh nonce.
ExtensionMessage StartReceiver(const ot::ReceiverSeeds& seeds, const Hash32& pair_ssid,
                               const Choices& choices, crypto::Rng& rng);
// Bob: his columns, made again from the seeds when they are needed, so that a session between two rounds
// holds the choices alone (rules.md 34).
Columns ReceiverColumns(const ot::ReceiverSeeds& seeds, const Hash32& pair_ssid, const Hash32& nonce);
// Alice: checks the message and gives her columns. kExtensionCheck blames bob and burns the pair. Constant
// time in Delta and the seeds.
protocol::Outcome<Columns> RunSender(const ot::SenderSeeds& seeds, const Hash32& pair_ssid,
                                     const ExtensionMessage& message, PartyIndex bob);

}  // namespace passport::ote
