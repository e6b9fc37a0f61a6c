// Base OT, its extension and multiplication between two nodes, each side apart.
#include "bench/micro/harness.h"

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
}

}  // namespace passport::bench
