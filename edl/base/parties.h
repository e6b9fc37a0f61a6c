// Reading lists of nodes.
#pragma once

#include "edl/base/codec.h"
#include "edl/base/ids.h"

namespace passport {

// The next party of a list whose parties rise, so that none is there twice and none is 0; fails if it is not
// above `last`, which it becomes.
inline PartyIndex ReadPartyAbove(Reader& in, PartyIndex& last) {
  const PartyIndex party{in.U16()};
  if (party <= last) in.Reject();
  return last = party;
}

}  // namespace passport
