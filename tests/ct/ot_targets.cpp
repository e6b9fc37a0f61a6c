// Base OT, PPRF, OT extension and multiplication, both sides: choices, exponents, seeds, Delta and inputs are
// secret.
#include "tests/ct/dealt_pair.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_protocol.h"
#include "tests/unit/ot/whole.h"
#include "trusted/mul/rvole.h"

namespace passport::ct {

namespace {

constexpr PartyIndex kAlice{1};
constexpr PartyIndex kBob{2};

template <class Role>
void PublishMessage(const ot::BaseOtMessage<Role>& message) {
  Publish(message.nonce);
  Publish(message.points);
}

}  // namespace

void BaseOt() {
  SecretRng rng(1);
  const Hash32 context{};
  const ot::BaseOtReceiver receiver = ot::StartBaseOt(context, rng);
  Require(HasSecretBits(receiver.message.points) && HasSecretBits(receiver.choices), "the choices are lost");
  PublishMessage(receiver.message);  // Alice's message
  const auto sent = ot::AnswerBaseOt(context, receiver.message, kAlice, rng);
  Require(sent.ok() && HasSecretBits(sent.value().pads), "the pads have lost their secret");
  PublishMessage(sent.value().message);  // Bob's message
  const auto pads = ot::FinishBaseOt(context, receiver, sent.value().message, kBob);
  Require(pads.ok() && HasSecretBits(pads.value()), "the chosen pads have lost their secret");
}

void Pprf() {
  crypto::SeededRng rng(2);
  const Hash32 context{};
  ot::SenderPads pads;
  for (auto& pair : pads.ExposeMutable()) {
    for (ot::Seed& pad : pair) rng.Fill(pad);
  }
  ot::ChoiceBits choices(rng.Array<ot::kBaseOts / 8>());
  ot::ChosenPads chosen;
  for (std::size_t i = 0; i < ot::kBaseOts; ++i) {
    chosen.ExposeMutable()[i] = pads.Expose()[i][(choices.Expose()[i / 8] >> (i % 8)) & 1];
  }
  Poison(pads);
  Poison(choices);
  Poison(chosen);
  ot::PprfBuilt built = ot::BuildPprf(context, pads);
  Require(HasSecretBits(built.seeds.Expose()), "Bob's seeds have lost their secret");
  Publish(built.message.trees);  // Bob's message
  const auto seeds = ot::EvaluatePprf(context, chosen.Clone(), choices.Clone(), built.message, kBob);
  Require(seeds.ok() && HasSecretBits(seeds.value().ExposeDelta()), "Delta has lost its secret");
  built.message.trees[3].digest[0] ^= 1;
  Require(!ot::EvaluatePprf(context, std::move(chosen), std::move(choices), built.message, kBob).ok(),
          "a wrong digest ends the setup");
}

void PairSetup() {
  SecretRng rng(3);
  const ot::SetupRoster roster{Hash32{}, 0, {kAlice, 0, BootId{}}, {kBob, 0, BootId{}}};
  auto lower = ot::StartLower(roster, rng);
  PublishMessage(lower.out.receiver);           // the hello; its zero part stays secret, the channel hides it
  PublishMessage(lower.next.receiver.message);  // the same, kept
  auto higher = ot::RespondHigher(roster, std::move(lower.out), rng).value();
  PublishMessage(higher.out.sender);             // the reply
  PublishMessage(higher.out.receiver);           // the reply
  Publish(higher.out.pprf.trees);                // the reply
  PublishMessage(higher.next.receiver.message);  // the same, kept
  auto finish = ot::FinishLower(std::move(lower.next), std::move(higher.out), rng).value();
  PublishMessage(finish.out.sender);  // the finish
  Publish(finish.out.pprf.trees);     // the finish
  auto done = ot::FinishHigher(std::move(higher.next), std::move(finish.out)).value();
  Publish(done.out);  // the confirmation
  const auto confirmed = ot::ConfirmLower(std::move(finish.next), done.out);
  Require(confirmed.ok() && HasSecretBits(confirmed.value().zero_seed), "the zero seed has lost its secret");
}

void OtExtension() {
  SecretRng rng(4);
  const DealtPair pair = DealPair(4);
  const Hash32 ssid{};
  ote::Choices choices;
  rng.Fill(choices.ExposeMutable());
  ote::ExtensionMessage message = ote::StartReceiver(pair.bob, ssid, choices, rng);
  Require(HasSecretBits(message), "the message has lost its secret");
  Publish(message);  // Bob's message
  const ote::Columns bob = ote::ReceiverColumns(pair.bob, ssid, message.nonce);
  const auto alice = ote::RunSender(pair.alice, ssid, message, kBob);
  Require(alice.ok() && HasSecretBits(alice.value()) && HasSecretBits(bob), "the columns are lost");
  message.u[5][7] ^= 1;
  Require(!ote::RunSender(pair.alice, ssid, message, kBob).ok(), "a wrong correction ends the run");
}

void Multiplication() {
  SecretRng rng(5);
  const DealtPair pair = DealPair(5);
  const Hash32 ssid{};
  const mul::Gadget gadget(ssid);
  mul::BobStarted bob = mul::StartBob(pair.bob, gadget, ssid, rng);
  Require(HasSecretBits(bob.b), "Bob's factor has lost its secret");
  Publish(bob.message);      // Bob's message
  Publish(bob.state.nonce);  // in that message
  mul::Shares inputs;
  for (auto& input : inputs) input.ExposeMutable() = curve::Scalar::ReduceWide(rng.Array<48>());
  auto alice = mul::RespondAlice(pair.alice, gadget, ssid, inputs, bob.message, kBob, rng).value();
  mul::MultiplyMessage& message = alice.message;
  Require(HasSecretBits(message.corrections.bytes()), "the corrections have lost their secret");
  Publish(message.nonce);                // Alice's message
  Publish(message.corrections.bytes());  // Alice's message
  Publish(message.eta);                  // Alice's message
  Publish(message.mu);                   // Alice's message
  const auto encoded = mul::MultiplyMessage::Parse(message.Encode());
  Require(encoded.ok(), "the message parses");
  const mul::BobState copy{bob.state.choices.Clone(), bob.state.nonce};
  const auto d = mul::FinishBob({copy.choices.Clone(), copy.nonce}, pair.bob, gadget, ssid, message, kAlice);
  Require(d.ok() && HasSecretBits(d.value()[0]), "the product has lost its secret");
  const curve::Scalar difference =
      inputs[1].Expose() * bob.b.Expose() - alice.c[1].Expose() - d.value()[1].Expose();
  Publish(difference);  // to look at it
  Require(difference.IsZero(), "a b = c + d");
  message.mu[0] ^= 1;
  Require(!mul::FinishBob({copy.choices.Clone(), copy.nonce}, pair.bob, gadget, ssid, message, kAlice).ok(),
          "a wrong check value ends the run");
}

}  // namespace passport::ct
