// Hash functions and HKDF. SHA-256 states copy, so a common prefix is hashed once.
#pragma once

#include <sodium.h>

#include <initializer_list>

#include "edl/base/bytes.h"
#include "trusted/crypto/secret.h"

namespace passport::crypto {

// SHA-256 (FIPS 180-4), incremental. Copying a state forks it.
class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  Sha256& Update(ByteSpan data) {
    if (!data.empty()) crypto_hash_sha256_update(&state_, data.data(), data.size());
    return *this;
  }
  Hash32 Final() {
    Hash32 out;
    crypto_hash_sha256_final(&state_, out.data());
    return out;
  }

 private:
  crypto_hash_sha256_state state_;
};

Hash32 HashSha256(std::initializer_list<ByteSpan> parts);
inline Hash32 HashSha256(ByteSpan data) { return HashSha256({data}); }
ByteArray<64> HashSha512(std::initializer_list<ByteSpan> parts);
// Keccak-256 as Ethereum uses it (original padding 0x01, not FIPS 202's SHA3-256).
Hash32 HashKeccak256(ByteSpan data);
Hash32 HmacSha256(ByteSpan key, std::initializer_list<ByteSpan> parts);
// HKDF-SHA256 (RFC 5869): out.size() <= 255 * 32.
void HkdfSha256(ByteSpan salt, ByteSpan input_key, ByteSpan info, std::span<std::uint8_t> out);

}  // namespace passport::crypto
