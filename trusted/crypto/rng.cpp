#include "trusted/crypto/rng.h"

#include <sodium.h>

#include <cstring>

#include "trusted/crypto/hash.h"

namespace passport::crypto {
namespace {

// Every call has a nonce of its own, so what it gives depends on the key and the number of calls before it.
void Stream(const ByteArray<32>& key, std::uint64_t call, std::span<std::uint8_t> out) {
  if (out.empty()) return;
  ByteArray<crypto_stream_chacha20_NONCEBYTES> nonce;
  std::memcpy(nonce.data(), &call, sizeof call);
  crypto_stream_chacha20(out.data(), out.size(), nonce.data(), key.data());
}

}  // namespace

HedgedRng::HedgedRng(Rng& source, ByteSpan secret, const Hash32& step) {
  HkdfSha256(source.Key().Expose(), secret, step, key_.ExposeMutable());
}

void HedgedRng::Fill(std::span<std::uint8_t> out) { Stream(key_.Expose(), counter_++, out); }

void SystemRng::Fill(std::span<std::uint8_t> out) {
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

SeededRng::SeededRng(std::uint64_t seed) : seed_{} {
  for (std::size_t i = 0; i < 8; ++i) seed_[i] = static_cast<std::uint8_t>(seed >> (8 * i));
}

void SeededRng::Fill(std::span<std::uint8_t> out) {
  if (!out.empty()) Stream(seed_, counter_++, out);
}

}  // namespace passport::crypto
