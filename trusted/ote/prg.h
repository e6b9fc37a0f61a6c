// The pseudorandom generator of OT extension: fixed-key AES-128 with feed-forward (dkls23.md 4.1, suite S1).
#pragma once

#include "trusted/crypto/cpu.h"
#include "trusted/ote/extension.h"

namespace passport::ote {

using RowArray = std::array<Row, ot::kBaseOts>;

// What the expanded leaves r^i_x of every tree add up to.
struct TreeSums {
  RowArray with_bit{};                // row 4 i + b: over the leaves x of tree i in which bit b is set
  std::array<Row, ot::kTrees> all{};  // over all leaves of tree i
};

// The leaf of each tree that is left out of its sums, which may be secret: every leaf is expanded.
using MissingLeaves = std::array<std::uint64_t, ot::kTrees>;
inline constexpr std::uint64_t kNoLeaf = ot::kLeaves;  // a number that no leaf has

// r^i_x is the blocks AES(T) ^ T with T = seed ^ LE128(block | x << 16 | i << 32). The key is public; seeds
// and missing leaves are not.
using ExpandFunction = void(const ByteArray<16>& key, const ot::SeedTable& seeds,
                            const MissingLeaves& missing, TreeSums& sums);
ExpandFunction ExpandVaes512;
ExpandFunction ExpandVaes256;
ExpandFunction ExpandAesNi;
ExpandFunction ExpandBitsliced;

inline constexpr std::array<crypto::Path<ExpandFunction>, 4> kExpandPaths = {{
    {"vaes512", &crypto::Cpu::vaes512, ExpandVaes512},
    {"vaes256", &crypto::Cpu::vaes, ExpandVaes256},
    {"aes-ni", &crypto::Cpu::aes, ExpandAesNi},
    {"portable", nullptr, ExpandBitsliced},
}};

// The number of block `block` of a leaf, which its seed is xored with; below 2^64.
constexpr std::uint64_t Tweak(std::size_t tree, std::size_t leaf, std::size_t block) {
  return (std::uint64_t{tree} << 32) | (std::uint64_t{leaf} << 16) | block;
}

// The generator of one session.
class Prg {
 public:
  explicit Prg(const ByteArray<16>& key) : key_(key) {}
  static Prg ForSession(const Hash32& pair_ssid, const Hash32& nonce);

  void Expand(const ot::SeedTable& seeds, const MissingLeaves& missing, TreeSums& sums) const;
  void Expand(const ot::SeedTable& seeds, TreeSums& sums) const;  // nothing is missing

 private:
  ByteArray<16> key_;
};

}  // namespace passport::ote
