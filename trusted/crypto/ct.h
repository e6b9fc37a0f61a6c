// Constant-time helpers: masks, selection, equality; hooks by which the constant-time tests poison secrets.
#pragma once

#include <cstdint>

#include "edl/base/bytes.h"

namespace passport::crypto {

// Hides a value from the optimiser, so that a mask is not turned back into a branch.
inline std::uint64_t ValueBarrier(std::uint64_t v) {
#ifdef PASSPORT_MSAN
  volatile std::uint64_t hidden = v;  // it does not follow assembly (tests/ct/README.md)
  return hidden;
#else
  __asm__("" : "+r"(v));
  return v;
#endif
}
// All ones if bit is 1, zero if bit is 0. bit must be 0 or 1.
inline std::uint64_t MaskFromBit(std::uint64_t bit) { return ValueBarrier(~(bit - 1)); }
// All ones if v is 0, else zero.
inline std::uint64_t MaskIfZero(std::uint64_t v) { return MaskFromBit(1 ^ ((v | (0 - v)) >> 63)); }

// Whether two strings of one public length are equal, in time that depends on the length only.
bool EqualCt(ByteSpan a, ByteSpan b);

}  // namespace passport::crypto
