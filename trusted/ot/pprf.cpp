#include "trusted/ot/pprf.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/sha256_lanes.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::ot {
namespace {

using TreeLeaves = crypto::HeapSecret<std::array<std::array<Hash32, kLeaves>, kTrees>>;  // hashed
using TreeChildren = crypto::HeapSecret<std::array<std::array<PadPair, kLeaves / 2>, kTrees>>;

// to ^= from where mask is all ones; mask is zero or all ones.
template <std::size_t N>
void XorMasked(ByteArray<N>& to, const ByteArray<N>& from, std::uint64_t mask) {
  const auto byte_mask = static_cast<std::uint8_t>(mask);
  for (std::size_t i = 0; i < N; ++i) to[i] = static_cast<std::uint8_t>(to[i] ^ (from[i] & byte_mask));
}
template <std::size_t N>
void Xor(ByteArray<N>& to, const ByteArray<N>& from) {
  XorMasked(to, from, ~std::uint64_t{0});
}

// Sixteen hashes at a time, each of one block after the prefix: fill writes input i into its block and gives
// its size, take gets its hash. count is a multiple of sixteen.
template <class Fill, class Take>
void HashEach(const crypto::Sha256& prefix, std::size_t count, Fill fill, Take take) {
  crypto::Secret<ByteArray<64>> block;
  crypto::Secret<crypto::LaneBlocks> blocks;
  crypto::Secret<crypto::LaneStates> states;
  for (std::size_t first = 0; first < count; first += crypto::kLanes) {
    for (std::size_t lane = 0; lane < crypto::kLanes; ++lane) {
      const std::size_t used = fill(first + lane, block.ExposeMutable());
      crypto::EndOfInput(block.ExposeMutable(), used, 64 + used);
      crypto::SetLane(blocks.ExposeMutable(), lane, block.Expose());
    }
    crypto::StartLanes(prefix, states.ExposeMutable());
    crypto::UpdateLanes(states.ExposeMutable(), blocks.Expose());
    for (std::size_t lane = 0; lane < crypto::kLanes; ++lane) {
      take(first + lane, crypto::LaneDigest(states.Expose(), lane));
    }
  }
}

template <std::size_t N>
std::size_t Put(ByteArray<64>& block, std::size_t at, const ByteArray<N>& bytes) {
  std::copy(bytes.begin(), bytes.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
  return at + N;
}

// The two children of every node of a level, 16 bytes each: LE16 tree || level || LE16 y || seed.
void HashNodes(const Hash32& context, std::size_t level, const SeedTable& nodes, TreeChildren& children) {
  const auto fill = [&](std::size_t i, ByteArray<64>& block) {
    const std::size_t tree = i >> level;
    const std::size_t y = i - (tree << level);
    std::size_t at = Put(block, 0, crypto::Le16(static_cast<std::uint16_t>(tree)));
    block[at++] = static_cast<std::uint8_t>(level);
    at = Put(block, at, crypto::Le16(static_cast<std::uint16_t>(y)));
    return Put(block, at, nodes[tree][y]);
  };
  const auto take = [&](std::size_t i, const Hash32& hash) {
    const std::size_t tree = i >> level;
    PadPair& pair = children.ExposeMutable()[tree][i - (tree << level)];
    std::copy_n(hash.begin(), kSeedBytes, pair[0].begin());
    std::copy_n(hash.begin() + kSeedBytes, kSeedBytes, pair[1].begin());
  };
  HashEach(crypto::TaggedState(crypto::tag::kPprfNode, context), kTrees << level, fill, take);
}

// The hash of every leaf: LE16 tree || LE16 y || seed.
void HashLeaves(const Hash32& context, const SeedTable& nodes, TreeLeaves& leaves) {
  const auto fill = [&](std::size_t i, ByteArray<64>& block) {
    std::size_t at = Put(block, 0, crypto::Le16(static_cast<std::uint16_t>(i / kLeaves)));
    at = Put(block, at, crypto::Le16(static_cast<std::uint16_t>(i % kLeaves)));
    return Put(block, at, nodes[i / kLeaves][i % kLeaves]);
  };
  const auto take = [&](std::size_t i, const Hash32& hash) {
    leaves.ExposeMutable()[i / kLeaves][i % kLeaves] = hash;
  };
  HashEach(crypto::TaggedState(crypto::tag::kPprfLeaf, context), kTrees * kLeaves, fill, take);
}

// The digest of the hashed leaves of one tree.
Hash32 DigestOf(const Hash32& context, std::size_t tree, const std::array<Hash32, kLeaves>& leaves) {
  crypto::Sha256 state = crypto::TaggedState(crypto::tag::kPprfAll, context);
  state.Update(crypto::Le16(static_cast<std::uint16_t>(tree)));
  return state.Update({leaves[0].data(), sizeof leaves}).Final();
}

// What Alice knows of the path to the leaf that she does not know, in one tree.
struct Path {
  std::uint64_t choices = 0;  // bit l is the branch that she knows at level l
  std::uint64_t missing = 0;  // the node that she does not know at the present level

  std::uint64_t Choice(std::size_t level) const { return (choices >> level) & 1; }
};
using Paths = crypto::Secret<std::array<Path, kTrees>>;

// One level of one tree as Alice sees it. The node she does not know is kept at zero, so that adding the
// corrected one under a mask sets it; nothing is indexed by a choice.
void GrowLevel(std::size_t level, Path& path, const Seed& pad, const PadPair& correction,
               const std::array<PadPair, kLeaves / 2>& children, std::array<Seed, kLeaves>& node) {
  const std::uint64_t choice = path.Choice(level);
  const std::array<std::uint64_t, 2> branch = {crypto::MaskFromBit(1 ^ choice), crypto::MaskFromBit(choice)};
  crypto::Secret<Seed> sibling(pad);  // becomes the known child of the unknown node
  for (std::size_t x = 0; x < 2; ++x) XorMasked(sibling.ExposeMutable(), correction[x], branch[x]);
  for (std::size_t y = 0; y < std::size_t{1} << level; ++y) {
    const std::uint64_t known = ~crypto::MaskIfZero(y ^ path.missing);
    for (std::size_t x = 0; x < 2; ++x) {
      XorMasked(sibling.ExposeMutable(), children[y][x], known & branch[x]);
      node[2 * y + x] = Seed{};
      XorMasked(node[2 * y + x], children[y][x], known);
    }
  }
  const std::uint64_t target = 2 * path.missing + choice;
  for (std::size_t y = 0; y < std::size_t{2} << level; ++y) {
    XorMasked(node[y], sibling.Expose(), crypto::MaskIfZero(y ^ target));
  }
  path.missing = 2 * path.missing + (1 ^ choice);
}

// Gives the missing leaf the hash that makes the sum right.
void CompleteLeaves(std::uint64_t missing, const Hash32& leaf_sum, std::array<Hash32, kLeaves>& leaves) {
  crypto::Secret<Hash32> last(leaf_sum);
  for (std::size_t y = 0; y < kLeaves; ++y) {
    XorMasked(last.ExposeMutable(), leaves[y], ~crypto::MaskIfZero(y ^ missing));
  }
  for (std::size_t y = 0; y < kLeaves; ++y) {
    const std::uint64_t here = crypto::MaskIfZero(y ^ missing);
    XorMasked(leaves[y], leaves[y], here);
    XorMasked(leaves[y], last.Expose(), here);
  }
}

}  // namespace

Bytes PprfMessage::Encode() const {
  Writer out;
  for (const TreeCorrection& tree : trees) {
    for (const PadPair& level : tree.levels) out.Raw(level[0]).Raw(level[1]);
    out.Raw(tree.leaf_sum).Raw(tree.digest);
  }
  return out.Take();
}

Result<PprfMessage> PprfMessage::Parse(ByteSpan input) {
  Reader in(input);
  PprfMessage message;
  for (TreeCorrection& tree : message.trees) {
    for (PadPair& level : tree.levels) {
      level[0] = in.Array<kSeedBytes>();
      level[1] = in.Array<kSeedBytes>();
    }
    tree.leaf_sum = in.Array<32>();
    tree.digest = in.Array<32>();
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  return message;
}

PprfBuilt BuildPprf(const Hash32& context, const SenderPads& pads) {
  crypto::HeapSecret<SeedTable> table;
  SeedTable& node = table.ExposeMutable();
  PprfMessage message;
  const auto& all = pads.Expose();
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    std::copy_n(all[kTreeDepth * tree].begin(), 2, node[tree].begin());
  }
  TreeChildren children;
  for (std::size_t level = 1; level < kTreeDepth; ++level) {
    HashNodes(context, level, node, children);
    for (std::size_t tree = 0; tree < kTrees; ++tree) {
      PadPair& sums = message.trees[tree].levels[level - 1];
      sums = all[kTreeDepth * tree + level];
      for (std::size_t y = 0; y < std::size_t{1} << level; ++y) {
        for (std::size_t x = 0; x < 2; ++x) {
          Xor(sums[x], children.Expose()[tree][y][x]);
          node[tree][2 * y + x] = children.Expose()[tree][y][x];
        }
      }
    }
  }
  TreeLeaves leaves;
  HashLeaves(context, node, leaves);
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    for (const Hash32& leaf : leaves.Expose()[tree]) Xor(message.trees[tree].leaf_sum, leaf);
    message.trees[tree].digest = DigestOf(context, tree, leaves.Expose()[tree]);
  }
  return {ReceiverSeeds(std::move(table)), std::move(message)};
}

