// Attacks that the checks must answer as the analysis says: what passes, with which luck, and what it yields
// (dkls23_check.py, part D).
#include "tests/unit/ot/fixtures.h"
#include "trusted/ote/gf128.h"
#include "trusted/ote/prg.h"

namespace passport::mul {
namespace {

namespace tag = crypto::tag;
using curve::Scalar;
using ot::Aborts;
using ot::kAlice;
using ot::kBob;
using protocol::AbortReason;

unsigned Nibble(const ot::Delta& delta, std::size_t tree) {
  return (delta[tree / 2] >> (4 * (tree % 2))) & 15u;
}

// A Bob who adds one bit to u of one tree and adapts the hash to a guess of the four bits of Delta that this
// meets (attack D1).
ote::ExtensionMessage GuessDelta(const ot::IdealPair& pair, const Hash32& ssid, std::size_t tree,
                                 std::size_t column, unsigned guess, crypto::Rng& rng) {
  const ote::Choices choices(rng.Array<ot::kColumns / 8>());
  ote::ExtensionMessage message = ote::StartReceiver(pair.bob, ssid, choices, rng);
  const ote::Prg prg = ote::Prg::ForSession(ssid, message.nonce);
  ote::TreeSums sums;
  prg.Expand(pair.bob.Expose(), sums);
  ote::Row choice_row = message.u[0];
  for (std::size_t i = 0; i < choice_row.size(); ++i) choice_row[i] ^= sums.all[0][i];
  ote::Row error{};
  error[column / 8] = static_cast<std::uint8_t>(1 << (column % 8));
  for (std::size_t i = 0; i < error.size(); ++i) message.u[tree][i] ^= error[i];

  const Hash32 u_hash = [&] {
    crypto::Sha256 state = crypto::TaggedState(tag::kOteU, ssid);
    state.Update(message.nonce);
    for (const ote::Row& row : message.u) state.Update(row);
    return state.Final();
  }();
  ByteArray<64> stream;
  crypto::TaggedXof(tag::kOteChi, ssid, {message.nonce, u_hash}, stream);
  ote::Challenges challenges;
  for (std::size_t j = 0; j < 4; ++j) std::copy_n(stream.data() + 16 * j, 16, challenges[j].data());
  message.choice_fold = ote::Fold(choice_row, challenges);
  const ote::Block folded_error = ote::Fold(error, challenges);
  crypto::Sha256 hash = crypto::TaggedState(tag::kOteT, ssid);
  hash.Update(message.nonce);
  for (std::size_t i = 0; i < ot::kTrees; ++i) {
    for (std::size_t b = 0; b < ot::kTreeDepth; ++b) {
      ote::Block folded = ote::Fold(sums.with_bit[ot::kTreeDepth * i + b], challenges);
      if (i == tree && ((guess >> b) & 1) == 1) {
        for (std::size_t k = 0; k < folded.size(); ++k) folded[k] ^= folded_error[k];
      }
      hash.Update(folded);
    }
  }
  message.fold_hash = hash.Final();
  return message;
}

TEST(Attack, GuessingDelta_PassesForTheRightGuessAloneAndEveryWrongOneIsBlamed) {
  crypto::SeededRng rng(1);
  const ot::IdealPair pair = ot::RandomPair(rng);
  for (const std::size_t tree : {std::size_t{0}, std::size_t{7}, std::size_t{31}}) {
    for (unsigned guess = 0; guess < 16; ++guess) {
      const Hash32 ssid = ot::Context("guess " + std::to_string(guess));
      const ote::ExtensionMessage message = GuessDelta(pair, ssid, tree, 3, guess, rng);
      const auto outcome = ote::RunSender(pair.alice, ssid, message, kBob);
      if (guess == Nibble(pair.alice.ExposeDelta(), tree)) {
        EXPECT_TRUE(outcome.ok());
      } else {
        EXPECT_TRUE(Aborts(outcome, AbortReason::kExtensionCheck, kBob)) << tree << " " << guess;
      }
    }
  }
}

// Alice's pads at one column, as dkls23.md 5.2 defines them: alpha0 and, moved by Delta, alpha1.
std::array<Scalar, ot::kMultiplyWidth> ColumnPads(const Hash32& ssid, const Hash32& nonce, std::size_t j,
                                                  const ote::Block& column) {
  const Hash32 bind = crypto::TaggedHash(tag::kRvBind, ssid, {nonce});
  std::array<Scalar, ot::kMultiplyWidth> pads;
  for (std::uint32_t c = 0; c < ot::kMultiplyWidth; ++c) {
    pads[c] = Scalar::Reduce(crypto::TaggedHash(
        tag::kRvRow, bind, {crypto::Le32(static_cast<std::uint32_t>(j)), crypto::Le32(c), column}));
  }
  return pads;
}
ote::Block Moved(ote::Block column, const ot::Delta& delta) {
  for (std::size_t i = 0; i < column.size(); ++i) column[i] ^= delta[i];
  return column;
}

// The hash of columns as docs/protocols.md defines it, leaf by leaf.
Hash32 HashOfColumns(crypto::Tag leaf_tag, crypto::Tag root_tag, const Hash32& bind,
                     const std::vector<std::vector<Scalar>>& positions) {
  crypto::Sha256 root = crypto::TaggedState(root_tag, bind);
  for (std::uint32_t leaf = 0; leaf < 16; ++leaf) {
    crypto::Sha256 state = crypto::TaggedState(leaf_tag, bind);
    for (const auto& values : positions) {
      for (std::size_t j = leaf; j < values.size(); j += 16) state.Update(values[j].Encode());
    }
    root.Update(state.Update(crypto::Le32(leaf)).Final());
  }
  return root.Final();
}

// An Alice who adds one to her first input on one column and computes everything after that honestly, which
// is right exactly if Bob's choice there is 0 (attack D3).
MultiplyMessage InconsistentAlice(const ot::SenderSeeds& seeds, const Hash32& ssid, const Shares& inputs,
                                  const ote::ExtensionMessage& extension, std::size_t bad_column,
                                  crypto::Rng& rng) {
  const ote::Columns columns = ote::RunSender(seeds, ssid, extension, kBob).value();
  MultiplyMessage message;
  rng.Fill(message.nonce);
  message.corrections = curve::EncodedScalars(MultiplyMessage::kCorrections);
  std::array<Scalar, ot::kMultiplyWidth> used = {inputs[0].Expose(), inputs[1].Expose()};
  for (std::size_t c = ot::kInputs; c < used.size(); ++c) used[c] = Scalar::Random(rng);
  std::vector<std::array<Scalar, ot::kMultiplyWidth>> alpha0;
  std::vector<std::vector<Scalar>> corrections(ot::kMultiplyWidth);
  for (std::size_t j = 0; j < ot::kGadgetSize; ++j) {
    const ote::Block& column = columns.Expose()[j];
    alpha0.push_back(ColumnPads(ssid, message.nonce, j, column));
    const auto alpha1 = ColumnPads(ssid, message.nonce, j, Moved(column, seeds.ExposeDelta()));
    std::array<Scalar, ot::kMultiplyWidth> row;
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = alpha0[j][c] - alpha1[c] + used[c];
    if (j == bad_column) row[0] = row[0] + Scalar::FromU64(1);
    for (std::size_t c = 0; c < row.size(); ++c) {
      corrections[c].push_back(row[c]);
      message.corrections.Set(MultiplyMessage::Index(j, c), row[c]);
    }
  }
  const Hash32 bind = crypto::TaggedHash(tag::kRvBind, ssid, {message.nonce});
  const Hash32 hash = HashOfColumns(tag::kRvAtLeaf, tag::kRvAt, bind, corrections);
  std::vector<std::vector<Scalar>> checks(ot::kCheckColumns);
  for (std::uint8_t k = 0; k < ot::kCheckColumns; ++k) {
    const Scalar theta0 = curve::HashToScalar(tag::kRvTheta, ssid, {hash, ByteArray<2>{0, k}});
    const Scalar theta1 = curve::HashToScalar(tag::kRvTheta, ssid, {hash, ByteArray<2>{1, k}});
    message.eta[k] = used[2u + k] + theta0 * used[0] + theta1 * used[1];
    for (const auto& pads : alpha0) {
      checks[k].push_back(pads[2u + k] + theta0 * pads[0] + theta1 * pads[1]);
    }
  }
  message.mu = HashOfColumns(tag::kRvMuLeaf, tag::kRvMu, bind, checks);
  return message;
}

TEST(Attack, InconsistentInputOnOneColumn_PassesExactlyIfBobChoseZeroThere) {
  crypto::SeededRng rng(2);
  const ot::IdealPair pair = ot::RandomPair(rng);
  const Gadget gadget(ot::Context("gadget"));
  std::size_t passed = 0;
  constexpr std::size_t kRuns = 12;
  for (std::size_t run = 0; run < kRuns; ++run) {
    const Hash32 ssid = ot::Context("inconsistent " + std::to_string(run));
    const Shares inputs = ot::RandomInputs(rng);
    BobStarted bob = StartBob(pair.bob, gadget, ssid, rng);
    const bool choice = ((bob.state.choices.Expose()[0] >> 5) & 1) == 1;
    const MultiplyMessage message = InconsistentAlice(pair.alice, ssid, inputs, bob.message, 5, rng);
    const auto outcome = FinishBob(std::move(bob.state), pair.bob, gadget, ssid, message, kAlice);
    if (choice) {
      EXPECT_TRUE(Aborts(outcome, AbortReason::kMultiplicationCheck, kAlice));
    } else {
      EXPECT_TRUE(outcome.ok());
      ++passed;
    }
  }
  EXPECT_GT(passed, 0u);
  EXPECT_LT(passed, kRuns);
}

TEST(Attack, KnowingDelta_ReadsAlicesInputs) {
  crypto::SeededRng rng(3);
  const ot::IdealPair pair = ot::RandomPair(rng);
  const Gadget gadget(ot::Context("gadget"));
  const Hash32 ssid = ot::Context("delta known");
  const Shares inputs = ot::RandomInputs(rng);
  const BobStarted bob = StartBob(pair.bob, gadget, ssid, rng);
  const auto alice = RespondAlice(pair.alice, gadget, ssid, inputs, bob.message, kBob, rng);
  ASSERT_TRUE(alice.ok());
  const ote::Columns columns = ote::ReceiverColumns(pair.bob, ssid, bob.message.nonce);
  const ot::Delta& delta = pair.alice.ExposeDelta();
  const bool choice = (bob.state.choices.Expose()[0] & 1) == 1;
  const ote::Block column = choice ? Moved(columns.Expose()[0], delta) : columns.Expose()[0];
  const Hash32& nonce = alice.value().message.nonce;
  const auto alpha0 = ColumnPads(ssid, nonce, 0, column);
  const auto alpha1 = ColumnPads(ssid, nonce, 0, Moved(column, delta));
  for (std::size_t i = 0; i < ot::kInputs; ++i) {
    const Scalar read = alice.value().message.corrections.At(i) - alpha0[i] + alpha1[i];
    EXPECT_TRUE(read.EqualsPublic(inputs[i].Expose())) << "why one failed check burns the pair";
  }
}

}  // namespace
}  // namespace passport::mul
