// Authenticator data (WebAuthn Level 2, 6.1): what an authenticator signs about itself and a new credential.
#pragma once

#include <optional>

#include "trusted/webauthn/credential_key.h"

namespace passport::webauthn {

inline constexpr std::size_t kCredentialIdBytesMax = 1023;  // WebAuthn 4, Credential ID

struct AuthenticatorData {
  struct NewCredential {
    ByteArray<16> aaguid{};
    Bytes id;
    CredentialKey key;
  };
  Hash32 rp_id_hash{};
  std::uint8_t flags = 0;
  std::uint32_t sign_count = 0;
  std::optional<NewCredential> credential;

  bool user_present() const { return (flags & 0x01) != 0; }
  bool user_verified() const { return (flags & 0x04) != 0; }
  bool backup_eligible() const { return (flags & 0x08) != 0; }
  bool backed_up() const { return (flags & 0x10) != 0; }

  // kWebauthnFormat (also trailing bytes, and extensions that are no map), kWebauthnFlags (backed up but not
  // eligible), kWebauthnAlgorithm, kWebauthnKey. Extensions are read over: nothing of ours depends on them.
  static Result<AuthenticatorData> Parse(ByteSpan bytes);
};

}  // namespace passport::webauthn