protocol::Outcome<SenderSeeds> EvaluatePprf(const Hash32& context, ChosenPads pads, ChoiceBits choices,
                                            const PprfMessage& message, PartyIndex peer) {
  PASSPORT_CHECK(message.trees.size() == kTrees);
  crypto::HeapSecret<SeedTable> table;
  SeedTable& node = table.ExposeMutable();
  crypto::Secret<Delta> delta;
  Paths secret_paths;
  auto& paths = secret_paths.ExposeMutable();
  const auto& all = pads.Expose();
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    const std::size_t bit = kTreeDepth * tree;
    Path& path = paths[tree];
    path.choices = (choices.Expose()[bit / 8] >> (bit % 8)) & (kLeaves - 1);
    path.missing = 1 ^ path.Choice(0);
    XorMasked(node[tree][0], all[bit], crypto::MaskFromBit(path.missing));
    XorMasked(node[tree][1], all[bit], crypto::MaskFromBit(path.Choice(0)));
  }
  TreeChildren children;
  for (std::size_t level = 1; level < kTreeDepth; ++level) {
    HashNodes(context, level, node, children);
    for (std::size_t tree = 0; tree < kTrees; ++tree) {
      GrowLevel(level, paths[tree], all[kTreeDepth * tree + level], message.trees[tree].levels[level - 1],
                children.Expose()[tree], node[tree]);
    }
  }
  TreeLeaves leaves;
  HashLeaves(context, node, leaves);
  bool all_match = true;
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    const std::size_t bit = kTreeDepth * tree;
    std::uint8_t& delta_byte = delta.ExposeMutable()[bit / 8];
    delta_byte = static_cast<std::uint8_t>(delta_byte | (paths[tree].missing << (bit % 8)));
    auto& own = leaves.ExposeMutable()[tree];
    CompleteLeaves(paths[tree].missing, message.trees[tree].leaf_sum, own);
    all_match &= crypto::EqualCt(DigestOf(context, tree, own), message.trees[tree].digest);
  }
  // Which tree failed stays unknown: one bit about all of them is told, and the Delta it is about dies here.
  if (!all_match) return Fail(protocol::Abort{protocol::AbortReason::kBaseOt, peer});
  return SenderSeeds(std::move(table), std::move(delta));
}

}  // namespace passport::ot
