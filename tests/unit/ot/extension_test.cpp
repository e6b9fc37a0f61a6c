// OT extension: the correlation holds on every column, and every altered bit of the message is the sender's
// fault.
#include "tests/unit/ot/fixtures.h"
#include "tests/unit/ot/paths.h"

namespace passport::ote {
namespace {

using ot::Aborts;
using ot::kBob;
using protocol::AbortReason;

unsigned Bit(ByteSpan bytes, std::size_t index) { return (bytes[index / 8] >> (index % 8)) & 1u; }

struct ExtensionRun {
  crypto::SeededRng rng;
  ot::IdealPair pair;
  Hash32 ssid = ot::Context("extension");
  Choices choices;
  ExtensionMessage message;
  explicit ExtensionRun(std::uint64_t seed) : rng(seed), pair(ot::RandomPair(rng)) {
    rng.Fill(choices.ExposeMutable());
    message = StartReceiver(pair.bob, ssid, choices, rng);
  }
};

TEST(Extension, EveryColumn_DiffersByDeltaExactlyWhereBobChoseOne) {
  const ExtensionRun run(1);
  const Columns v = ReceiverColumns(run.pair.bob, run.ssid, run.message.nonce);
  const auto q = RunSender(run.pair.alice, run.ssid, run.message, kBob);
  ASSERT_TRUE(q.ok());
  for (std::size_t j = 0; j < ot::kColumns; ++j) {
    Block expected = v.Expose()[j];
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (Bit(run.choices.Expose(), j) == 1) expected[i] ^= run.pair.alice.ExposeDelta()[i];
    }
    EXPECT_EQ(q.value().Expose()[j], expected) << j;
  }
}

TEST(Extension, Message_HasExactlyOneEncoding) { ot::ExpectExactSize(ExtensionRun(2).message); }

TEST(Extension, EveryByteOfTheMessage_IsCheckedAndBlamesBob) {
  const ExtensionRun run(3);
  const Bytes honest = run.message.Encode();
  for (std::size_t byte = 0; byte < honest.size(); ++byte) {
    const auto bad = ExtensionMessage::Parse(ot::Flip(honest, 8 * byte + byte % 8));
    ASSERT_TRUE(bad.ok());
    EXPECT_TRUE(
        Aborts(RunSender(run.pair.alice, run.ssid, bad.value(), kBob), AbortReason::kExtensionCheck, kBob))
        << byte;
  }
}

TEST(Extension, FieldsOfZerosOnesOrAnotherSession_AreCaught) {
  const ExtensionRun run(4);
  const ExtensionMessage other = ExtensionRun(5).message;
  std::vector<ExtensionMessage> mutations(8, run.message);
  mutations[0].u[9] = Row{};
  mutations[1].u[9].fill(0xff);
  mutations[2].u[9] = other.u[9];
  mutations[3].choice_fold = Block{};
  mutations[4].choice_fold = other.choice_fold;
  mutations[5].fold_hash = Hash32{};
  mutations[6].fold_hash = other.fold_hash;
  std::swap(mutations[7].u[0], mutations[7].u[31]);
  mutations.push_back(other);
  for (std::size_t i = 0; i < mutations.size(); ++i) {
    EXPECT_TRUE(
        Aborts(RunSender(run.pair.alice, run.ssid, mutations[i], kBob), AbortReason::kExtensionCheck, kBob))
        << i;
  }
  EXPECT_TRUE(Aborts(RunSender(run.pair.alice, ot::Context("another session"), run.message, kBob),
                     AbortReason::kExtensionCheck, kBob));
}

TEST(Extension, ChoicesBeyondTheUsedColumns_AreRandomAndTheNonceFresh) {
  ExtensionRun run(6);
  const ExtensionMessage again = StartReceiver(run.pair.bob, run.ssid, run.choices, run.rng);
  EXPECT_NE(again.nonce, run.message.nonce);
  EXPECT_NE(again.u[0], run.message.u[0]);
  EXPECT_NE(again.choice_fold, run.message.choice_fold);
}

TEST(BitMatrix, EveryPath_MovesEveryBit) {
  crypto::SeededRng rng(7);
  RowArray rows;
  for (Row& row : rows) rng.Fill(row);
  ot::ForEachPath(kTransposePaths, [&](TransposeFunction* transpose) {
    ColumnArray columns;
    transpose(rows, columns);
    for (std::size_t r = 0; r < ot::kBaseOts; ++r) {
      for (std::size_t c = 0; c < ot::kColumns; ++c) {
        ASSERT_EQ(Bit(columns[c], r), Bit(rows[r], c)) << r << " " << c;
      }
    }
  });
}

// Multiplication one bit at a time, straight from the definition.
Block SlowMultiply(Block a, const Block& b) {
  Block sum{};
  for (std::size_t bit = 0; bit < 128; ++bit) {
    for (std::size_t i = 0; Bit(b, bit) == 1 && i < 16; ++i) sum[i] ^= a[i];
    const bool carry = (a[15] & 0x80) != 0;
    for (std::size_t i = 16; i-- > 0;) {
      a[i] = static_cast<std::uint8_t>((a[i] << 1) | (i > 0 ? a[i - 1] >> 7 : 0));
    }
    if (carry) a[0] ^= 0x87;
  }
  return sum;
}

TEST(Gf128, Product_IsTheDefinitionsOnRandomAndExtremeValuesOnEveryPath) {
  crypto::SeededRng rng(8);
  std::vector<Block> values = {Block{}, Block{1}, Block{2}, rng.Array<16>(), rng.Array<16>()};
  values.emplace_back().fill(0xff);
  values.emplace_back()[15] = 0x80;
  ot::ForEachPath(kFoldPaths, [&](FoldFunction* fold) {
    for (const Block& a : values) {
      for (const Block& b : values) EXPECT_EQ(ot::Multiply(fold, a, b), SlowMultiply(a, b));
    }
  });
}

TEST(Gf128, Fold_AddsTheWeightedBlocksAndTheLastOneOnEveryPath) {
  crypto::SeededRng rng(9);
  Challenges challenges;
  for (Block& challenge : challenges) rng.Fill(challenge);
  std::array<Row, 5> rows;
  for (Row& row : rows) rng.Fill(row);
  rows[4].fill(0xff);
  std::array<Block, 5> expected;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::copy(rows[r].end() - 16, rows[r].end(), expected[r].begin());
    for (std::size_t j = 0; j < kChallenges; ++j) {
      Block block;
      std::copy_n(rows[r].begin() + static_cast<std::ptrdiff_t>(16 * j), 16, block.begin());
      const Block term = SlowMultiply(block, challenges[j]);
      for (std::size_t i = 0; i < 16; ++i) expected[r][i] ^= term[i];
    }
  }
  ot::ForEachPath(kFoldPaths, [&](FoldFunction* fold) {
    std::array<Block, 5> folded;
    fold(rows, challenges, folded);
    EXPECT_EQ(folded, expected);
  });
}

