// What the generated fuzz targets check: one encoding per value, and that any body may reach a core.
#pragma once

#include "edl/generated/effects.h"
#include "edl/generated/node_types.h"
#include "tests/fuzz/mutate.h"

namespace passport::fuzz {

// What decodes is valid and encodes to the bytes it was decoded from. Whether it decodes.
template <class Body>
bool CheckCanonical(ByteSpan input) {
  const auto decoded = Body::Decode(input);
  if (!decoded.ok()) return false;
  PASSPORT_CHECK(decoded.value().IsValid());
  Writer writer;
  decoded.value().Encode(writer);
  PASSPORT_CHECK(Equal(writer.bytes(), input));
  return true;
}

// The same for the body of an answer.
void CheckEffects(ByteSpan body);

struct CallFacts {
  edl::Call call;
  std::uint32_t phases = 0;
  bool decodes = false;
};

// Makes the call, with any body, in each phase: on a core without records, on one without a manifest, and on
// node 1 of a network that signs. Each answers as the phase and the body deserve, and the network signs
// afterwards (live_network.h).
void MakeCall(const CallFacts& facts, ByteSpan body);

template <class Body>
void FuzzCall(ByteSpan body) {
  MakeCall({Body::kCall, Body::kPhases, CheckCanonical<Body>(body)}, body);
}

}  // namespace passport::fuzz
