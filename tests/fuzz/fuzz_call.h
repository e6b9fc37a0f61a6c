// What the generated fuzz targets check: one encoding per value, and that any body may reach a core.
#pragma once

#include "edl/generated/effects.h"
#include "edl/generated/node_types.h"

namespace passport::fuzz {

// What decodes is valid and encodes to the bytes it was decoded from.
template <class Body>
void CheckCanonical(ByteSpan input) {
  const auto decoded = Body::Decode(input);
  if (!decoded.ok()) return;
  PASSPORT_CHECK(decoded.value().IsValid());
  Writer writer;
  decoded.value().Encode(writer);
  PASSPORT_CHECK(Equal(writer.bytes(), input));
}

// The same for the body of an answer.
void CheckEffects(ByteSpan body);

// Makes the call, with any body, on a core that serves; the answer must be one that a host can read.
void FuzzCall(edl::Call call, ByteSpan body);

}  // namespace passport::fuzz
