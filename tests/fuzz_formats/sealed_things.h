// What one sealer has made, the same bytes every time: nothing else may ever open.
#pragma once

#include <vector>

#include "sealing/head.h"

namespace passport::fuzz {

inline constexpr std::uint32_t kSvn = 3;
inline constexpr std::uint8_t kPolicies = 2;

inline sealing::SealingKeys KeysOf(std::uint8_t unique, std::uint8_t product, std::uint32_t svn) {
  sealing::SealingKeys out;
  out.unique.ExposeMutable().fill(unique);
  out.product.ExposeMutable().fill(product);
  out.svn = svn;
  return out;
}

inline const sealing::Sealer& OwnSealer() {
  static const sealing::Sealer sealer(KeysOf(1, 2, kSvn));
  return sealer;
}

struct SealedRecord {
  sealing::RecordHeader header;
  Bytes blob;
};

// Each policy, contents of three sizes.
inline const std::vector<SealedRecord>& SealedRecords() {
  static const std::vector<SealedRecord> made = [] {
    std::vector<SealedRecord> out;
    crypto::SeededRng rng(1);
    for (std::uint8_t policy = 1; policy <= kPolicies; ++policy) {
      for (const std::size_t size : {0u, 1u, 64u}) {
        sealing::RecordHeader header;
        header.policy = static_cast<sealing::SealPolicy>(policy);
        header.type = 7;
        header.id.bytes.fill(static_cast<std::uint8_t>(0xa0 + size));
        header.version = size + 1;
        header.head_counter = 9;
        out.push_back({header, OwnSealer().Seal(header, Bytes(size, 0x5a), rng)});
      }
    }
    return out;
  }();
  return made;
}

inline const Bytes& SealedHead() {
  static const Bytes made = [] {
    crypto::SeededRng rng(3);
    return SealHead(OwnSealer(), sealing::Head{.counter = 5, .boot_counter = 2}, rng);
  }();
  return made;
}

}  // namespace passport::fuzz
