// The pseudorandom generator of OT extension: fixed-key AES-128 with feed-forward (dkls23.md 4.1, suite S1).
#pragma once

#include "trusted/ote/extension.h"

namespace passport::ote {

// What a tree's expanded leaves add up to: r_x summed over all leaves x, and over those with bit b of x set.
struct TreeSums {
  Row all{};
  std::array<Row, ot::kTreeDepth> with_bit{};
};

// A leaf number that no leaf has: nothing is left out.
inline constexpr std::uint64_t kNoLeaf = ot::kLeaves;

class Prg {
 public:
  explicit Prg(const ByteArray<16>& key);
  // The generator of one session; its key is public, the seeds are the secrets.
  static Prg ForSession(const Hash32& pair_ssid, const Hash32& nonce);

  // r^tree_leaf: blocks AES(T) ^ T with T = seed ^ LE128(block | leaf << 16 | tree << 32).
  Row ExpandLeaf(const ot::Seed& seed, std::size_t tree, std::size_t leaf) const;
  // The sums over one tree without leaf number missing, which may be secret: every leaf is expanded.
  TreeSums ExpandTree(const std::array<ot::Seed, ot::kLeaves>& seeds, std::size_t tree,
                      std::uint64_t missing) const;

 private:
  std::array<Block, 11> round_keys_;
};

}  // namespace passport::ote
