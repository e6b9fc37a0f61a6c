#include "trusted/crypto/rng.h"

#include <sodium.h>

#include <cstring>

namespace passport::crypto {

void SystemRng::Fill(std::span<std::uint8_t> out) {
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

SeededRng::SeededRng(std::uint64_t seed) : seed_{} {
  for (std::size_t i = 0; i < 8; ++i) seed_[i] = static_cast<std::uint8_t>(seed >> (8 * i));
}

// Every call starts a new nonce, so what a call returns depends on the seed and the number of calls before
// it.
void SeededRng::Fill(std::span<std::uint8_t> out) {
  if (out.empty()) return;
  ByteArray<crypto_stream_chacha20_NONCEBYTES> nonce;
  std::memcpy(nonce.data(), &counter_, sizeof counter_);
  ++counter_;
  crypto_stream_chacha20(out.data(), out.size(), nonce.data(), seed_.data());
}

}  // namespace passport::crypto
