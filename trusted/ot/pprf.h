// All-but-one puncturable PRF (SoftSpoken 2022/192, figures 13 and 14; dkls23.md 3.4): pads to leaf seeds.
#pragma once

#include "trusted/ot/base_ot.h"

namespace passport::ot {

// What Bob sends for one tree: the two corrections of each level below the first, the sum of the hashed
// leaves, and a digest of all of them. 160 bytes.
struct TreeCorrection {
  std::array<PadPair, kTreeDepth - 1> levels{};
  Hash32 leaf_sum{};
  Hash32 digest{};
};

// One correction per tree: 5,120 bytes.
struct PprfMessage {
  static constexpr std::size_t kSize = kTrees * ((kTreeDepth - 1) * 2 * kSeedBytes + 64);

  std::vector<TreeCorrection> trees = std::vector<TreeCorrection>(kTrees);

  Bytes Encode() const;
  static Result<PprfMessage> Parse(ByteSpan input);  // kMalformed for a wrong size
};

struct PprfBuilt {
  ReceiverSeeds seeds;
  PprfMessage message;
};
// Bob: grows the trees from both pads of every base OT.
PprfBuilt BuildPprf(const Hash32& context, const SenderPads& pads);

// Alice: every leaf but those on the complement of her choice bits. A tree whose digest does not match ends
// the setup with kBaseOt blaming peer; pads and choices die with the call, because the failure itself is one
// bit about Delta (dkls23.md 3.4). Constant time in the choices.
protocol::Outcome<SenderSeeds> EvaluatePprf(const Hash32& context, ChosenPads pads, ChoiceBits choices,
                                            const PprfMessage& message, PartyIndex peer);

}  // namespace passport::ot
