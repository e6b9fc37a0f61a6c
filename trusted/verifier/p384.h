// ECDSA over P-384 with SHA-384, verification only, through OpenSSL: reports of AMD and documents of AWS.
#pragma once

#include "edl/base/bytes.h"

namespace passport::verifier {

// The one encoding of a P-384 key that is taken: SPKI DER, named curve, uncompressed point (RFC 5480).
inline constexpr std::size_t kP384SpkiBytes = 120;
bool IsP384Spki(ByteSpan spki_der);

// r and s big endian. False whatever is wrong, a point off the curve or a number out of range included.
bool VerifyP384(ByteSpan spki_der, ByteSpan message, const ByteArray<48>& r, const ByteArray<48>& s);

}  // namespace passport::verifier
