// What base OT and PPRF would have given two nodes, dealt, with the seeds and Delta secret.
#pragma once

#include "tests/ct/poison.h"
#include "trusted/ot/pair_setup.h"

namespace passport::ct {

struct DealtPair {
  ot::ReceiverSeeds bob;
  ot::SenderSeeds alice;
};

// Bob has every leaf, Alice all but number Delta_i of tree i.
inline DealtPair DealPair(std::uint64_t seed) {
  crypto::SeededRng rng(seed);
  ot::SeedTable leaves;
  for (auto& tree : leaves) {
    for (ot::Seed& leaf : tree) rng.Fill(leaf);
  }
  auto delta = rng.Array<ot::kBaseOts / 8>();
  ot::SeedTable punctured = leaves;
  for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
    punctured[tree][(delta[tree / 2] >> (4 * (tree % 2))) & 15] = {};
  }
  Poison(leaves);
  Poison(punctured);
  Poison(delta);
  return {ot::ReceiverSeeds(crypto::HeapSecret(leaves)),
          ot::SenderSeeds(crypto::HeapSecret(punctured), crypto::Secret<ot::Delta>(delta))};
}

}  // namespace passport::ct
