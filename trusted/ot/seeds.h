// What the two sides of a pair keep from the setup: the seeds from which every OT extension is expanded.
#pragma once

#include <array>

#include "trusted/crypto/heap_secret.h"
#include "trusted/ot/params.h"

namespace passport::ot {

using Seed = ByteArray<kSeedBytes>;
using SeedTable = std::array<std::array<Seed, kLeaves>, kTrees>;  // [tree][leaf], 8,192 bytes
// 128 bits, little endian: bits 4i..4i+3 are the leaf of tree i that Alice does not know.
using Delta = ByteArray<kBaseOts / 8>;

// Bob's side (OT-extension receiver): every leaf of every tree.
class ReceiverSeeds {
 public:
  explicit ReceiverSeeds(crypto::HeapSecret<SeedTable> leaves) : leaves_(std::move(leaves)) {}
  const SeedTable& Expose() const { return leaves_.Expose(); }

 private:
  crypto::HeapSecret<SeedTable> leaves_;
};

// Alice's side (OT-extension sender): every leaf but number Delta_i of tree i, and Delta. The slot of the
// missing leaf holds no information; users mask what they derive from it.
class SenderSeeds {
 public:
  SenderSeeds(crypto::HeapSecret<SeedTable> leaves, crypto::Secret<Delta> delta)
      : leaves_(std::move(leaves)), delta_(std::move(delta)) {}
  const SeedTable& ExposeLeaves() const { return leaves_.Expose(); }
  const Delta& ExposeDelta() const { return delta_.Expose(); }

 private:
  crypto::HeapSecret<SeedTable> leaves_;
  crypto::Secret<Delta> delta_;
};

}  // namespace passport::ot
