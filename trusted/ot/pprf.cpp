#include "trusted/ot/pprf.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::ot {
namespace {

using Nodes = crypto::Secret<std::array<Seed, kLeaves>>;
using HashedLeaves = crypto::Secret<std::array<Hash32, kLeaves>>;

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

// The three hashes of one tree, its number and the pair's context already in them.
class TreeHash {
 public:
  TreeHash(const Hash32& context, std::size_t tree)
      : node_(Prefix(crypto::tag::kPprfNode, context, tree)),
        leaf_(Prefix(crypto::tag::kPprfLeaf, context, tree)),
        all_(Prefix(crypto::tag::kPprfAll, context, tree)) {}

  // The two children of node y, which is on the given level; 16 bytes each.
  PadPair Children(std::size_t level, std::size_t y, const Seed& seed) const {
    crypto::Sha256 state = node_;
    const auto level_byte = static_cast<std::uint8_t>(level);
    state.Update({&level_byte, 1}).Update(crypto::Le16(static_cast<std::uint16_t>(y))).Update(seed);
    const Hash32 hash = state.Final();
    PadPair children;
    std::copy_n(hash.begin(), kSeedBytes, children[0].begin());
    std::copy_n(hash.begin() + kSeedBytes, kSeedBytes, children[1].begin());
    return children;
  }
  Hash32 Leaf(std::size_t y, const Seed& seed) const {
    crypto::Sha256 state = leaf_;
    return state.Update(crypto::Le16(static_cast<std::uint16_t>(y))).Update(seed).Final();
  }
  Hash32 All(const HashedLeaves& leaves) const {
    crypto::Sha256 state = all_;
    for (const Hash32& leaf : leaves.Expose()) state.Update(leaf);
    return state.Final();
  }

