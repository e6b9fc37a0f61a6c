// Authenticated encryption: AES-256-GCM for client envelopes, XChaCha20-Poly1305 for sealed records.
#pragma once

#include "edl/base/bytes.h"
#include "trusted/crypto/rng.h"
#include "trusted/crypto/secret.h"

namespace passport::crypto {

// Client envelope (wire-api.md 3): IV 12 || ciphertext || tag 16, AES-256-GCM, no associated data. kDecrypt
// if it does not open.
Result<Bytes> OpenAesGcm(const ByteArray<32>& key, ByteSpan sealed);
Bytes SealAesGcm(const ByteArray<32>& key, ByteSpan plaintext, Rng& rng);

// XChaCha20-Poly1305 with 24-byte nonce; result is ciphertext || tag 16. Open gives kDecrypt if it does not
// verify.
Bytes SealXChaCha(const ByteArray<32>& key, const ByteArray<24>& nonce, ByteSpan associated,
                  ByteSpan plaintext);
Result<SecretBytes> OpenXChaCha(const ByteArray<32>& key, const ByteArray<24>& nonce, ByteSpan associated,
                                ByteSpan sealed);

}  // namespace passport::crypto
