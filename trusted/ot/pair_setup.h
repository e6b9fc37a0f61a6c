// The setup between two nodes: base OT and PPRF in both directions and the zero-sharing seed, in four
// messages. What leads to a message computes for tens of milliseconds and is therefore an object that is
// advanced step by step (rules.md 28). A state is spent by the part that takes it, so whatever fails discards
// everything, Delta included.
#pragma once

#include "trusted/ot/direction.h"

namespace passport::ot {

// One end of a setup: a node, its enclave worker and the enclave's present start.
struct SetupEnd {
  PartyIndex party;
  std::uint16_t worker = 0;
  BootId boot;
};

// Who sets up with whom; lower has the smaller party index.
struct SetupRoster {
  Hash32 manifest_hash{};
  std::uint32_t attempt = 0;
  SetupEnd lower;
  SetupEnd higher;
};
// rules.md 5: names this setup in every hash, every pair ssid and every header of a run that uses it.
SetupId MakeSetupId(const SetupRoster& roster);
// The context of the direction in which alice holds Delta: TH("pair", setup id, LE16 alice || LE16 bob).
Hash32 PairContext(const SetupId& id, PartyIndex alice, PartyIndex bob);

// What a node holds of the setup with one peer.
struct PairSetup {
  SetupId id;
  Hash32 ctx_as_alice{};
  Hash32 ctx_as_bob{};
  SenderSeeds as_alice;
  ReceiverSeeds as_bob;
  crypto::SecretKey32 zero_seed;  // TH("zs/mix", setup id, LE16 lower || LE16 higher || both contributions)
};

// lower -> higher, 8,512 bytes.
struct SetupHello {
  static constexpr std::size_t kSize = 32 + BaseOtReceiverMessage::kSize;
  crypto::SecretKey32 zero_part;
  BaseOtReceiverMessage receiver;  // lower as Alice
  Bytes Encode() const;
  static Result<SetupHello> Parse(ByteSpan input);
};
// higher -> lower, 22,112 bytes.
struct SetupReply {
  static constexpr std::size_t kSize =
      32 + BaseOtSenderMessage::kSize + PprfMessage::kSize + BaseOtReceiverMessage::kSize;
  crypto::SecretKey32 zero_part;
  BaseOtSenderMessage sender;  // to lower as Alice
  PprfMessage pprf;
  BaseOtReceiverMessage receiver;  // higher as Alice
  Bytes Encode() const;
  static Result<SetupReply> Parse(ByteSpan input);
};
// lower -> higher, 13,600 bytes.
struct SetupFinish {
  static constexpr std::size_t kSize = BaseOtSenderMessage::kSize + PprfMessage::kSize;
  BaseOtSenderMessage sender;  // to higher as Alice
  PprfMessage pprf;
  Bytes Encode() const;
  static Result<SetupFinish> Parse(ByteSpan input);
};
// higher -> lower, 32 bytes: all of higher's checks passed, on this transcript.
struct SetupConfirm {
  static constexpr std::size_t kSize = 32;
  Hash32 transcript{};
  Bytes Encode() const;
  static Result<SetupConfirm> Parse(ByteSpan input);
};

// The lower node waits for SetupReply.
struct AwaitingReply {
  SetupRoster roster;
  crypto::SecretKey32 zero_part;
  BaseOtReceiver receiver;
  crypto::Sha256 transcript;
};
// The higher node waits for SetupFinish.
struct AwaitingFinish {
  SetupRoster roster;
  crypto::SecretKey32 zero_seed;
  BaseOtReceiver receiver;
  ReceiverSeeds seeds;
  crypto::Sha256 transcript;
};
// The lower node waits for SetupConfirm: it does not use the setup before higher has accepted it.
struct AwaitingConfirm {
  PartyIndex peer;
  PairSetup setup;
  Hash32 transcript{};
};

// The five parts of a setup, in order: four in steps, and ConfirmLower. Step gives nothing until its last
// one, which spends the object. Aborts: kBaseOt (a check of dkls23.md 3.3 or 3.4, or the confirmation,
// failed) or kMalformed (wrong counts, bad points), both blaming the peer, which alone can cause them.
template <class Next, class Out>
using Progress = std::optional<protocol::Advance<Next, Out>>;

class StartingLower {
 public:
  StartingLower(const SetupRoster& roster, crypto::Rng& rng);
  protocol::Outcome<Progress<AwaitingReply, SetupHello>> Step(crypto::Rng& rng);

 private:
  SetupRoster roster_;
  crypto::SecretKey32 zero_part_;
  BaseOtStart alice_;
};

class RespondingHigher {
 public:
  RespondingHigher(const SetupRoster& roster, SetupHello hello, crypto::Rng& rng);
  protocol::Outcome<Progress<AwaitingFinish, SetupReply>> Step(crypto::Rng& rng);

 private:
  SetupRoster roster_;
  crypto::SecretKey32 zero_part_of_lower_;
  crypto::Sha256 transcript_;
  BobSteps bob_;
  // Once Bob's part is done:
  std::optional<BobSide> bob_side_;
  crypto::SecretKey32 zero_part_;
  std::optional<BaseOtStart> alice_;
};

class FinishingLower {
 public:
  FinishingLower(AwaitingReply state, SetupReply reply, crypto::Rng& rng);
  protocol::Outcome<Progress<AwaitingConfirm, SetupFinish>> Step(crypto::Rng& rng);

 private:
  SetupRoster roster_;
  crypto::SecretKey32 zero_seed_;
  crypto::Sha256 transcript_;
  AliceSteps alice_;
  BobSteps bob_;
  std::optional<SenderSeeds> seeds_;  // once Alice's part is done
};

class FinishingHigher {
 public:
  FinishingHigher(AwaitingFinish state, SetupFinish finish);
  protocol::Outcome<Progress<PairSetup, SetupConfirm>> Step();

 private:
  SetupRoster roster_;
  crypto::SecretKey32 zero_seed_;
  crypto::Sha256 transcript_;
  ReceiverSeeds seeds_;
  AliceSteps alice_;
};

protocol::Outcome<PairSetup> ConfirmLower(AwaitingConfirm state, const SetupConfirm& confirm);

}  // namespace passport::ot
