// One direction of a pair setup, in steps: Bob's whole part, and Alice's part after her first message.
#pragma once

#include "trusted/ot/pprf.h"

namespace passport::ot {

struct BobSide {
  ReceiverSeeds seeds;
  BaseOtSenderMessage message;
  PprfMessage pprf;
};

// Answers the base OTs; the last step also grows the trees.
class BobSteps {
 public:
  BobSteps(const Hash32& context, BaseOtReceiverMessage received, PartyIndex alice, crypto::Rng& rng)
      : context_(context), answer_(context, std::move(received), alice, rng) {}
  protocol::Outcome<std::optional<BobSide>> Step(crypto::Rng& rng);

 private:
  Hash32 context_;
  BaseOtAnswer answer_;
};

// Computes her pads; the last step also evaluates the trees.
class AliceSteps {
 public:
  AliceSteps(const Hash32& context, BaseOtReceiver state, BaseOtSenderMessage sent, PprfMessage pprf,
             PartyIndex bob)
      : context_(context),
        finish_(context, std::move(state), std::move(sent), bob),
        pprf_(std::move(pprf)),
        bob_(bob) {}
  protocol::Outcome<std::optional<SenderSeeds>> Step();

 private:
  Hash32 context_;
  BaseOtFinish finish_;
  PprfMessage pprf_;
  PartyIndex bob_;
};

}  // namespace passport::ot
