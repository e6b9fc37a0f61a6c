// Sessions: the ceremony register of a completed authentication, and the token that clients carry
// (wire-api.md 8.4).
#pragma once

#include <string>

#include "trusted/passkey/ceremony.h"

namespace passport::passkey {

// A session, as its register has it. Every enclave makes it from the assertion and its tokens by itself.
struct Session {
  RecordId account;
  Hash32 credential{};         // CredentialName
  ByteArray<16> seed{};        // the credential's when this began: another one ended this session
  std::uint64_t begun_ms = 0;  // Unix time
  std::uint64_t expires_ms = 0;
  bool revoked = false;

  Bytes Encode() const;  // first byte 1 (format)
  static Result<Session> Parse(ByteSpan bytes);
};

// What names a credential where its id, which a client chose, is not wanted.
Hash32 CredentialName(ByteSpan credential_id);
// The seed that a ceremony gives its credential: nobody chooses it.
ByteArray<16> SeedFrom(const Hash32& challenge);

// The compact JWT that clients carry: they read `public_key` only. Its MAC proves nothing to anybody: an
// enclave takes `ceremony` out of it and looks at that register.
std::string SessionToken(const Session& session, const Hash32& challenge, const ByteArray<33>& public_key,
                         const KeyId& key);
// The ceremony that a token names. kSessionToken for anything but such a token.
Result<Hash32> CeremonyOf(std::string_view token);

}  // namespace passport::passkey
