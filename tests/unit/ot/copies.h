// Copies of a setup's states, for tests that end one state in several ways; in the product a state is spent
// once.
#pragma once

#include "trusted/ot/pair_setup.h"

namespace passport::ot {

inline BaseOtReceiver Copy(const BaseOtReceiver& state) {
  return {state.choices.Clone(), state.exponents.Clone(), state.message};
}
inline AwaitingReply Copy(const AwaitingReply& state) {
  return {state.roster, state.zero_part.Clone(), Copy(state.receiver), state.transcript};
}
inline AwaitingFinish Copy(const AwaitingFinish& state) {
  return {state.roster, state.zero_seed.Clone(), Copy(state.receiver),
          ReceiverSeeds(crypto::HeapSecret<SeedTable>(state.seeds.Expose())), state.transcript};
}

inline PairSetup Copy(const PairSetup& setup) {
  return {setup.id,
          setup.ctx_as_alice,
          setup.ctx_as_bob,
          SenderSeeds(crypto::HeapSecret<SeedTable>(setup.as_alice.ExposeLeaves()),
                      crypto::Secret<Delta>(setup.as_alice.ExposeDelta())),
          ReceiverSeeds(crypto::HeapSecret<SeedTable>(setup.as_bob.Expose())),
          setup.zero_seed.Clone()};
}
inline AwaitingConfirm Copy(const AwaitingConfirm& state) {
  return {state.peer, Copy(state.setup), state.transcript};
}

}  // namespace passport::ot
