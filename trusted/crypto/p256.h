// ECDSA over P-256 with SHA-256: verification only, of public data, through OpenSSL (developer keys, scope
// owners).
#pragma once

#include "edl/base/bytes.h"

namespace passport::crypto {

// A P-256 public key in the one form the project uses: its 91-byte SPKI DER (RFC 5480), uncompressed point,
// named curve.
using P256PublicKey = ByteArray<91>;
// kBadKey unless spki_der is exactly that encoding of a point on the curve.
Result<P256PublicKey> ParseP256(ByteSpan spki_der);
// The same key from its affine coordinates, 32 big-endian bytes each. kBadKey unless they are a point on the
// curve.
Result<P256PublicKey> P256FromCoordinates(ByteSpan x, ByteSpan y);

// r and s of a DER signature, s replaced by n - s if that is smaller; kBadSignature if the DER is not strict
// or a value is out of range. r identifies a signature whatever its encoding (rules.md 3).
struct P256Signature {
  ByteArray<32> r;
  ByteArray<32> s;
};
Result<P256Signature> ParseP256Signature(ByteSpan der);
bool VerifyP256(const P256PublicKey& key, ByteSpan message, const P256Signature& signature);

}  // namespace passport::crypto
