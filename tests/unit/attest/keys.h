// EcKey: a key pair of a test, with signatures in the raw form that attestation formats use.
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "edl/base/bytes.h"

namespace passport::attest {

using EvpKey = std::shared_ptr<EVP_PKEY>;

inline constexpr const char* kP256 = "P-256";
inline constexpr const char* kP384 = "P-384";

EvpKey MakeEcKey(const char* curve);
Bytes SpkiOf(const EvpKey& key);
// x || y, big endian.
Bytes PointOf(const EvpKey& key);
// r || s over the message, big endian, each as long as the curve's field; SHA-256 with P-256, SHA-384 with
// P-384.
Bytes SignRaw(const EvpKey& key, ByteSpan message);

// A copy of the bytes with one byte flipped.
inline Bytes Flipped(const Bytes& bytes, std::size_t at, std::uint8_t mask = 1) {
  Bytes out = bytes;
  out[at] = static_cast<std::uint8_t>(out[at] ^ mask);
  return out;
}
// Bytes written over others at an offset.
inline void Put(Bytes& to, std::size_t at, ByteSpan what) {
  std::copy(what.begin(), what.end(), to.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace passport::attest
