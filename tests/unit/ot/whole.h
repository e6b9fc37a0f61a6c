// The parts of base OT and of a pair setup in one call each: their steps, taken to the end.
#pragma once

#include "trusted/ot/pair_setup.h"

namespace passport::ot {

// Steps until there is a result or an abort.
template <class Work, class... Rng>
auto Complete(Work work, Rng&... rng) {
  for (;;) {
    auto step = work.Step(rng...);
    using Value = typename std::decay_t<decltype(step.value())>::value_type;
    if (!step.ok()) return protocol::Outcome<Value>(Fail(step.error()));
    if (step.value()) return protocol::Outcome<Value>(std::move(*step.value()));
  }
}

inline BaseOtReceiver StartBaseOt(const Hash32& context, crypto::Rng& rng) {
  BaseOtStart start(context, rng);
  for (;;) {
    if (auto state = start.Step(rng)) return std::move(*state);
  }
}
inline protocol::Outcome<BaseOtSent> AnswerBaseOt(const Hash32& context, const BaseOtReceiverMessage& message,
                                                  PartyIndex receiver, crypto::Rng& rng) {
  return Complete(BaseOtAnswer(context, message, receiver, rng), rng);
}
// Leaves the state as it was, so that a test can finish it in several ways.
inline protocol::Outcome<ChosenPads> FinishBaseOt(const Hash32& context, const BaseOtReceiver& state,
                                                  const BaseOtSenderMessage& message, PartyIndex sender) {
  BaseOtReceiver copy{state.choices.Clone(), state.exponents.Clone(), state.message};
  PASSPORT_TRY(BaseOtReceived received, Complete(BaseOtFinish(context, std::move(copy), message, sender)));
  return std::move(received.pads);
}

inline protocol::Advance<AwaitingReply, SetupHello> StartLower(const SetupRoster& roster, crypto::Rng& rng) {
  return Complete(StartingLower(roster, rng), rng).value();
}
inline protocol::Step<AwaitingFinish, SetupReply> RespondHigher(const SetupRoster& roster, SetupHello hello,
                                                                crypto::Rng& rng) {
  return Complete(RespondingHigher(roster, std::move(hello), rng), rng);
}
inline protocol::Step<AwaitingConfirm, SetupFinish> FinishLower(AwaitingReply state, SetupReply reply,
                                                                crypto::Rng& rng) {
  return Complete(FinishingLower(std::move(state), std::move(reply), rng), rng);
}
inline protocol::Step<PairSetup, SetupConfirm> FinishHigher(AwaitingFinish state, SetupFinish finish) {
  return Complete(FinishingHigher(std::move(state), std::move(finish)));
}

}  // namespace passport::ot
