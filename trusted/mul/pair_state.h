// A finished pair setup together with the gadgets of its two directions: what signing needs of a peer.
#pragma once

#include "trusted/mul/gadget.h"
#include "trusted/ot/pair_setup.h"

namespace passport::mul {

struct PairState {
  explicit PairState(ot::PairSetup finished)
      : setup(std::move(finished)), gadget_as_alice(setup.ctx_as_alice), gadget_as_bob(setup.ctx_as_bob) {}

  ot::PairSetup setup;
  Gadget gadget_as_alice;
  Gadget gadget_as_bob;
};

}  // namespace passport::mul
