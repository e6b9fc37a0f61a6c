// The generator without AES instructions: 128 blocks at a time, one vector for each bit of the block (a table
// would tell the seeds by its timing). Slow, and only for processors that have nothing else.
#include <cstring>

#include "trusted/crypto/ct.h"
#include "trusted/ote/prg.h"
#include "trusted/ote/words.h"

namespace passport::ote {
namespace {

constexpr std::size_t kBatch = 128;
constexpr std::size_t kTreesOfBatch = kBatch / ot::kLeaves;

// One byte of every block: vector b holds its bit b.
struct ByteSlice {
  Words2 bit[8];
};
// Bit 8 k + b of a block is bit b of its byte k.
struct StateSlice {
  ByteSlice byte[16];
};

// In GF(2^8) with x^8 + x^4 + x^3 + x + 1: takes a polynomial of degree 14 down to 7 (FIPS 197, 4.2).
[[gnu::always_inline]] inline ByteSlice ReduceSlice(Words2 (&p)[15]) {
#pragma GCC unroll 8
  for (std::size_t k = 14; k >= 8; --k) {
    p[k - 8] ^= p[k];
    p[k - 7] ^= p[k];
    p[k - 5] ^= p[k];
    p[k - 4] ^= p[k];
  }
  ByteSlice out;
#pragma GCC unroll 8
  for (std::size_t k = 0; k < 8; ++k) out.bit[k] = p[k];
  return out;
}

ByteSlice MultiplySlice(const ByteSlice& a, const ByteSlice& b) {
  Words2 p[15] = {};
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) {
#pragma GCC unroll 8
    for (std::size_t j = 0; j < 8; ++j) p[i + j] ^= a.bit[i] & b.bit[j];
  }
  return ReduceSlice(p);
}

ByteSlice SquareSlice(const ByteSlice& a, int times) {
  ByteSlice out = a;
  for (; times > 0; --times) {
    Words2 p[15] = {};
#pragma GCC unroll 8
    for (std::size_t i = 0; i < 8; ++i) p[2 * i] = out.bit[i];
    out = ReduceSlice(p);
  }
  return out;
}

// The S-box (FIPS 197, 5.1.1): x^254, which is the inverse, then the affine map.
ByteSlice SubSlice(const ByteSlice& x) {
  constexpr unsigned kConstant = 0x63;
  const ByteSlice x2 = SquareSlice(x, 1);
  const ByteSlice x3 = MultiplySlice(x2, x);
  const ByteSlice x12 = SquareSlice(x3, 2);
  const ByteSlice x15 = MultiplySlice(x12, x3);
  const ByteSlice x252 = MultiplySlice(SquareSlice(x15, 4), x12);
  const ByteSlice inverse = MultiplySlice(x252, x2);
  ByteSlice out;
  for (std::size_t i = 0; i < 8; ++i) {
    out.bit[i] = inverse.bit[i] ^ inverse.bit[(i + 4) % 8] ^ inverse.bit[(i + 5) % 8] ^
                 inverse.bit[(i + 6) % 8] ^ inverse.bit[(i + 7) % 8];
    if (((kConstant >> i) & 1) != 0) out.bit[i] = ~out.bit[i];
  }
  return out;
}

ByteSlice XorSlice(const ByteSlice& a, const ByteSlice& b) {
  ByteSlice out;
  for (std::size_t i = 0; i < 8; ++i) out.bit[i] = a.bit[i] ^ b.bit[i];
  return out;
}

// Times x.
ByteSlice DoubleSlice(const ByteSlice& a) {
  const auto& in = a.bit;
  return {{in[7], in[0] ^ in[7], in[1], in[2] ^ in[7], in[3] ^ in[7], in[4], in[5], in[6]}};
}

void SubAndShiftRows(StateSlice& state) {
  const StateSlice before = state;
  for (std::size_t column = 0; column < 4; ++column) {
    for (std::size_t row = 0; row < 4; ++row) {
      state.byte[4 * column + row] = SubSlice(before.byte[4 * ((column + row) % 4) + row]);
    }
  }
}

void MixColumns(StateSlice& state) {
  for (std::size_t column = 0; column < 16; column += 4) {
    const ByteSlice a[4] = {state.byte[column], state.byte[column + 1], state.byte[column + 2],
                            state.byte[column + 3]};
    const ByteSlice sum = XorSlice(XorSlice(a[0], a[1]), XorSlice(a[2], a[3]));
    for (std::size_t row = 0; row < 4; ++row) {
      const ByteSlice doubled = DoubleSlice(XorSlice(a[row], a[(row + 1) % 4]));
      state.byte[column + row] = XorSlice(XorSlice(a[row], sum), doubled);
    }
  }
}

// The key is public, so its bits may be branched on.
void AddRoundKey(StateSlice& state, const std::uint8_t* key) {
  for (std::size_t k = 0; k < 16; ++k) {
    for (std::size_t b = 0; b < 8; ++b) {
      if (((key[k] >> b) & 1) != 0) state.byte[k].bit[b] = ~state.byte[k].bit[b];
    }
  }
}

std::uint8_t SubByte(std::uint8_t v) {
  ByteSlice slice{};
  for (std::size_t b = 0; b < 8; ++b) slice.bit[b][0] = (v >> b) & 1;
  slice = SubSlice(slice);
  unsigned out = 0;
  for (std::size_t b = 0; b < 8; ++b) out |= static_cast<unsigned>(slice.bit[b][0] & 1) << b;
  return static_cast<std::uint8_t>(out);
}

// Eleven round keys (FIPS 197, 5.2).
using RoundKeys = ByteArray<16 * 11>;
RoundKeys Schedule(const ByteArray<16>& key) {
  RoundKeys keys;
  std::copy(key.begin(), key.end(), keys.begin());
  unsigned constant = 1;
  for (std::size_t at = 16; at < keys.size(); at += 4) {
    ByteArray<4> word;
    std::copy_n(&keys[at - 4], 4, word.begin());
    if (at % 16 == 0) {
      word = {static_cast<std::uint8_t>(SubByte(word[1]) ^ constant), SubByte(word[2]), SubByte(word[3]),
              SubByte(word[0])};
      constant = (constant << 1) ^ ((constant >> 7) * 0x11b);
    }
    for (std::size_t i = 0; i < 4; ++i) keys[at + i] = static_cast<std::uint8_t>(keys[at + i - 16] ^ word[i]);
  }
  return keys;
}

void Encrypt(StateSlice& state, const RoundKeys& keys) {
  AddRoundKey(state, keys.data());
  for (std::size_t round = 1; round < 10; ++round) {
    SubAndShiftRows(state);
    MixColumns(state);
    AddRoundKey(state, keys.data() + 16 * round);
  }
  SubAndShiftRows(state);
  AddRoundKey(state, keys.data() + 160);
}

// A block as two numbers, little endian; blocks 0 to 63 are word 0 of the vectors, the others word 1.
struct Batch {
  Words2 low[64];
  Words2 high[64];
};
std::uint64_t& Low(Batch& batch, std::size_t i) {
  return reinterpret_cast<std::uint64_t*>(&batch.low[i % 64])[i / 64];
}
std::uint64_t& High(Batch& batch, std::size_t i) {
  return reinterpret_cast<std::uint64_t*>(&batch.high[i % 64])[i / 64];
}

void EncryptBatch(Batch& batch, const RoundKeys& keys) {
  static_assert(sizeof(StateSlice) == sizeof(Batch));
  TransposeSquares(batch.low);
  TransposeSquares(batch.high);
  StateSlice state;
  std::memcpy(&state, &batch, sizeof state);
  Encrypt(state, keys);
  std::memcpy(&batch, &state, sizeof state);
  TransposeSquares(batch.low);
  TransposeSquares(batch.high);
  crypto::Wipe(&state, sizeof state);
}

void XorBlock(Row& row, std::size_t block, const std::uint64_t (&more)[2]) {
  std::uint64_t value[2];
  std::uint8_t* const at = row.data() + ot::kBlockBytes * block;
  std::memcpy(value, at, sizeof value);
  value[0] ^= more[0];
  value[1] ^= more[1];
  std::memcpy(at, value, sizeof value);
}

// Adds block `block` of a leaf to the sums that it belongs to.
void AddLeaf(TreeSums& sums, std::size_t tree, std::size_t leaf, std::size_t block,
             const std::uint64_t (&value)[2]) {
  XorBlock(sums.all[tree], block, value);
  for (std::size_t b = 0; b < ot::kTreeDepth; ++b) {
    if (((leaf >> b) & 1) != 0) XorBlock(sums.with_bit[ot::kTreeDepth * tree + b], block, value);
  }
}

}  // namespace

