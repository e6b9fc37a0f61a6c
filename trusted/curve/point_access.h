// What the sources of this folder share about libsecp256k1; nothing outside the folder includes it.
#pragma once

#include <secp256k1.h>

#include "trusted/curve/point.h"

namespace passport::curve {

// Point to secp256k1_pubkey and back.
class PointAccess {
 public:
  static secp256k1_pubkey Library(const Point& point);
  static Point FromLibrary(const secp256k1_pubkey& key);
  // From big-endian affine coordinates; nothing if they are not those of a point. Branches on validity only.
  static std::optional<Point> FromXY(ByteSpan x, ByteSpan y);
};

}  // namespace passport::curve
