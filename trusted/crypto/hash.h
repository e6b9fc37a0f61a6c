// Hash functions and HKDF. SHA-256 states copy, so a common prefix is hashed once.
#pragma once

#include <initializer_list>

#include "edl/base/bytes.h"
#include "trusted/crypto/secret.h"

namespace passport::crypto {

struct LaneStates;  // sha256_lanes.h

// SHA-256 (FIPS 180-4), incremental; with the CPU's SHA extensions where it has them. Copying a state forks
// it.
class Sha256 {
 public:
  Sha256& Update(ByteSpan data);
  Hash32 Final();  // once; the state is spent

 private:
  friend void StartLanes(const Sha256& prefix, LaneStates& states);
  static constexpr std::size_t kBlockBytes = 64;
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::uint64_t size_ = 0;          // bytes taken so far
  ByteArray<kBlockBytes> pending_;  // the first size_ % 64 of them await the rest of their block
};

Hash32 HashSha256(std::initializer_list<ByteSpan> parts);
inline Hash32 HashSha256(ByteSpan data) { return HashSha256({data}); }
// SHA-512 (FIPS 180-4).
ByteArray<64> HashSha512(std::initializer_list<ByteSpan> parts);
// expand_message_xmd with SHA-256 (RFC 9380, 5.3.1): out.size() <= 255 bytes; dst is 1 to 255 bytes.
void ExpandSha256(std::initializer_list<ByteSpan> message, std::string_view dst, std::span<std::uint8_t> out);
// Keccak-256 as Ethereum uses it (original padding 0x01, not FIPS 202's SHA3-256).
Hash32 HashKeccak256(ByteSpan data);
Hash32 HmacSha256(ByteSpan key, std::initializer_list<ByteSpan> parts);
ByteArray<64> HmacSha512(ByteSpan key, std::initializer_list<ByteSpan> parts);
// HKDF-SHA256 (RFC 5869): out.size() <= 255 * 32.
void HkdfSha256(ByteSpan salt, ByteSpan input_key, ByteSpan info, std::span<std::uint8_t> out);

}  // namespace passport::crypto
