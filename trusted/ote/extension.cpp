#include "trusted/ote/extension.h"

#include <algorithm>
#include <cstring>

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/tagged_hash.h"
#include "trusted/ote/bit_matrix.h"
#include "trusted/ote/gf128.h"
#include "trusted/ote/prg.h"

namespace passport::ote {
namespace {

namespace tag = crypto::tag;

using FoldedRows = std::array<Block, ot::kBaseOts>;

// chi_1..chi_4: Fiat-Shamir over the nonce and every u.
Challenges MakeChallenges(const Hash32& pair_ssid, const Hash32& nonce,
                          const std::array<Row, ot::kTrees>& u) {
  crypto::Sha256 state = crypto::TaggedState(tag::kOteU, pair_ssid);
  static_assert(sizeof u == ot::kTrees * ot::kRowBytes);
  state.Update(nonce).Update({u[0].data(), sizeof u});
  ByteArray<kChallenges * ot::kBlockBytes> stream;
  crypto::TaggedXof(tag::kOteChi, pair_ssid, {nonce, state.Final()}, stream);
  Challenges challenges;
  for (std::size_t j = 0; j < kChallenges; ++j) {
    std::copy_n(stream.data() + ot::kBlockBytes * j, ot::kBlockBytes, challenges[j].data());
  }
  return challenges;
}

crypto::Secret<Row> MaskedChoices(const Choices& choices, crypto::Rng& rng) {
  crypto::Secret<Row> row;
  const auto end = std::copy(choices.Expose().begin(), choices.Expose().end(), row.ExposeMutable().begin());
  rng.Fill(std::span<std::uint8_t>(end, row.ExposeMutable().end()));
  return row;
}

// The four bits of Delta that belong to each tree: the number of its missing leaf.
crypto::Secret<MissingLeaves> LeavesOf(const ot::Delta& delta) {
  crypto::Secret<MissingLeaves> missing;
  for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
    const std::size_t bit = ot::kTreeDepth * tree;
    missing.ExposeMutable()[tree] = (delta[bit / 8] >> (bit % 8)) & (ot::kLeaves - 1);
  }
  return missing;
}

std::uint64_t DeltaMask(const ot::Delta& delta, std::size_t row) {
  return crypto::MaskFromBit((delta[row / 8] >> (row % 8)) & 1);
}

// to ^= from where mask is all ones, word by word.
template <std::size_t N>
void XorMasked(ByteArray<N>& to, const ByteArray<N>& from, std::uint64_t mask) {
  static_assert(N % 8 == 0);
  for (std::size_t i = 0; i < N; i += 8) {
    std::uint64_t sum;
    std::uint64_t more;
    std::memcpy(&sum, to.data() + i, sizeof sum);
    std::memcpy(&more, from.data() + i, sizeof more);
    sum ^= more & mask;
    std::memcpy(to.data() + i, &sum, sizeof sum);
  }
}

// q^i_b = v^i_b ^ Delta_b * (sum of all known leaves ^ u^i), which is w^i_b ^ Delta_b * u^i of dkls23.md 4.1
// with the missing leaf left out of both sums.
void AddDelta(TreeSums& sums, const std::array<Row, ot::kTrees>& u, const ot::Delta& delta) {
  for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
    Row& difference = sums.all[tree];
    XorMasked(difference, u[tree], ~std::uint64_t{0});
    for (std::size_t row = ot::kTreeDepth * tree; row < ot::kTreeDepth * (tree + 1); ++row) {
      XorMasked(sums.with_bit[row], difference, DeltaMask(delta, row));
    }
  }
}

Hash32 HashFolds(const Hash32& pair_ssid, const Hash32& nonce, const FoldedRows& folds) {
  static_assert(sizeof(FoldedRows) == ot::kBaseOts * ot::kBlockBytes);
  crypto::Sha256 hash = crypto::TaggedState(tag::kOteT, pair_ssid);
  return hash.Update(nonce).Update({folds[0].data(), sizeof folds}).Final();
}

}  // namespace

Bytes ExtensionMessage::Encode() const {
  Writer out(kSize);
  out.Raw(nonce);
  for (const Row& row : u) out.Raw(row);
  return out.Raw(choice_fold).Raw(fold_hash).Take();
}

Result<ExtensionMessage> ExtensionMessage::Parse(ByteSpan input) {
  Reader in(input);
  ExtensionMessage message;
  message.nonce = in.Array<32>();
  for (Row& row : message.u) row = in.Array<ot::kRowBytes>();
  message.choice_fold = in.Array<ot::kBlockBytes>();
  message.fold_hash = in.Array<32>();
  if (!in.Done()) return Fail(Status::kMalformed);
  return message;
}

ExtensionMessage StartReceiver(const ot::ReceiverSeeds& seeds, const Hash32& pair_ssid,
                               const Choices& choices, crypto::Rng& rng) {
  ExtensionMessage message;
  message.nonce = rng.Array<32>();
  const crypto::Secret<Row> choice_row = MaskedChoices(choices, rng);
  crypto::HeapSecret<TreeSums> sums;
  Prg::ForSession(pair_ssid, message.nonce).Expand(seeds.Expose(), sums.ExposeMutable());
  message.u = sums.Expose().all;
  for (Row& row : message.u) XorMasked(row, choice_row.Expose(), ~std::uint64_t{0});
  const Challenges challenges = MakeChallenges(pair_ssid, message.nonce, message.u);
  message.choice_fold = Fold(choice_row.Expose(), challenges);
  crypto::Secret<FoldedRows> folds;
  Fold(sums.Expose().with_bit, challenges, folds.ExposeMutable());
  message.fold_hash = HashFolds(pair_ssid, message.nonce, folds.Expose());
  return message;
}

Columns ReceiverColumns(const ot::ReceiverSeeds& seeds, const Hash32& pair_ssid, const Hash32& nonce) {
  crypto::HeapSecret<TreeSums> sums;
  Prg::ForSession(pair_ssid, nonce).Expand(seeds.Expose(), sums.ExposeMutable());
  return Transpose(sums.Expose().with_bit);
}

protocol::Outcome<Columns> RunSender(const ot::SenderSeeds& seeds, const Hash32& pair_ssid,
                                     const ExtensionMessage& message, PartyIndex bob) {
  const ot::Delta& delta = seeds.ExposeDelta();
  crypto::HeapSecret<TreeSums> sums;
  Prg::ForSession(pair_ssid, message.nonce)
      .Expand(seeds.ExposeLeaves(), LeavesOf(delta).Expose(), sums.ExposeMutable());
  AddDelta(sums.ExposeMutable(), message.u, delta);
  const RowArray& rows = sums.Expose().with_bit;
  crypto::Secret<FoldedRows> folds;
  Fold(rows, MakeChallenges(pair_ssid, message.nonce, message.u), folds.ExposeMutable());
  for (std::size_t row = 0; row < ot::kBaseOts; ++row) {
    XorMasked(folds.ExposeMutable()[row], message.choice_fold, DeltaMask(delta, row));
  }
  // Whether a guess about Delta was right is all that this comparison tells, and a wrong one burns the pair.
  if (!crypto::EqualCt(HashFolds(pair_ssid, message.nonce, folds.Expose()), message.fold_hash)) {
    return Fail(protocol::Abort{protocol::AbortReason::kExtensionCheck, bob});
  }
  return Transpose(rows);
}

}  // namespace passport::ote
