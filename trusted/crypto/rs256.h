// RSASSA-PKCS1-v1_5 with SHA-256 (RS256, RFC 8812): verification only, of public data, through OpenSSL.
#pragma once

#include "edl/base/bytes.h"

namespace passport::crypto {

// An RSA public key with exponent 65537, by its modulus: big-endian, without leading zeros, 2048 to 4096
// bits.
struct RsaModulus {
  Bytes bytes;
  bool operator==(const RsaModulus&) const = default;
};
// kBadKey unless it is such a modulus (odd, of that length) and the exponent's bytes are 01 00 01.
Result<RsaModulus> ParseRsa(ByteSpan modulus, ByteSpan exponent);
bool VerifyRs256(const RsaModulus& key, ByteSpan message, ByteSpan signature);

}  // namespace passport::crypto
