// Randomness as a parameter: the system's in the enclave, a seeded stream in tests and the simulator.
#pragma once

#include "edl/base/bytes.h"
#include "trusted/crypto/secret.h"

namespace passport::crypto {

class Rng {
 public:
  virtual ~Rng() = default;
  virtual void Fill(std::span<std::uint8_t> out) = 0;

  template <std::size_t N>
  ByteArray<N> Array() {
    ByteArray<N> out;
    Fill(out);
    return out;
  }
  SecretKey32 Key() {
    SecretKey32 key;
    Fill(key.ExposeMutable());
    return key;
  }
};

// What one step of a protocol draws, so that a source that fails, or repeats in a copied enclave, does not
// spoil it (dkls23.md 10.1, 44): ChaCha20 under HKDF-SHA256 of 32 bytes of the source, a secret of the
// protocol and what the step is. It is as good as the better one of source and secret, and two steps draw
// different things whatever the source gives.
class HedgedRng final : public Rng {
 public:
  HedgedRng(Rng& source, ByteSpan secret, const Hash32& step);
  void Fill(std::span<std::uint8_t> out) override;

 private:
  SecretKey32 key_;
  std::uint64_t counter_ = 0;
};

// getrandom(2) through libsodium; stops the process if the kernel gives none.
class SystemRng final : public Rng {
 public:
  void Fill(std::span<std::uint8_t> out) override;
};

// ChaCha20 of a 32-byte seed: the same seed gives the same stream. Tests and simulator only.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(const ByteArray<32>& seed) : seed_(seed) {}
  explicit SeededRng(std::uint64_t seed);
  void Fill(std::span<std::uint8_t> out) override;

 private:
  ByteArray<32> seed_;
  std::uint64_t counter_ = 0;
};

}  // namespace passport::crypto
