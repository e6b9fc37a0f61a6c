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

StartingLower::StartingLower(const SetupRoster& roster, crypto::Rng& rng)
    : roster_(roster), zero_part_(rng.Key()), alice_(ContextOfLower(roster), rng) {}

protocol::Outcome<Progress<AwaitingReply, SetupHello>> StartingLower::Step(crypto::Rng& rng) {
  std::optional<BaseOtReceiver> receiver = alice_.Step(rng);
  if (!receiver) return Progress<AwaitingReply, SetupHello>();
  SetupHello hello{zero_part_.Clone(), receiver->message};
  crypto::Sha256 transcript = StartTranscript(roster_);
  transcript.Update(hello.Encode());
  AwaitingReply next{roster_, std::move(zero_part_), std::move(*receiver), transcript};
  return Progress<AwaitingReply, SetupHello>({std::move(next), std::move(hello)});
}

RespondingHigher::RespondingHigher(const SetupRoster& roster, SetupHello hello, crypto::Rng& rng)
    : roster_(roster),
      zero_part_of_lower_(hello.zero_part.Clone()),
      transcript_(StartTranscript(roster).Update(hello.Encode())),
      bob_(ContextOfLower(roster), std::move(hello.receiver), roster.lower.party, rng) {}

protocol::Outcome<Progress<AwaitingFinish, SetupReply>> RespondingHigher::Step(crypto::Rng& rng) {
  if (!alice_) {
    PASSPORT_TRY(bob_side_, bob_.Step(rng));
    if (bob_side_) {
      zero_part_ = rng.Key();
      alice_.emplace(ContextOfHigher(roster_), rng);
    }
    return Progress<AwaitingFinish, SetupReply>();
  }
  std::optional<BaseOtReceiver> receiver = alice_->Step(rng);
  if (!receiver) return Progress<AwaitingFinish, SetupReply>();
  SetupReply reply{std::move(zero_part_), std::move(bob_side_->message), std::move(bob_side_->pprf),
                   receiver->message};
  transcript_.Update(reply.Encode());
  AwaitingFinish next{roster_, MixZeroSeed(roster_, zero_part_of_lower_, reply.zero_part),
                      std::move(*receiver), std::move(bob_side_->seeds), transcript_};
  return Progress<AwaitingFinish, SetupReply>({std::move(next), std::move(reply)});
}

FinishingLower::FinishingLower(AwaitingReply state, SetupReply reply, crypto::Rng& rng)
    : roster_(state.roster),
      zero_seed_(MixZeroSeed(roster_, state.zero_part, reply.zero_part)),
      transcript_(state.transcript.Update(reply.Encode())),
      alice_(ContextOfLower(roster_), std::move(state.receiver), std::move(reply.sender),
             std::move(reply.pprf), roster_.higher.party),
      bob_(ContextOfHigher(roster_), std::move(reply.receiver), roster_.higher.party, rng) {}

protocol::Outcome<Progress<AwaitingConfirm, SetupFinish>> FinishingLower::Step(crypto::Rng& rng) {
  if (!seeds_) {
    PASSPORT_TRY(seeds_, alice_.Step());
    return Progress<AwaitingConfirm, SetupFinish>();
  }
  PASSPORT_TRY(std::optional<BobSide> bob, bob_.Step(rng));
  if (!bob) return Progress<AwaitingConfirm, SetupFinish>();
  SetupFinish finish{std::move(bob->message), std::move(bob->pprf)};
  transcript_.Update(finish.Encode());
  PairSetup setup{MakeSetupId(roster_), ContextOfLower(roster_), ContextOfHigher(roster_),
                  std::move(*seeds_),   std::move(bob->seeds),   std::move(zero_seed_)};
  AwaitingConfirm next{roster_.higher.party, std::move(setup), transcript_.Final()};
  return Progress<AwaitingConfirm, SetupFinish>({std::move(next), std::move(finish)});
}

FinishingHigher::FinishingHigher(AwaitingFinish state, SetupFinish finish)
    : roster_(state.roster),
      zero_seed_(std::move(state.zero_seed)),
      transcript_(state.transcript.Update(finish.Encode())),
      seeds_(std::move(state.seeds)),
      alice_(ContextOfHigher(roster_), std::move(state.receiver), std::move(finish.sender),
             std::move(finish.pprf), roster_.lower.party) {}

protocol::Outcome<Progress<PairSetup, SetupConfirm>> FinishingHigher::Step() {
  PASSPORT_TRY(std::optional<SenderSeeds> seeds, alice_.Step());
  if (!seeds) return Progress<PairSetup, SetupConfirm>();
  PairSetup setup{MakeSetupId(roster_), ContextOfHigher(roster_), ContextOfLower(roster_),
                  std::move(*seeds),    std::move(seeds_),        std::move(zero_seed_)};
  return Progress<PairSetup, SetupConfirm>({std::move(setup), {transcript_.Final()}});
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
  return SetupReply{std::move(zero_part), std::move(sender), std::move(pprf), std::move(receiver)};
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
  return SetupFinish{std::move(sender), std::move(pprf)};
}

Bytes SetupConfirm::Encode() const { return ToBytes(transcript); }
Result<SetupConfirm> SetupConfirm::Parse(ByteSpan input) {
  Reader in(input);
  SetupConfirm confirm{in.Array<32>()};
  if (!in.Done()) return Fail(Status::kMalformed);
  return confirm;
}

}  // namespace passport::ot
