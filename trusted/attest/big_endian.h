// BigEndianReader: the bounded Reader for formats that are not ours: TPM structures, certificate tables,
// CBOR.
#pragma once

#include "edl/base/codec.h"

namespace passport::attest {

// Like Reader: after a failed read everything fails, so ask Done() once at the end.
class BigEndianReader {
 public:
  explicit BigEndianReader(ByteSpan input) : in_(input) {}

  std::uint8_t U8() { return in_.U8(); }
  std::uint16_t U16() { return __builtin_bswap16(in_.U16()); }
  std::uint32_t U32() { return __builtin_bswap32(in_.U32()); }
  std::uint64_t U64() { return __builtin_bswap64(in_.U64()); }
  ByteSpan Raw(std::size_t size) { return in_.Raw(size); }
  // A u16 length and that many bytes (TPM2B), borrowed; longer than size_max fails.
  ByteSpan Sized(std::size_t size_max) {
    const std::uint16_t size = U16();
    if (size > size_max) in_.Reject();
    return in_.Raw(size);
  }
  void Reject() { in_.Reject(); }
  bool failed() const { return in_.failed(); }
  std::size_t remaining() const { return in_.remaining(); }
  bool Done() const { return in_.Done(); }

 private:
  Reader in_;
};

}  // namespace passport::attest
