// SHA-256 (FIPS 180-4) of the surface file, so that the generator needs no library. Not for secrets.
#pragma once

#include "edl/base/bytes.h"

namespace passport::edlgen {

Hash32 Sha256(ByteSpan input);

}  // namespace passport::edlgen
