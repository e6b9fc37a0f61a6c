// Base OT, its extension and multiplication between two nodes, each side apart.
#include "bench/micro/harness.h"
#include "trusted/crypto/sha256_block.h"
#include "trusted/ote/bit_matrix.h"
#include "trusted/ote/gf128.h"

namespace passport::bench {
namespace {

constexpr PartyIndex kAlice{1};
constexpr PartyIndex kBob{2};

struct BaseOt {
  crypto::SystemRng rng;
  Hash32 context{};
  ot::BaseOtReceiver receiver = ot::StartBaseOt(context, rng);
  ot::BaseOtSenderMessage answer = ot::AnswerBaseOt(context, receiver.message, kAlice, rng).value().message;
  std::optional<ot::BaseOtAnswer> answering;  // in steps

  // The longest of the steps that a setup is made in (rules.md 28).
  void Step() {
    if (!answering) answering.emplace(context, receiver.message, kAlice, rng);
    if (answering->Step(rng).value()) answering.reset();
  }
};

// Two nodes after their setup, and one multiplication between them, made once.
struct Pair {
  mul::BobStarted Start() { return mul::StartBob(bob.setup.as_bob, bob.gadget_as_bob, ssid, rng); }
  protocol::Outcome<mul::AliceOutput> Respond() {
    return mul::RespondAlice(alice.setup.as_alice, alice.gadget_as_alice, ssid, inputs, started.message, kBob,
                             rng);
  }
  protocol::Outcome<mul::Shares> Finish() {
    return mul::FinishBob({started.state.choices.Clone(), started.state.nonce}, bob.setup.as_bob,
                          bob.gadget_as_bob, ssid, answer, kAlice);
  }

  crypto::SystemRng rng;
  test::Cluster cluster{2, 3, 1};
  sign::Peers of_alice = cluster.PeersOf(kAlice), of_bob = cluster.PeersOf(kBob);
  const mul::PairState& alice = *of_alice.at(kBob);
  const mul::PairState& bob = *of_bob.at(kAlice);
  Hash32 ssid{};
  mul::Shares inputs{curve::SecretScalar(curve::Scalar::Random(rng)),
                     curve::SecretScalar(curve::Scalar::Random(rng))};
  ote::Choices choices{rng.Array<ot::kColumns / 8>()};
  ote::ExtensionMessage extension = ote::StartReceiver(bob.setup.as_bob, ssid, choices, rng);
  mul::BobStarted started = Start();
  mul::MultiplyMessage answer = Respond().value().message;
};

// Inputs of the parts of an extension, which are written several times each.
struct Parts {
  Parts() {
    for (auto& tree : seeds) {
      for (ot::Seed& seed : tree) rng.Fill(seed);
    }
    missing.fill(ote::kNoLeaf);
    ote::ExpandBitsliced({}, seeds, missing, sums);
    for (auto& word : blocks.word) rng.Fill({reinterpret_cast<std::uint8_t*>(word), sizeof word});
    for (ote::Block& challenge : challenges) rng.Fill(challenge);
  }

  crypto::SystemRng rng;
  ot::SeedTable seeds;
  ote::MissingLeaves missing;
  ote::TreeSums sums;
  ote::ColumnArray columns;
  ote::Challenges challenges;
  std::array<ote::Block, ot::kBaseOts> folds;
  crypto::LaneBlocks blocks;
  crypto::LaneStates states{};
  std::array<curve::ScalarLanes, mul::kColumnGroups> lanes{};
};

// One row for every path that this processor has, named after it; body takes the fixture and the function.
template <class Function, std::size_t kCount, class Body>
void AddPathRows(const std::string& name, const std::array<crypto::Path<Function>, kCount>& paths,
                 Body body) {
  for (const auto& path : paths) {
    if (!path.Runs()) continue;
    Function* const function = path.function;
    AddRow<Parts>((name + "_" + path.name).c_str(), [=](Parts& parts) { body(parts, *function); });
  }
}

void AddPartRows() {
  AddPathRows("prg", ote::kExpandPaths,
              [](Parts& p, ote::ExpandFunction& expand) { expand({}, p.seeds, p.missing, p.sums); });
  AddPathRows("transpose", ote::kTransposePaths,
              [](Parts& p, ote::TransposeFunction& transpose) { transpose(p.sums.with_bit, p.columns); });
  AddPathRows("fold", ote::kFoldPaths,
              [](Parts& p, ote::FoldFunction& fold) { fold(p.sums.with_bit, p.challenges, p.folds); });
  // The 1,248 row hashes of one side and branch.
  AddPathRows("row_hash", crypto::kCompressLanesPaths, [](Parts& p, crypto::CompressLanesFunction& compress) {
    for (std::size_t i = 0; i < mul::kColumnGroups * ot::kMultiplyWidth; ++i) compress(p.states, p.blocks);
  });
  // The corrections of one message, hashed in one stream.
  AddPathRows("stream_hash_40k", crypto::kCompressPaths, [](Parts& p, crypto::CompressFunction& compress) {
    for (int i = 0; i < 39; ++i) compress(p.states.word[0], p.seeds[0][0].data(), 16);
  });
  AddPathRows("dot_product_416", curve::kBatchPaths, [](Parts& p, const curve::BatchFunctions& batch) {
    benchmark::DoNotOptimize(batch.dot_product(p.lanes, p.lanes));
  });
  AddPathRows("combine_416", curve::kBatchPaths, [](Parts& p, const curve::BatchFunctions& batch) {
    batch.combine({}, p.lanes, p.lanes, p.lanes, p.lanes);
  });
}

}  // namespace

void AddOtRows() {
  AddRow<BaseOt>("base_ot_receiver", [](BaseOt& o) {
    const ot::BaseOtReceiver receiver = ot::StartBaseOt(o.context, o.rng);
    benchmark::DoNotOptimize(receiver.message.nonce);
    PASSPORT_CHECK(ot::FinishBaseOt(o.context, o.receiver, o.answer, kBob).ok());
  });
  AddRow<BaseOt>("base_ot_sender", [](BaseOt& o) {
    PASSPORT_CHECK(ot::AnswerBaseOt(o.context, o.receiver.message, kAlice, o.rng).ok());
  });
  AddRow<BaseOt>("base_ot_sender_step", [](BaseOt& o) { o.Step(); });
  AddRow<PairBench>(
      "pair_setup", [](PairBench& pair) { pair.Run(); }, 2);
  AddRow<Pair>("ote_bob", [](Pair& p) {
    const ote::ExtensionMessage message = ote::StartReceiver(p.bob.setup.as_bob, p.ssid, p.choices, p.rng);
    const ote::Columns columns = ote::ReceiverColumns(p.bob.setup.as_bob, p.ssid, message.nonce);
    benchmark::DoNotOptimize(columns.Expose()[0]);
  });
  AddRow<Pair>("ote_alice", [](Pair& p) {
    PASSPORT_CHECK(ote::RunSender(p.alice.setup.as_alice, p.ssid, p.extension, kBob).ok());
  });
  AddRow<Pair>("rvole_bob_start", [](Pair& p) { benchmark::DoNotOptimize(p.Start().message.nonce); });
  AddRow<Pair>("rvole_alice", [](Pair& p) { PASSPORT_CHECK(p.Respond().ok()); });
  AddRow<Pair>("rvole_bob_finish", [](Pair& p) { PASSPORT_CHECK(p.Finish().ok()); });
  AddPartRows();
}

}  // namespace passport::bench
