#include "trusted/ot/pair_setup.h"

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::ot {
namespace {

namespace tag = crypto::tag;
using protocol::Abort;
using protocol::AbortReason;

// The contexts of the two directions, named by who is Alice.
Hash32 ContextOfLower(const SetupRoster& roster) {
  return PairContext(MakeSetupId(roster), roster.lower.party, roster.higher.party);
}
Hash32 ContextOfHigher(const SetupRoster& roster) {
  return PairContext(MakeSetupId(roster), roster.higher.party, roster.lower.party);
}

crypto::SecretKey32 MixZeroSeed(const SetupRoster& roster, const crypto::SecretKey32& of_lower,
                                const crypto::SecretKey32& of_higher) {
  return crypto::SecretKey32(
      crypto::TaggedHash(tag::kZsMix, MakeSetupId(roster).bytes,
                         {crypto::Le16(roster.lower.party.value), crypto::Le16(roster.higher.party.value),
                          of_lower.Expose(), of_higher.Expose()}));
}

crypto::Sha256 StartTranscript(const SetupRoster& roster) {
  return crypto::TaggedState(tag::kPairConfirm, MakeSetupId(roster).bytes);
}

struct BobSide {
  ReceiverSeeds seeds;
  BaseOtSenderMessage message;
  PprfMessage pprf;
};
// Bob's whole part of one direction.
protocol::Outcome<BobSide> RunBob(const Hash32& context, const BaseOtReceiverMessage& received,
                                  PartyIndex alice, crypto::Rng& rng) {
  PASSPORT_TRY(BaseOtSent sent, AnswerBaseOt(context, received, alice, rng));
  PprfBuilt built = BuildPprf(context, sent.pads);
  return BobSide{std::move(built.seeds), std::move(sent.message), built.message};
}

// Alice's second and last part of one direction.
protocol::Outcome<SenderSeeds> FinishAlice(const Hash32& context, BaseOtReceiver state,
                                           const BaseOtSenderMessage& sent, const PprfMessage& pprf,
                                           PartyIndex bob) {
  PASSPORT_TRY(ChosenPads pads, FinishBaseOt(context, state, sent, bob));
  return EvaluatePprf(context, std::move(pads), std::move(state.choices), pprf, bob);
}

}  // namespace

SetupId MakeSetupId(const SetupRoster& roster) {
  PASSPORT_CHECK(roster.lower.party < roster.higher.party);
  return {
      crypto::TaggedHash(tag::kPairSetup, roster.manifest_hash,
                         {roster.lower.boot.span(), roster.higher.boot.span(), crypto::Le32(roster.attempt),
                          crypto::Le16(roster.lower.party.value), crypto::Le16(roster.lower.worker),
                          crypto::Le16(roster.higher.party.value), crypto::Le16(roster.higher.worker)})};
}

Hash32 PairContext(const SetupId& id, PartyIndex alice, PartyIndex bob) {
  return crypto::TaggedHash(tag::kPair, id.bytes, {crypto::Le16(alice.value), crypto::Le16(bob.value)});
}

protocol::Advance<AwaitingReply, SetupHello> StartLower(const SetupRoster& roster, crypto::Rng& rng) {
  crypto::SecretKey32 zero_part = rng.Key();
  BaseOtReceiver receiver = StartBaseOt(ContextOfLower(roster), rng);
  SetupHello hello{zero_part.Clone(), receiver.message};
  crypto::Sha256 transcript = StartTranscript(roster);
  transcript.Update(hello.Encode());
  return {{roster, std::move(zero_part), std::move(receiver), transcript}, std::move(hello)};
}

protocol::Step<AwaitingFinish, SetupReply> RespondHigher(const SetupRoster& roster, const SetupHello& hello,
                                                         crypto::Rng& rng) {
  PASSPORT_TRY(BobSide bob, RunBob(ContextOfLower(roster), hello.receiver, roster.lower.party, rng));
  SetupReply reply{rng.Key(), std::move(bob.message), bob.pprf, {}};
  BaseOtReceiver receiver = StartBaseOt(ContextOfHigher(roster), rng);
  reply.receiver = receiver.message;
  crypto::Sha256 transcript = StartTranscript(roster);
  transcript.Update(hello.Encode()).Update(reply.Encode());
  AwaitingFinish next{roster, MixZeroSeed(roster, hello.zero_part, reply.zero_part), std::move(receiver),
                      std::move(bob.seeds), transcript};
  return protocol::Advance<AwaitingFinish, SetupReply>{std::move(next), std::move(reply)};
}

protocol::Step<AwaitingConfirm, SetupFinish> FinishLower(AwaitingReply state, const SetupReply& reply,
                                                         crypto::Rng& rng) {
  const SetupRoster& roster = state.roster;
  const PartyIndex peer = roster.higher.party;
  const Hash32 as_alice = ContextOfLower(roster);
  const Hash32 as_bob = ContextOfHigher(roster);
  PASSPORT_TRY(SenderSeeds seeds,
               FinishAlice(as_alice, std::move(state.receiver), reply.sender, reply.pprf, peer));
  PASSPORT_TRY(BobSide bob, RunBob(as_bob, reply.receiver, peer, rng));
  SetupFinish finish{std::move(bob.message), bob.pprf};
  state.transcript.Update(reply.Encode()).Update(finish.Encode());
  PairSetup setup{MakeSetupId(roster),
                  as_alice,
                  as_bob,
                  std::move(seeds),
                  std::move(bob.seeds),
                  MixZeroSeed(roster, state.zero_part, reply.zero_part)};
  AwaitingConfirm next{peer, std::move(setup), state.transcript.Final()};
  return protocol::Advance<AwaitingConfirm, SetupFinish>{std::move(next), std::move(finish)};
}

protocol::Step<PairSetup, SetupConfirm> FinishHigher(AwaitingFinish state, const SetupFinish& finish) {
  const SetupRoster& roster = state.roster;
  const Hash32 as_alice = ContextOfHigher(roster);
  PASSPORT_TRY(SenderSeeds seeds, FinishAlice(as_alice, std::move(state.receiver), finish.sender, finish.pprf,
                                              roster.lower.party));
  state.transcript.Update(finish.Encode());
  PairSetup setup{MakeSetupId(roster),    as_alice,
                  ContextOfLower(roster), std::move(seeds),
                  std::move(state.seeds), std::move(state.zero_seed)};
  return protocol::Advance<PairSetup, SetupConfirm>{std::move(setup), {state.transcript.Final()}};
}

protocol::Outcome<PairSetup> ConfirmLower(AwaitingConfirm state, const SetupConfirm& confirm) {
  if (!crypto::EqualCt(state.transcript, confirm.transcript)) {
    return Fail(Abort{AbortReason::kBaseOt, state.peer});
  }
  return std::move(state.setup);
}

Bytes SetupHello::Encode() const {
  Writer out;
  return out.Raw(zero_part.Expose()).Raw(receiver.Encode()).Take();
}
Result<SetupHello> SetupHello::Parse(ByteSpan input) {
  if (input.size() != kSize) return Fail(Status::kMalformed);
  Reader in(input);
  crypto::SecretKey32 zero_part(in.Array<32>());
  PASSPORT_TRY(auto receiver, BaseOtReceiverMessage::Parse(in.Raw(BaseOtReceiverMessage::kSize)));
  return SetupHello{std::move(zero_part), std::move(receiver)};
}

Bytes SetupReply::Encode() const {
  Writer out;
  out.Raw(zero_part.Expose()).Raw(sender.Encode()).Raw(pprf.Encode());
  return out.Raw(receiver.Encode()).Take();
}
Result<SetupReply> SetupReply::Parse(ByteSpan input) {
  if (input.size() != kSize) return Fail(Status::kMalformed);
  Reader in(input);
  crypto::SecretKey32 zero_part(in.Array<32>());
  PASSPORT_TRY(auto sender, BaseOtSenderMessage::Parse(in.Raw(BaseOtSenderMessage::kSize)));
  PASSPORT_TRY(auto pprf, PprfMessage::Parse(in.Raw(PprfMessage::kSize)));
  PASSPORT_TRY(auto receiver, BaseOtReceiverMessage::Parse(in.Raw(BaseOtReceiverMessage::kSize)));
  return SetupReply{std::move(zero_part), std::move(sender), pprf, std::move(receiver)};
}

Bytes SetupFinish::Encode() const {
  Writer out;
  return out.Raw(sender.Encode()).Raw(pprf.Encode()).Take();
}
Result<SetupFinish> SetupFinish::Parse(ByteSpan input) {
  if (input.size() != kSize) return Fail(Status::kMalformed);
  Reader in(input);
  PASSPORT_TRY(auto sender, BaseOtSenderMessage::Parse(in.Raw(BaseOtSenderMessage::kSize)));
  PASSPORT_TRY(auto pprf, PprfMessage::Parse(in.Raw(PprfMessage::kSize)));
  return SetupFinish{std::move(sender), pprf};
}

Bytes SetupConfirm::Encode() const { return ToBytes(transcript); }
Result<SetupConfirm> SetupConfirm::Parse(ByteSpan input) {
  Reader in(input);
  SetupConfirm confirm{in.Array<32>()};
  if (!in.Done()) return Fail(Status::kMalformed);
  return confirm;
}

}  // namespace passport::ot
