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
