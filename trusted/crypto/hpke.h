// Encryption to somebody's public key: HPKE (RFC 9180), base mode, one message: DHKEM(X25519, HKDF-SHA256),
// HKDF-SHA256, ChaCha20-Poly1305.
#pragma once

#include "trusted/crypto/identity.h"

namespace passport::crypto {

inline constexpr std::size_t kHpkeOverheadBytes = 48;  // encapsulated key and tag

// info names what the message is for: it opens under the same info only. Anybody can make such a message, so
// it says nothing about who did. kBadKey for a key of small order.
Result<Bytes> SealHpke(const X25519PublicKey& to, ByteSpan info, ByteSpan plaintext, Rng& rng);
// kDecrypt if it does not open.
Result<SecretBytes> OpenHpke(const SecretKey32& secret, ByteSpan info, ByteSpan sealed);

}  // namespace passport::crypto
