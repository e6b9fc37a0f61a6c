// OT extension: the correlation holds on every column, and every altered bit of the message is the sender's
// fault.
#include "tests/unit/ot/fixtures.h"
#include "trusted/ote/bit_matrix.h"
#include "trusted/ote/cpu.h"
#include "trusted/ote/gf128.h"
#include "trusted/ote/prg.h"

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

TEST(Cpu, ThisMachine_IsSupported) { EXPECT_TRUE(CpuSupported()); }

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

TEST(BitMatrix, Transpose_MovesEveryBit) {
  crypto::SeededRng rng(7);
  Rows rows;
  for (Row& row : rows.ExposeMutable()) rng.Fill(row);
  const Columns columns = Transpose(rows);
  for (std::size_t r = 0; r < ot::kBaseOts; ++r) {
    for (std::size_t c = 0; c < ot::kColumns; ++c) {
      ASSERT_EQ(Bit(columns.Expose()[c], r), Bit(rows.Expose()[r], c)) << r << " " << c;
    }
  }
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

TEST(Gf128, Product_IsTheDefinitionsOnRandomAndExtremeValues) {
  crypto::SeededRng rng(8);
  std::vector<Block> values = {Block{}, Block{1}, Block{2}, rng.Array<16>(), rng.Array<16>()};
  values.emplace_back().fill(0xff);
  values.emplace_back()[15] = 0x80;
  for (const Block& a : values) {
    for (const Block& b : values) EXPECT_EQ(MultiplyGf128(a, b), SlowMultiply(a, b));
  }
}

TEST(Gf128, Fold_AddsTheWeightedBlocksAndTheLastOne) {
  crypto::SeededRng rng(9);
  Challenges challenges;
  for (Block& challenge : challenges) rng.Fill(challenge);
  const Row row = rng.Array<ot::kRowBytes>();
  Block expected;
  std::copy(row.end() - 16, row.end(), expected.begin());
  for (std::size_t j = 0; j < kChallenges; ++j) {
    Block block;
    std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(16 * j), 16, block.begin());
    const Block term = SlowMultiply(block, challenges[j]);
    for (std::size_t i = 0; i < 16; ++i) expected[i] ^= term[i];
  }
  EXPECT_EQ(Fold(row, challenges), expected);
}

TEST(Prg, TreeSums_LeaveTheMissingLeafOut) {
  crypto::SeededRng rng(10);
  const Prg prg(rng.Array<16>());
  std::array<ot::Seed, ot::kLeaves> seeds;
  for (ot::Seed& seed : seeds) rng.Fill(seed);
  for (std::uint64_t missing = 0; missing <= kNoLeaf; ++missing) {
    TreeSums expected;
    for (std::size_t leaf = 0; leaf < ot::kLeaves; ++leaf) {
      if (leaf == missing) continue;
      const Row row = prg.ExpandLeaf(seeds[leaf], 21, leaf);
      for (std::size_t i = 0; i < row.size(); ++i) {
        expected.all[i] ^= row[i];
        for (std::size_t b = 0; b < ot::kTreeDepth; ++b) {
          if ((leaf >> b) & 1) expected.with_bit[b][i] ^= row[i];
        }
      }
    }
    const TreeSums sums = prg.ExpandTree(seeds, 21, missing);
    EXPECT_EQ(sums.all, expected.all) << missing;
    EXPECT_EQ(sums.with_bit, expected.with_bit) << missing;
  }
}

}  // namespace
}  // namespace passport::ote