 private:
  static crypto::Sha256 Prefix(crypto::Tag tag, const Hash32& context, std::size_t tree) {
    crypto::Sha256 state = crypto::TaggedState(tag, context);
    state.Update(crypto::Le16(static_cast<std::uint16_t>(tree)));
    return state;
  }
  crypto::Sha256 node_;
  crypto::Sha256 leaf_;
  crypto::Sha256 all_;
};

// One tree as Bob sees it. Nodes are replaced by their children in place, from the last one down.
TreeCorrection BuildTree(const TreeHash& hash, std::span<const PadPair, kTreeDepth> pads, Nodes& nodes) {
  TreeCorrection correction;
  auto& node = nodes.ExposeMutable();
  node[0] = pads[0][0];
  node[1] = pads[0][1];
  for (std::size_t level = 1; level < kTreeDepth; ++level) {
    PadPair& sums = correction.levels[level - 1];
    sums = pads[level];
    for (std::size_t y = std::size_t{1} << level; y-- > 0;) {
      const PadPair children = hash.Children(level, y, node[y]);
      for (std::size_t x = 0; x < 2; ++x) {
        Xor(sums[x], children[x]);
        node[2 * y + x] = children[x];
      }
    }
  }
  HashedLeaves leaves;
  for (std::size_t y = 0; y < kLeaves; ++y) {
    leaves.ExposeMutable()[y] = hash.Leaf(y, node[y]);
    Xor(correction.leaf_sum, leaves.Expose()[y]);
  }
  correction.digest = hash.All(leaves);
  return correction;
}

// What Alice learns of one tree.
struct PuncturedTree {
  std::uint64_t missing = 0;  // the leaf she does not know
  bool digest_matches = false;
};

// One tree as Alice sees it: bit l of choices is the branch she knows at level l. The node she does not know
// is kept at zero, so that adding the corrected one under a mask sets it; nothing is indexed by a choice.
PuncturedTree EvaluateTree(const TreeHash& hash, std::span<const Seed, kTreeDepth> pads,
                           std::uint64_t choices, const TreeCorrection& correction, Nodes& nodes) {
  auto& node = nodes.ExposeMutable();
  std::uint64_t choice = choices & 1;
  XorMasked(node[0], pads[0], crypto::MaskFromBit(1 ^ choice));
  XorMasked(node[1], pads[0], crypto::MaskFromBit(choice));
  std::uint64_t missing = 1 ^ choice;
  for (std::size_t level = 1; level < kTreeDepth; ++level) {
    choice = (choices >> level) & 1;
    const std::array<std::uint64_t, 2> branch = {crypto::MaskFromBit(1 ^ choice),
                                                 crypto::MaskFromBit(choice)};
    crypto::Secret<Seed> sibling(pads[level]);  // becomes the known child of the unknown node
    for (std::size_t x = 0; x < 2; ++x) {
      XorMasked(sibling.ExposeMutable(), correction.levels[level - 1][x], branch[x]);
    }
    for (std::size_t y = std::size_t{1} << level; y-- > 0;) {
      const std::uint64_t known = ~crypto::MaskIfZero(y ^ missing);
      const PadPair children = hash.Children(level, y, node[y]);
      for (std::size_t x = 0; x < 2; ++x) {
        XorMasked(sibling.ExposeMutable(), children[x], known & branch[x]);
        node[2 * y + x] = Seed{};
        XorMasked(node[2 * y + x], children[x], known);
      }
    }
    const std::uint64_t target = 2 * missing + choice;
    for (std::size_t y = 0; y < std::size_t{2} << level; ++y) {
      XorMasked(node[y], sibling.Expose(), crypto::MaskIfZero(y ^ target));
    }
    missing = 2 * missing + (1 ^ choice);
  }
  HashedLeaves leaves;
  crypto::Secret<Hash32> last(correction.leaf_sum);  // becomes the hash of the missing leaf
  for (std::size_t y = 0; y < kLeaves; ++y) {
    XorMasked(leaves.ExposeMutable()[y], hash.Leaf(y, node[y]), ~crypto::MaskIfZero(y ^ missing));
    Xor(last.ExposeMutable(), leaves.Expose()[y]);
  }
  for (std::size_t y = 0; y < kLeaves; ++y) {
    XorMasked(leaves.ExposeMutable()[y], last.Expose(), crypto::MaskIfZero(y ^ missing));
  }
  return {missing, crypto::EqualCt(hash.All(leaves), correction.digest)};
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
  crypto::Secret<SeedTable> table;
  PprfMessage message;
  const std::span<const PadPair, kBaseOts> all(pads.Expose());
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    Nodes nodes;
    const auto own = std::span<const PadPair, kTreeDepth>(all.subspan(kTreeDepth * tree, kTreeDepth));
    message.trees[tree] = BuildTree(TreeHash(context, tree), own, nodes);
    table.ExposeMutable()[tree] = nodes.Expose();
  }
  return {ReceiverSeeds(std::move(table)), message};
}

protocol::Outcome<SenderSeeds> EvaluatePprf(const Hash32& context, ChosenPads pads, ChoiceBits choices,
                                            const PprfMessage& message, PartyIndex peer) {
  crypto::Secret<SeedTable> table;
  crypto::Secret<Delta> delta;
  const std::span<const Seed, kBaseOts> all(pads.Expose());
  bool all_match = true;
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    Nodes nodes;
    const std::size_t bit = kTreeDepth * tree;
    const std::uint64_t own_choices = (choices.Expose()[bit / 8] >> (bit % 8)) & (kLeaves - 1);
    const auto own = std::span<const Seed, kTreeDepth>(all.subspan(bit, kTreeDepth));
    const PuncturedTree result =
        EvaluateTree(TreeHash(context, tree), own, own_choices, message.trees[tree], nodes);
    table.ExposeMutable()[tree] = nodes.Expose();
    std::uint8_t& delta_byte = delta.ExposeMutable()[bit / 8];
    delta_byte = static_cast<std::uint8_t>(delta_byte | (result.missing << (bit % 8)));
    all_match &= result.digest_matches;
  }
  // Which tree failed stays unknown: one bit about all of them is told, and the Delta it is about dies here.
  if (!all_match) return Fail(protocol::Abort{protocol::AbortReason::kBaseOt, peer});
  return SenderSeeds(std::move(table), std::move(delta));
}

}  // namespace passport::ot
