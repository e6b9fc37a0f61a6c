#include "trusted/ote/extension.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/tagged_hash.h"
#include "trusted/ote/bit_matrix.h"
#include "trusted/ote/gf128.h"
#include "trusted/ote/prg.h"

namespace passport::ote {
namespace {

namespace tag = crypto::tag;

// chi_1..chi_4: Fiat-Shamir over the nonce and every u.
Challenges MakeChallenges(const Hash32& pair_ssid, const Hash32& nonce,
                          const std::array<Row, ot::kTrees>& u) {
  crypto::Sha256 state = crypto::TaggedState(tag::kOteU, pair_ssid);
  state.Update(nonce);
  for (const Row& row : u) state.Update(row);
  ByteArray<kChallenges * ot::kBlockBytes> stream;
  crypto::TaggedXof(tag::kOteChi, pair_ssid, {nonce, state.Final()}, stream);
  Challenges challenges;
  for (std::size_t j = 0; j < kChallenges; ++j) {
    std::copy_n(stream.data() + ot::kBlockBytes * j, ot::kBlockBytes, challenges[j].data());
  }
  return challenges;
}

// v^i_b for every tree i and bit b, row 4i + b.
void SetRows(Rows& rows, std::size_t tree, const TreeSums& sums) {
  for (std::size_t b = 0; b < ot::kTreeDepth; ++b) {
    rows.ExposeMutable()[ot::kTreeDepth * tree + b] = sums.with_bit[b];
  }
}

crypto::Secret<Row> MaskedChoices(const Choices& choices, crypto::Rng& rng) {
  crypto::Secret<Row> row;
  const auto end = std::copy(choices.Expose().begin(), choices.Expose().end(), row.ExposeMutable().begin());
  rng.Fill(std::span<std::uint8_t>(end, row.ExposeMutable().end()));
  return row;
}

// The four bits of Delta that belong to one tree: the number of its missing leaf.
std::uint64_t MissingLeaf(const ot::Delta& delta, std::size_t tree) {
  const std::size_t bit = ot::kTreeDepth * tree;
  return (delta[bit / 8] >> (bit % 8)) & (ot::kLeaves - 1);
}

// q^i_b = v^i_b ^ Delta_b * (sum of all known leaves ^ u^i), which is w^i_b ^ Delta_b * u^i of dkls23.md 4.1
// with the missing leaf left out of both sums.
void AddDelta(TreeSums& sums, const Row& u, std::uint64_t missing) {
  for (std::size_t b = 0; b < ot::kTreeDepth; ++b) {
    const auto mask = static_cast<std::uint8_t>(crypto::MaskFromBit((missing >> b) & 1));
    for (std::size_t j = 0; j < ot::kRowBytes; ++j) {
      sums.with_bit[b][j] = static_cast<std::uint8_t>(sums.with_bit[b][j] ^ (mask & (sums.all[j] ^ u[j])));
    }
  }
}

}  // namespace

Bytes ExtensionMessage::Encode() const {
  Writer out;
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
  const Prg prg = Prg::ForSession(pair_ssid, message.nonce);
  Rows rows;
  for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
    const crypto::Secret<TreeSums> sums(prg.ExpandTree(seeds.Expose()[tree], tree, kNoLeaf));
    SetRows(rows, tree, sums.Expose());
    for (std::size_t j = 0; j < ot::kRowBytes; ++j) {
      message.u[tree][j] = static_cast<std::uint8_t>(sums.Expose().all[j] ^ choice_row.Expose()[j]);
    }
  }
  const Challenges challenges = MakeChallenges(pair_ssid, message.nonce, message.u);
  message.choice_fold = Fold(choice_row.Expose(), challenges);
  crypto::Sha256 hash = crypto::TaggedState(tag::kOteT, pair_ssid);
  hash.Update(message.nonce);
  for (const Row& row : rows.Expose()) hash.Update(Fold(row, challenges));
  message.fold_hash = hash.Final();
  return message;
}

Columns ReceiverColumns(const ot::ReceiverSeeds& seeds, const Hash32& pair_ssid, const Hash32& nonce) {
  const Prg prg = Prg::ForSession(pair_ssid, nonce);
  Rows rows;
  for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
    const crypto::Secret<TreeSums> sums(prg.ExpandTree(seeds.Expose()[tree], tree, kNoLeaf));
    SetRows(rows, tree, sums.Expose());
  }
  return Transpose(rows);
}

protocol::Outcome<Columns> RunSender(const ot::SenderSeeds& seeds, const Hash32& pair_ssid,
                                     const ExtensionMessage& message, PartyIndex bob) {
  const ot::Delta& delta = seeds.ExposeDelta();
  const Prg prg = Prg::ForSession(pair_ssid, message.nonce);
  Rows rows;
  for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
    const std::uint64_t missing = MissingLeaf(delta, tree);
    crypto::Secret<TreeSums> sums(prg.ExpandTree(seeds.ExposeLeaves()[tree], tree, missing));
    AddDelta(sums.ExposeMutable(), message.u[tree], missing);
    SetRows(rows, tree, sums.Expose());
  }
  const Challenges challenges = MakeChallenges(pair_ssid, message.nonce, message.u);
  crypto::Sha256 hash = crypto::TaggedState(tag::kOteT, pair_ssid);
  hash.Update(message.nonce);
  for (std::size_t q = 0; q < ot::kBaseOts; ++q) {
    const auto mask = static_cast<std::uint8_t>(crypto::MaskFromBit((delta[q / 8] >> (q % 8)) & 1));
    Block folded = Fold(rows.Expose()[q], challenges);
    for (std::size_t j = 0; j < folded.size(); ++j) {
      folded[j] = static_cast<std::uint8_t>(folded[j] ^ (mask & message.choice_fold[j]));
    }
    hash.Update(folded);
  }
  // Whether a guess about Delta was right is all that this comparison tells, and a wrong one burns the pair.
  if (!crypto::EqualCt(hash.Final(), message.fold_hash)) {
    return Fail(protocol::Abort{protocol::AbortReason::kExtensionCheck, bob});
  }
  return Transpose(rows);
}

}  // namespace passport::ote