TEST(Prg, EveryPath_GivesTheSumsOfItsOwnLeavesWithoutTheMissingOne) {
  crypto::SeededRng rng(10);
  const auto key = rng.Array<16>();
  ot::SeedTable seeds;
  for (auto& tree : seeds) {
    for (ot::Seed& seed : tree) rng.Fill(seed);
  }
  MissingLeaves none;
  none.fill(kNoLeaf);
  TreeSums reference;
  ExpandBitsliced(key, seeds, none, reference);
  ot::ForEachPath(kExpandPaths, [&](ExpandFunction* expand) {
    TreeSums whole;
    expand(key, seeds, none, whole);
    EXPECT_EQ(whole.all, reference.all);
    EXPECT_EQ(whole.with_bit, reference.with_bit);
    TreeSums leaves;  // every leaf alone, added up again
    for (std::size_t leaf = 0; leaf < ot::kLeaves; ++leaf) {
      MissingLeaves without;
      for (std::size_t tree = 0; tree < ot::kTrees; ++tree) without[tree] = (leaf + tree) % ot::kLeaves;
      TreeSums rest;
      expand(key, seeds, without, rest);
      for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
        for (std::size_t i = 0; i < ot::kRowBytes; ++i) {
          const auto own = static_cast<std::uint8_t>(whole.all[tree][i] ^ rest.all[tree][i]);
          leaves.all[tree][i] ^= own;
          for (std::size_t b = 0; b < ot::kTreeDepth; ++b) {
            const std::size_t row = ot::kTreeDepth * tree + b;
            const auto of_bit = static_cast<std::uint8_t>(whole.with_bit[row][i] ^ rest.with_bit[row][i]);
            EXPECT_EQ(of_bit, ((without[tree] >> b) & 1) != 0 ? own : 0) << tree << " " << leaf;
            leaves.with_bit[row][i] ^= of_bit;
          }
        }
      }
    }
    EXPECT_EQ(leaves.all, whole.all);
    EXPECT_EQ(leaves.with_bit, whole.with_bit);
  });
}

}  // namespace
}  // namespace passport::ote
