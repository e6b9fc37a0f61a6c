// Made-up keys and records for the tests of sealing; the same as in tests/golden/make_peer_and_sealing.py.
#pragma once

#include <algorithm>

#include "sealing/sealer.h"
#include "tests/golden/golden.h"

namespace passport::sealing {

inline SealingKeys KeysFor(std::uint8_t unique, std::uint8_t product, std::uint32_t svn) {
  SealingKeys keys;
  keys.unique = crypto::SecretKey32(golden::Numbered<32>(unique));
  keys.product = crypto::SecretKey32(golden::Numbered<32>(product));
  keys.svn = svn;
  return keys;
}
inline Sealer GoldenSealer() { return Sealer(KeysFor(0x20, 0x40, 3)); }

inline RecordHeader GoldenRecord() {
  RecordHeader record;
  record.type = 7;
  record.id.bytes = golden::Numbered<32>(0xa0);
  record.version = 0x0102030405060708;
  record.head_counter = 9;
  return record;
}

// Gives the bytes it was made with, and then a failed test.
class ScriptedRng final : public crypto::Rng {
 public:
  explicit ScriptedRng(Bytes script) : script_(std::move(script)) {}
  void Fill(std::span<std::uint8_t> out) override {
    ASSERT_LE(at_ + out.size(), script_.size());
    std::copy_n(script_.begin() + static_cast<std::ptrdiff_t>(at_), out.size(), out.begin());
    at_ += out.size();
  }

 private:
  Bytes script_;
  std::size_t at_ = 0;
};

}  // namespace passport::sealing
