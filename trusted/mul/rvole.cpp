#include "trusted/mul/rvole.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::mul {
namespace {

namespace tag = crypto::tag;
using curve::Scalar;

// One scalar per column and position, position by position so that a position is a vector for InnerProduct.
using PadTable = crypto::Secret<std::array<std::array<Scalar, ot::kGadgetSize>, ot::kMultiplyWidth>>;
using Theta = std::array<Scalar, ot::kInputs>;

// alpha or gamma of dkls23.md 5.2: the row hash of every column, xored with offset, at every position.
PadTable HashColumns(const Hash32& pair_ssid, const Hash32& nonce, const ote::Columns& columns,
                     const ote::Block& offset) {
  const Hash32 bind = crypto::TaggedHash(tag::kRvBind, pair_ssid, {nonce});
  const crypto::Sha256 prefix = crypto::TaggedState(tag::kRvRow, bind);
  PadTable table;
  ByteArray<8 + ot::kBlockBytes> input{};
  for (std::size_t j = 0; j < ot::kGadgetSize; ++j) {
    const ByteArray<4> column = crypto::Le32(static_cast<std::uint32_t>(j));
    std::copy(column.begin(), column.end(), input.begin());
    for (std::size_t i = 0; i < ot::kBlockBytes; ++i) {
      input[8 + i] = static_cast<std::uint8_t>(columns.Expose()[j][i] ^ offset[i]);
    }
    for (std::size_t c = 0; c < ot::kMultiplyWidth; ++c) {
      input[4] = static_cast<std::uint8_t>(c);  // LE32 c, a single digit
      crypto::Sha256 state = prefix;
      table.ExposeMutable()[c][j] = Scalar::Reduce(state.Update(input).Final());
    }
  }
  crypto::Wipe(input.data(), input.size());
  return table;
}

// Fiat-Shamir over all of Alice's corrections, so that she cannot cancel a deviation (dkls23.md 5.3).
Theta MakeTheta(const Hash32& pair_ssid, const MultiplyMessage& message) {
  crypto::Sha256 state = crypto::TaggedState(tag::kRvAt, pair_ssid);
  state.Update(message.nonce);
  for (const MultiplyMessage::Row& row : message.corrections) {
    for (const Scalar& value : row) state.Update(value.Encode());
  }
  const Hash32 hash = state.Final();
  Theta theta;
  for (std::uint8_t i = 0; i < ot::kInputs; ++i) {
    const ByteArray<2> position = {i, 0};
    theta[i] = curve::HashToScalar(tag::kRvTheta, pair_ssid, {hash, position});
  }
  return theta;
}

// The check column plus the theta-weighted input columns, at column j.
Scalar CheckValue(const Theta& theta, const PadTable& table, std::size_t j) {
  const auto& rows = table.Expose();
  const std::array<Scalar, ot::kInputs> inputs = {rows[0][j], rows[1][j]};
  return rows[ot::kInputs][j] + curve::InnerProduct(theta, inputs);
}

std::uint64_t ChoiceBit(const ote::Choices& choices, std::size_t j) {
  return (choices.Expose()[j / 8] >> (j % 8)) & 1;
}

}  // namespace

Bytes MultiplyMessage::Encode() const {
  Writer out;
  out.Raw(nonce);
  for (const Row& row : corrections) {
    for (const Scalar& value : row) out.Raw(value.Encode());
  }
  return out.Raw(eta.Encode()).Raw(mu).Take();
}

Result<MultiplyMessage> MultiplyMessage::Parse(ByteSpan input) {
  if (input.size() != kSize) return Fail(Status::kMalformed);
  Reader in(input);
  MultiplyMessage message;
  message.nonce = in.Array<32>();
  message.corrections.resize(ot::kGadgetSize);
  for (Row& row : message.corrections) {
    for (Scalar& value : row) {
      PASSPORT_TRY(value, Scalar::Parse(in.Raw(32)));
    }
  }
  PASSPORT_TRY(message.eta, Scalar::Parse(in.Raw(32)));
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
  Scalar& b = started.b.ExposeMutable();
  for (std::size_t j = 0; j < ot::kGadgetSize; ++j) {
    b = b + Scalar::Select(ChoiceBit(choices, j), Scalar(), gadget.values()[j]);
  }
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
  const PadTable alpha0 = HashColumns(pair_ssid, reply.nonce, columns, ote::Block{});
  const PadTable alpha1 = HashColumns(pair_ssid, reply.nonce, columns, seeds.ExposeDelta());
  for (std::size_t i = 0; i < ot::kInputs; ++i) {
    output.c[i].ExposeMutable() = curve::InnerProduct(gadget.values(), alpha0.Expose()[i]).Negate();
  }
  const curve::SecretScalar check_input(Scalar::Random(rng));
  const std::array<const Scalar*, ot::kMultiplyWidth> all_inputs = {&inputs[0].Expose(), &inputs[1].Expose(),
                                                                    &check_input.Expose()};
  reply.corrections.resize(ot::kGadgetSize);
  for (std::size_t j = 0; j < ot::kGadgetSize; ++j) {
    for (std::size_t i = 0; i < ot::kMultiplyWidth; ++i) {
      reply.corrections[j][i] = alpha0.Expose()[i][j] - alpha1.Expose()[i][j] + *all_inputs[i];
    }
  }
  const Theta theta = MakeTheta(pair_ssid, reply);
  reply.eta = check_input.Expose() + theta[0] * inputs[0].Expose() + theta[1] * inputs[1].Expose();
  crypto::Sha256 mu = crypto::TaggedState(tag::kRvMu, pair_ssid);
  mu.Update(reply.nonce);
  for (std::size_t j = 0; j < ot::kGadgetSize; ++j) mu.Update(CheckValue(theta, alpha0, j).Encode());
  reply.mu = mu.Final();
  return output;
}

protocol::Outcome<Shares> FinishBob(BobState state, const ot::ReceiverSeeds& seeds, const Gadget& gadget,
                                    const Hash32& pair_ssid, const MultiplyMessage& message,
                                    PartyIndex alice) {
  if (message.corrections.size() != ot::kGadgetSize) {
    return Fail(protocol::Abort{protocol::AbortReason::kMalformed, alice});
  }
  const ote::Columns columns = ote::ReceiverColumns(seeds, pair_ssid, state.nonce);
  PadTable table = HashColumns(pair_ssid, message.nonce, columns, ote::Block{});
  const Theta theta = MakeTheta(pair_ssid, message);
  crypto::Sha256 mu = crypto::TaggedState(tag::kRvMu, pair_ssid);
  mu.Update(message.nonce);
  for (std::size_t j = 0; j < ot::kGadgetSize; ++j) {
    const std::uint64_t choice = ChoiceBit(state.choices, j);
    for (std::size_t i = 0; i < ot::kMultiplyWidth; ++i) {
      Scalar& value = table.ExposeMutable()[i][j];
      value = value + Scalar::Select(choice, Scalar(), message.corrections[j][i]);
    }
    const Scalar expected = CheckValue(theta, table, j) - Scalar::Select(choice, Scalar(), message.eta);
    mu.Update(expected.Encode());
  }
  if (!crypto::EqualCt(mu.Final(), message.mu)) {
    return Fail(protocol::Abort{protocol::AbortReason::kMultiplicationCheck, alice});
  }
  Shares d;
  for (std::size_t i = 0; i < ot::kInputs; ++i) {
    d[i].ExposeMutable() = curve::InnerProduct(gadget.values(), table.Expose()[i]);
  }
  return d;
}

}  // namespace passport::mul
