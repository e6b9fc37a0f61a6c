// PPRF: Alice gets every leaf but the ones on the complement of her choices, and notices every correction
// that she uses.
#include "tests/unit/ot/fixtures.h"

namespace passport::ot {
namespace {

using protocol::AbortReason;

const Hash32 kContext = Context("pprf");

// Pads as base OT gives them: all to Bob, the chosen ones to Alice.
struct Pads {
  SenderPads all;
  ChosenPads chosen;
  ChoiceBits choices;
};
Pads DealPads(std::uint64_t seed) {
  crypto::SeededRng rng(seed);
  Pads pads;
  rng.Fill(pads.choices.ExposeMutable());
  for (std::size_t i = 0; i < kBaseOts; ++i) {
    PadPair& pair = pads.all.ExposeMutable()[i];
    rng.Fill(pair[0]);
    rng.Fill(pair[1]);
    pads.chosen.ExposeMutable()[i] = pair[(pads.choices.Expose()[i / 8] >> (i % 8)) & 1];
  }
  return pads;
}
protocol::Outcome<SenderSeeds> Evaluate(const Pads& pads, const PprfMessage& message,
                                        const Hash32& context = kContext) {
  return EvaluatePprf(context, pads.chosen.Clone(), pads.choices.Clone(), message, kBob);
}
unsigned MissingLeaf(const Delta& delta, std::size_t tree) {
  return (delta[tree / 2] >> (4 * (tree % 2))) & 15u;
}

static_assert(!std::is_copy_constructible_v<SenderSeeds> && !std::is_copy_constructible_v<ReceiverSeeds>);

TEST(Pprf, BothSides_ShareAllLeavesButDelta) {
  const Pads pads = DealPads(1);
  const PprfBuilt bob = BuildPprf(kContext, pads.all);
  const auto alice = Evaluate(pads, bob.message);
  ASSERT_TRUE(alice.ok());
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    const unsigned missing = MissingLeaf(alice.value().ExposeDelta(), tree);
    for (unsigned leaf = 0; leaf < kLeaves; ++leaf) {
      const Seed& of_alice = alice.value().ExposeLeaves()[tree][leaf];
      const Seed& of_bob = bob.seeds.Expose()[tree][leaf];
      EXPECT_EQ(of_alice, leaf == missing ? Seed{} : of_bob) << tree << " " << leaf;
      EXPECT_NE(of_bob, Seed{});
    }
  }
}

TEST(Pprf, Delta_IsTheComplementOfTheChoicesMostSignificantFirst) {
  const Pads pads = DealPads(2);
  const auto alice = Evaluate(pads, BuildPprf(kContext, pads.all).message);
  ASSERT_TRUE(alice.ok());
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    const unsigned choices =
        MissingLeaf(pads.choices.Expose(), tree);  // the same packing, four bits to a tree
    unsigned expected = 0;
    for (unsigned level = 0; level < kTreeDepth; ++level)
      expected = 2 * expected + (1 ^ ((choices >> level) & 1));
    EXPECT_EQ(MissingLeaf(alice.value().ExposeDelta(), tree), expected) << tree;
  }
}

TEST(Pprf, Message_HasExactlyOneEncoding) { ExpectExactSize(BuildPprf(kContext, DealPads(3).all).message); }

TEST(Pprf, CorruptedLevelCorrection_IsCaughtForExactlyOneOfTheTwoChoices) {
  const Pads pads = DealPads(4);
  const PprfMessage honest = BuildPprf(kContext, pads.all).message;
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    for (std::size_t level = 1; level < kTreeDepth; ++level) {
      const std::size_t index = kTreeDepth * tree + level;
      const std::size_t choice = (pads.choices.Expose()[index / 8] >> (index % 8)) & 1;
      for (std::size_t branch = 0; branch < 2; ++branch) {
        PprfMessage bad = honest;
        bad.trees[tree].levels[level - 1][branch][15] ^= 0x80;
        const auto result = Evaluate(pads, bad);
        if (branch == choice) {
          EXPECT_TRUE(Aborts(result, AbortReason::kBaseOt, kBob)) << tree << " " << level;
        } else {
          EXPECT_TRUE(result.ok()) << tree << " " << level;
        }
      }
    }
  }
}

TEST(Pprf, CorruptedSumOrDigest_IsAlwaysCaught) {
  const Pads pads = DealPads(5);
  const PprfMessage honest = BuildPprf(kContext, pads.all).message;
  for (const std::size_t tree : {std::size_t{0}, std::size_t{13}, kTrees - 1}) {
    PprfMessage bad_sum = honest;
    bad_sum.trees[tree].leaf_sum[0] ^= 1;
    EXPECT_TRUE(Aborts(Evaluate(pads, bad_sum), AbortReason::kBaseOt, kBob));
    PprfMessage bad_digest = honest;
    bad_digest.trees[tree].digest[31] ^= 1;
    EXPECT_TRUE(Aborts(Evaluate(pads, bad_digest), AbortReason::kBaseOt, kBob));
  }
}

TEST(Pprf, Trees_CannotBeSwappedNorMovedToAnotherContext) {
  Pads pads = DealPads(6);
  // Equal pads in two trees: only the tree number in the hashes tells them apart (TOB-SILA-5).
  for (std::size_t level = 0; level < kTreeDepth; ++level) {
    pads.all.ExposeMutable()[kTreeDepth + level] = pads.all.Expose()[level];
  }
  const PprfBuilt bob = BuildPprf(kContext, pads.all);
  EXPECT_NE(bob.seeds.Expose()[0], bob.seeds.Expose()[1]);
  const Pads honest = DealPads(7);
  PprfMessage swapped = BuildPprf(kContext, honest.all).message;
  EXPECT_TRUE(Aborts(Evaluate(honest, swapped, Context("another pair")), AbortReason::kBaseOt, kBob));
  std::swap(swapped.trees[2], swapped.trees[3]);
  EXPECT_TRUE(Aborts(Evaluate(honest, swapped), AbortReason::kBaseOt, kBob));
}

}  // namespace
}  // namespace passport::ot
