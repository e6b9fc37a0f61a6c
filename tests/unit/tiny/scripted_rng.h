// Randomness of which a test says the first bytes.
#pragma once

#include <deque>

#include "trusted/crypto/rng.h"

namespace passport::test {

// The given bytes, then a seeded stream.
class ScriptedRng final : public crypto::Rng {
 public:
  ScriptedRng(std::initializer_list<unsigned> first, std::uint64_t seed) : rest_(seed) {
    for (const unsigned byte : first) first_.push_back(static_cast<std::uint8_t>(byte));
  }
  ScriptedRng(ByteSpan first, std::uint64_t seed) : first_(first.begin(), first.end()), rest_(seed) {}
  void Fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      if (first_.empty()) {
        rest_.Fill({&byte, 1});
      } else {
        byte = first_.front();
        first_.pop_front();
      }
    }
  }

 private:
  std::deque<std::uint8_t> first_;
  crypto::SeededRng rest_;
};

}  // namespace passport::test
