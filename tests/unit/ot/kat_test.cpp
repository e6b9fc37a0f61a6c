// Every value of the reference implementation's known answers, reproduced (tests/kat/dkls23_kat.json and
// ot_kat.json); where hashes of columns enter, those of rvole_vectors.py.
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/unit/ot/fixtures.h"
#include "tests/unit/ot/paths.h"

namespace passport::ot {
namespace {

using curve::Scalar;
using nlohmann::json;

json Load(const std::string& file) {
  std::ifstream in(std::string(PASSPORT_SOURCE_DIR) + "/tests/kat/" + file);
  return json::parse(in);
}
Bytes Hex(const json& text) { return ParseHex(text.get<std::string>()).value(); }
template <std::size_t N>
ByteArray<N> HexArray(const json& text) {
  return ToArray<N>(Hex(text)).value();
}
Scalar ScalarOf(const json& text) { return Scalar::Parse(Hex(text)).value(); }
std::string Sha256Hex(ByteSpan bytes) { return ToHex(crypto::HashSha256(bytes)); }
template <class Container>
std::string Sha256HexOfAll(const Container& parts) {
  crypto::Sha256 state;
  for (const auto& part : parts) state.Update(part);
  return ToHex(state.Final());
}

// Plays back what the reference drew; a draw of another size, or one too many, fails the test.
class PlaybackRng final : public crypto::Rng {
 public:
  explicit PlaybackRng(std::deque<Bytes> draws) : draws_(std::move(draws)) {}
  ~PlaybackRng() override { EXPECT_TRUE(draws_.empty()); }
  void Fill(std::span<std::uint8_t> out) override {
    ASSERT_FALSE(draws_.empty());
    ASSERT_EQ(draws_.front().size(), out.size());
    std::copy(draws_.front().begin(), draws_.front().end(), out.begin());
    draws_.pop_front();
  }

 private:
  std::deque<Bytes> draws_;
};

// Draw n is the beginning of SHA256("ot-kat" || LE32 n), as in the script that made ot_kat.json.
class NumberedDraws final : public crypto::Rng {
 public:
  void Fill(std::span<std::uint8_t> out) override {
    const Hash32 draw = crypto::HashSha256({AsBytes("ot-kat"), crypto::Le32(counter_++)});
    ASSERT_LE(out.size(), draw.size());
    std::copy_n(draw.begin(), out.size(), out.begin());
  }

 private:
  std::uint32_t counter_ = 0;
};

class KnownAnswers : public testing::Test {
 protected:
  const json kat = Load("dkls23_kat.json");
  const json more = Load("ot_kat.json")["extension"];
  const json hashed = Load("rvole.json");
  const Hash32 ssid = HexArray<32>(kat["ssid"]);
  const mul::Gadget gadget{HexArray<32>(kat["ctx"])};

