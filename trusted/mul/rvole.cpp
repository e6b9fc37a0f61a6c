#include "trusted/mul/rvole.h"

#include <algorithm>
#include <cstring>

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/mul/column_hash.h"

namespace passport::mul {
namespace {

namespace tag = crypto::tag;
using curve::Scalar;

// One scalar per column, sixteen columns to an element; and that at every position.
using LaneVector = std::array<curve::ScalarLanes, kColumnGroups>;
using PadTable = crypto::HeapSecret<std::array<LaneVector, ot::kMultiplyWidth>>;
using Theta = std::array<std::array<Scalar, ot::kInputs>, ot::kCheckColumns>;

// The columns of one group, xored with offset, as words 2 to 5 of their row hash's block.
void SetColumns(crypto::LaneBlocks& blocks, const ote::Block* columns, const ote::Block& offset) {
  std::uint32_t moved[4];
  std::memcpy(moved, offset.data(), sizeof moved);
  for (std::size_t lane = 0; lane < curve::kLanes; ++lane) {
    std::uint32_t words[4];
    std::memcpy(words, columns[lane].data(), sizeof words);
    for (std::size_t k = 0; k < 4; ++k) blocks.word[2 + k][lane] = __builtin_bswap32(words[k] ^ moved[k]);
  }
}

// alpha or gamma of dkls23.md 5.2: the row hash of every column, xored with offset, at every position. One
// block of input, LE32 column || LE32 position || column, after a prefix of one block.
void HashColumns(const Hash32& bind, const ote::Columns& columns, const ote::Block& offset, PadTable& table) {
  constexpr std::size_t kInputBytes = 8 + ot::kBlockBytes;
  const crypto::Sha256 prefix = crypto::TaggedState(tag::kRvRow, bind);
  crypto::Secret<crypto::LaneBlocks> blocks;
  auto& word = blocks.ExposeMutable().word;
  std::fill_n(word[kInputBytes / 4], curve::kLanes, 0x80000000u);  // the padding
  std::fill_n(word[15], curve::kLanes, static_cast<std::uint32_t>(8 * (64 + kInputBytes)));
  for (std::size_t group = 0; group < kColumnGroups; ++group) {
    const std::size_t first = curve::kLanes * group;
    SetColumns(blocks.ExposeMutable(), &columns.Expose()[first], offset);
    for (std::size_t lane = 0; lane < curve::kLanes; ++lane) {
      word[0][lane] = __builtin_bswap32(static_cast<std::uint32_t>(first + lane));
    }
    for (std::size_t position = 0; position < ot::kMultiplyWidth; ++position) {
      std::fill_n(word[1], curve::kLanes, __builtin_bswap32(static_cast<std::uint32_t>(position)));
      curve::ScalarLanes& digests = table.ExposeMutable()[position][group];
      crypto::StartLanes(prefix, digests);
      crypto::UpdateLanes(digests, blocks.Expose());
    }
  }
}

// The context of all that is hashed for one message of Alice: the run and her nonce.
Hash32 Bind(const Hash32& pair_ssid, const Hash32& nonce) {
  return crypto::TaggedHash(tag::kRvBind, pair_ssid, {nonce});
}

// Fiat-Shamir over all of Alice's corrections, so that she cannot cancel a deviation (dkls23.md 5.3).
Theta MakeTheta(const Hash32& pair_ssid, const Hash32& corrections) {
  Theta theta;
  for (std::uint8_t k = 0; k < ot::kCheckColumns; ++k) {
    for (std::uint8_t i = 0; i < ot::kInputs; ++i) {
      const ByteArray<2> position = {i, k};
      theta[k][i] = curve::HashToScalar(tag::kRvTheta, pair_ssid, {corrections, position});
    }
  }
  return theta;
}

// mu: the hash of the check values of all columns, theta . pads + pads of the check column. Overwrites them.
Hash32 HashCheckValues(const Hash32& bind, const Theta& theta,
                       std::array<LaneVector, ot::kMultiplyWidth>& pads) {
  ColumnHash hash(tag::kRvMuLeaf, bind);
  for (std::size_t k = 0; k < ot::kCheckColumns; ++k) {
    LaneVector& check = pads[ot::kInputs + k];
    curve::Combine(theta[k], pads[0], pads[1], check, check);
    hash.Update(check);
  }
  return hash.Root(tag::kRvMu);
}

// The choice bits as integers.
crypto::HeapSecret<LaneVector> ChoiceLanes(const ote::Choices& choices) {
  crypto::HeapSecret<LaneVector> lanes;
  for (std::size_t j = 0; j < ot::kGadgetSize; ++j) {
    const unsigned bit = (choices.Expose()[j / 8] >> (j % 8)) & 1u;
    lanes.ExposeMutable()[j / curve::kLanes].word[7][j % curve::kLanes] = bit;
  }
  return lanes;
}

}  // namespace

Bytes MultiplyMessage::Encode() const {
  Writer out(kSize);
  out.Raw(nonce).Raw(corrections.bytes());
  for (const Scalar& value : eta) out.Raw(value.Encode());
  return out.Raw(mu).Take();
}

Result<MultiplyMessage> MultiplyMessage::Parse(ByteSpan input) {
  if (input.size() != kSize) return Fail(Status::kMalformed);
  Reader in(input);
  MultiplyMessage message;
  message.nonce = in.Array<32>();
  PASSPORT_TRY(message.corrections, curve::EncodedScalars::Parse(in.Raw(32 * kCorrections)));
  for (Scalar& value : message.eta) {
    PASSPORT_TRY(value, Scalar::Parse(in.Raw(32)));
  }
  message.mu = in.Array<32>();
  return message;
}

BobStarted StartBob(const ot::ReceiverSeeds& seeds, const Gadget& gadget, const Hash32& pair_ssid,
                    crypto::Rng& rng) {
  BobStarted started;
  ote::Choices& choices = started.state.choices;
  rng.Fill(choices.ExposeMutable());
  started.message = ote::StartReceiver(seeds, pair_ssid, choices, rng);
  started.state.nonce = started.message.nonce;
  started.b.ExposeMutable() = curve::DotProduct(gadget.lanes(), ChoiceLanes(choices).Expose());
  return started;
}

protocol::Outcome<AliceOutput> RespondAlice(const ot::SenderSeeds& seeds, const Gadget& gadget,
                                            const Hash32& pair_ssid, const Shares& inputs,
                                            const ote::ExtensionMessage& message, PartyIndex bob,
                                            crypto::Rng& rng) {
  PASSPORT_TRY(const ote::Columns columns, ote::RunSender(seeds, pair_ssid, message, bob));
  AliceOutput output;
  MultiplyMessage& reply = output.message;
  rng.Fill(reply.nonce);
  const Hash32 bind = Bind(pair_ssid, reply.nonce);
  PadTable alpha0;
  PadTable alpha1;
  HashColumns(bind, columns, ote::Block{}, alpha0);
  HashColumns(bind, columns, seeds.ExposeDelta(), alpha1);
  auto& pads = alpha0.ExposeMutable();
  for (std::size_t i = 0; i < ot::kInputs; ++i) {
    output.c[i].ExposeMutable() = curve::DotProduct(gadget.lanes(), pads[i]).Negate();
  }
  std::array<curve::SecretScalar, ot::kCheckColumns> check_inputs;
  for (curve::SecretScalar& input : check_inputs) input.ExposeMutable() = Scalar::Random(rng);
  reply.corrections = curve::EncodedScalars(MultiplyMessage::kCorrections);
  ColumnHash corrections(tag::kRvAtLeaf, bind);
  for (std::size_t i = 0; i < ot::kMultiplyWidth; ++i) {
    LaneVector& differences = alpha1.ExposeMutable()[i];
    const curve::SecretScalar& input = i < ot::kInputs ? inputs[i] : check_inputs[i - ot::kInputs];
    curve::SubtractAndAdd(pads[i], differences, input.Expose(), differences);
    corrections.Update(differences);
    for (std::size_t group = 0; group < kColumnGroups; ++group) {
      reply.corrections.SetLanesAt(MultiplyMessage::Index(curve::kLanes * group, i), ot::kMultiplyWidth,
                                   differences[group]);
    }
  }
  const Theta theta = MakeTheta(pair_ssid, corrections.Root(tag::kRvAt));
  for (std::size_t k = 0; k < ot::kCheckColumns; ++k) {
    reply.eta[k] =
        check_inputs[k].Expose() + theta[k][0] * inputs[0].Expose() + theta[k][1] * inputs[1].Expose();
  }
  reply.mu = HashCheckValues(bind, theta, pads);
  return output;
}

protocol::Outcome<Shares> FinishBob(BobState state, const ot::ReceiverSeeds& seeds, const Gadget& gadget,
                                    const Hash32& pair_ssid, const MultiplyMessage& message,
                                    PartyIndex alice) {
  if (message.corrections.size() != MultiplyMessage::kCorrections) {
    return Fail(protocol::Abort{protocol::AbortReason::kMalformed, alice});
  }
  const ote::Columns columns = ote::ReceiverColumns(seeds, pair_ssid, state.nonce);
  const Hash32 bind = Bind(pair_ssid, message.nonce);
  PadTable table;
  HashColumns(bind, columns, ote::Block{}, table);
  const ByteArray<ot::kColumns / 8>& choices = state.choices.Expose();
  auto& pads = table.ExposeMutable();
  ColumnHash corrections(tag::kRvAtLeaf, bind);
  crypto::HeapSecret<LaneVector> vector_on_heap;  // for its size, not for what is in it
  LaneVector& vector = vector_on_heap.ExposeMutable();
  for (std::size_t i = 0; i < ot::kMultiplyWidth; ++i) {
    for (std::size_t group = 0; group < kColumnGroups; ++group) {
      message.corrections.GetLanesAt(MultiplyMessage::Index(curve::kLanes * group, i), ot::kMultiplyWidth,
                                     vector[group]);
    }
    corrections.Update(vector);
    curve::AddWhere(choices, vector, pads[i]);
  }
  // What Alice's eta takes off the check values of the columns where the choice is one.
  for (std::size_t k = 0; k < ot::kCheckColumns; ++k) {
    vector.fill(curve::Broadcast(message.eta[k].Negate()));
    curve::AddWhere(choices, vector, pads[ot::kInputs + k]);
  }
  const Theta theta = MakeTheta(pair_ssid, corrections.Root(tag::kRvAt));
  if (!crypto::EqualCt(HashCheckValues(bind, theta, pads), message.mu)) {
    return Fail(protocol::Abort{protocol::AbortReason::kMultiplicationCheck, alice});
  }
  Shares d;
  for (std::size_t i = 0; i < ot::kInputs; ++i) {
    d[i].ExposeMutable() = curve::DotProduct(gadget.lanes(), pads[i]);
  }
  return d;
}

}  // namespace passport::mul