void ExpandBitsliced(const ByteArray<16>& key, const ot::SeedTable& seeds, const MissingLeaves& missing,
                     TreeSums& sums) {
  const RoundKeys keys = Schedule(key);
  sums = TreeSums{};
  for (std::size_t first = 0; first < ot::kTrees; first += kTreesOfBatch) {
    for (std::size_t block = 0; block < ot::kRowBlocks; ++block) {
      Batch input;
      for (std::size_t i = 0; i < kBatch; ++i) {
        const std::size_t tree = first + i / ot::kLeaves;
        const std::size_t leaf = i % ot::kLeaves;
        std::memcpy(&Low(input, i), seeds[tree][leaf].data(), 8);
        std::memcpy(&High(input, i), seeds[tree][leaf].data() + 8, 8);
        Low(input, i) ^= Tweak(tree, leaf, block);
      }
      Batch output = input;
      EncryptBatch(output, keys);
      for (std::size_t i = 0; i < kBatch; ++i) {
        const std::size_t tree = first + i / ot::kLeaves;
        const std::size_t leaf = i % ot::kLeaves;
        const std::uint64_t mask = ~crypto::MaskIfZero(leaf ^ missing[tree]);
        AddLeaf(sums, tree, leaf, block,
                {(Low(output, i) ^ Low(input, i)) & mask, (High(output, i) ^ High(input, i)) & mask});
      }
      crypto::Wipe(&input, sizeof input);
      crypto::Wipe(&output, sizeof output);
    }
  }
}

}  // namespace passport::ote