  IdealPair Pair() const {
    SeedTable leaves;
    Delta delta{};
    for (std::size_t tree = 0; tree < kTrees; ++tree) {
      for (std::size_t leaf = 0; leaf < kLeaves; ++leaf)
        leaves[tree][leaf] = HexArray<16>(kat["leaves"][tree][leaf]);
      const unsigned value = kat["delta"][tree].get<unsigned>();
      delta[tree / 2] = static_cast<std::uint8_t>(delta[tree / 2] | (value << (4 * (tree % 2))));
    }
    return MakeIdealPair(leaves, delta);
  }
  mul::BobStarted Bob(const ReceiverSeeds& seeds) const {
    PlaybackRng rng({Hex(kat["beta_le"]), Hex(kat["nB"]), Hex(more["mask"])});
    return mul::StartBob(seeds, gadget, ssid, rng);
  }
  mul::Shares Inputs() const {
    return {curve::SecretScalar(ScalarOf(kat["a"][0])), curve::SecretScalar(ScalarOf(kat["a"][1]))};
  }
};

TEST_F(KnownAnswers, Prg_ExpandsTheExampleLeafOnEveryPath) {
  const json& example = kat["prg_example"];
  const auto tree = example["i"].get<std::size_t>();
  const auto leaf = example["x"].get<std::size_t>();
  SeedTable seeds{};
  seeds[tree][leaf] = HexArray<16>(example["seed"]);
  ote::MissingLeaves none;
  none.fill(ote::kNoLeaf);
  ote::MissingLeaves without = none;
  without[tree] = leaf;
  ForEachPath(ote::kExpandPaths, [&](ote::ExpandFunction* expand) {
    ote::TreeSums all;
    ote::TreeSums others;
    expand(HexArray<16>(example["key"]), seeds, none, all);
    expand(HexArray<16>(example["key"]), seeds, without, others);
    ote::Row row = all.all[tree];
    for (std::size_t i = 0; i < row.size(); ++i) row[i] ^= others.all[tree][i];
    EXPECT_EQ(ToHex(row), example["out"].get<std::string>());
  });
}

TEST_F(KnownAnswers, Gf128_MultipliesTheExampleOnEveryPath) {
  const json& example = kat["gf128"];
  ForEachPath(ote::kFoldPaths, [&](ote::FoldFunction* fold) {
    const ote::Block product = Multiply(fold, HexArray<16>(example["a"]), HexArray<16>(example["b"]));
    EXPECT_EQ(ToHex(product), example["ab"].get<std::string>());
  });
}

TEST_F(KnownAnswers, Gadget_IsTheReferences) {
  EXPECT_EQ(ToHex(gadget.Value(0).Encode()), kat["gadget0"].get<std::string>());
  crypto::Sha256 all;
  for (std::size_t j = 0; j < kGadgetSize; ++j) all.Update(gadget.Value(j).Encode());
  EXPECT_EQ(ToHex(all.Final()), more["gadget_sha256"].get<std::string>());
}

TEST_F(KnownAnswers, Bob_MakesTheReferencesExtensionMessage) {
  const IdealPair pair = Pair();
  const mul::BobStarted bob = Bob(pair.bob);
  EXPECT_EQ(ToHex(bob.message.nonce), kat["nB"].get<std::string>());
  EXPECT_EQ(ToHex(bob.message.u[0]), kat["u0"].get<std::string>());
  EXPECT_EQ(Sha256HexOfAll(bob.message.u), kat["u_sha256"].get<std::string>());
  EXPECT_EQ(ToHex(bob.message.choice_fold), kat["x"].get<std::string>());
  EXPECT_EQ(ToHex(bob.message.fold_hash), kat["h_t"].get<std::string>());
  EXPECT_EQ(ToHex(bob.b.Expose().Encode()), kat["b"].get<std::string>());
  EXPECT_EQ(Sha256Hex(bob.message.Encode()), more["message_sha256"].get<std::string>());
}

TEST_F(KnownAnswers, Columns_OfBothSidesAreTheReferences) {
  const IdealPair pair = Pair();
  const mul::BobStarted bob = Bob(pair.bob);
  const ote::Columns of_bob = ote::ReceiverColumns(pair.bob, ssid, bob.message.nonce);
  EXPECT_EQ(ToHex(of_bob.Expose()[0]), kat["bob_row0"].get<std::string>());
  EXPECT_EQ(Sha256HexOfAll(of_bob.Expose()), more["columns_sha256"].get<std::string>());
  const auto of_alice = ote::RunSender(pair.alice, ssid, bob.message, kBob);
  ASSERT_TRUE(of_alice.ok());
  EXPECT_EQ(ToHex(of_alice.value().Expose()[0]), more["alice_column0"].get<std::string>());
}

TEST_F(KnownAnswers, Multiplication_IsTheReferencesToTheLastByte) {
  const IdealPair pair = Pair();
  mul::BobStarted bob = Bob(pair.bob);
  const mul::Shares inputs = Inputs();
  PlaybackRng rng({Hex(kat["nA"]), Hex(more["check_input"])});
  const auto alice = mul::RespondAlice(pair.alice, gadget, ssid, inputs, bob.message, kBob, rng);
  ASSERT_TRUE(alice.ok());
  const mul::MultiplyMessage& message = alice.value().message;
  EXPECT_EQ(ToHex(message.nonce), kat["nA"].get<std::string>());
  EXPECT_EQ(Sha256Hex(message.corrections.bytes()), kat["at_sha256"].get<std::string>());
  for (std::size_t i = 0; i < kMultiplyWidth; ++i) {
    EXPECT_EQ(ToHex(message.corrections.At(i).Encode()), kat["at0"][i].get<std::string>());
  }
  EXPECT_EQ(ToHex(message.eta[0].Encode()), hashed["eta"].get<std::string>());
  EXPECT_EQ(ToHex(message.mu), hashed["mu"].get<std::string>());
  EXPECT_EQ(Sha256Hex(message.Encode()), hashed["reply_sha256"].get<std::string>());
  const auto d = mul::FinishBob(std::move(bob.state), pair.bob, gadget, ssid, message, kAlice);
  ASSERT_TRUE(d.ok());
  for (std::size_t i = 0; i < kInputs; ++i) {
    EXPECT_EQ(ToHex(alice.value().c[i].Expose().Encode()), kat["c"][i].get<std::string>());
    EXPECT_EQ(ToHex(d.value()[i].Expose().Encode()), kat["d"][i].get<std::string>());
  }
  ExpectProduct(inputs, bob.b, alice.value().c, d.value());
}

TEST(KnownSetup, BaseOtAndPprf_AreTheReferencesToTheLastByte) {
  const json kat = Load("ot_kat.json")["setup"];
  const Hash32 context = HexArray<32>(kat["ctx"]);
  NumberedDraws rng;
  BaseOtReceiver alice = StartBaseOt(context, rng);
  EXPECT_EQ(ToHex(alice.message.points[0][0]), kat["receiver_first_point"].get<std::string>());
  EXPECT_EQ(Sha256Hex(alice.message.Encode()), kat["receiver_message_sha256"].get<std::string>());
  const auto bob = AnswerBaseOt(context, alice.message, kAlice, rng);
  ASSERT_TRUE(bob.ok());
  EXPECT_EQ(Sha256Hex(bob.value().message.Encode()), kat["sender_message_sha256"].get<std::string>());
  crypto::Sha256 pads;
  for (const PadPair& pair : bob.value().pads.Expose()) pads.Update(pair[0]).Update(pair[1]);
  EXPECT_EQ(ToHex(bob.value().pads.Expose()[0][0]), kat["pad_0_0"].get<std::string>());
  EXPECT_EQ(ToHex(pads.Final()), kat["pads_sha256"].get<std::string>());
  auto chosen = FinishBaseOt(context, alice, bob.value().message, kBob);
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(Sha256HexOfAll(chosen.value().Expose()), kat["chosen_pads_sha256"].get<std::string>());
  const PprfBuilt built = BuildPprf(context, bob.value().pads);
  EXPECT_EQ(Sha256Hex(built.message.Encode()), kat["pprf_sha256"].get<std::string>());
  crypto::Sha256 leaves;
  for (const auto& tree : built.seeds.Expose()) {
    for (const Seed& leaf : tree) leaves.Update(leaf);
  }
  EXPECT_EQ(ToHex(built.seeds.Expose()[0][0]), kat["leaf_0_0"].get<std::string>());
  EXPECT_EQ(ToHex(leaves.Final()), kat["leaves_sha256"].get<std::string>());
  const auto seeds =
      EvaluatePprf(context, std::move(chosen).value(), std::move(alice.choices), built.message, kBob);
  ASSERT_TRUE(seeds.ok());
  EXPECT_EQ(ToHex(seeds.value().ExposeDelta()), kat["delta"].get<std::string>());
}

}  // namespace
}  // namespace passport::ot
