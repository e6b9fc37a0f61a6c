// Developer-owned auth: the key assertion of X-Encrypted-Key-Signature (wire-api.md 9.2).
#pragma once

#include <span>

#include "trusted/auth/envelope.h"
#include "trusted/crypto/p256.h"

namespace passport::auth {

// Checks a decrypted key assertion: kind "key", algorithm SHA256 if named, clientData exactly the ciphertext
// it came with, and a signature by one of the scope's own keys; the embedded id only selects among them.
// kProof (malformed), kWrongOwner (no such key in the scope), kUnauthorized (bad signature).
Checked<Unit> VerifyKeyAssertion(std::string_view assertion_json, std::string_view signed_ciphertext,
                                 std::span<const crypto::P256PublicKey> scope_keys);

}  // namespace passport::auth
