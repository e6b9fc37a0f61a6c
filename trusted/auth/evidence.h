// Evidence: everything a client sent, as each enclave needs it to decide for itself (architecture.md 6).
#pragma once

#include <string>

#include "edl/base/codec.h"
#include "edl/base/ids.h"
#include "trusted/crypto/secret.h"

namespace passport::auth {

inline constexpr std::size_t kHeaderBytesMax = 8'192;
inline constexpr std::size_t kBodyBytesMax = 131'072;

// The gateway opens X-Encrypted-Key once and forwards the AES key with the ciphertexts: it only ever travels
// sealed or to an attested peer. Every verifier opens the other headers and parses the body itself.
struct Evidence {
  std::string scope_id;  // header texts as sent; empty: the header was absent
  std::string encrypted_user;
  std::string encrypted_session;
  std::string encrypted_key_signature;
  std::string encrypted_webauthn_signature;
  bool has_key = false;
  crypto::SecretKey32 client_key;  // AES-256 key of the envelope; zero if has_key is false
  Bytes body;

  Evidence Clone() const;
  Bytes Encode() const;
  static Result<Evidence> Parse(ByteSpan bytes);
};

}  // namespace passport::auth
