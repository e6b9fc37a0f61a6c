// Attestation objects (WebAuthn Level 2, 6.5): where a new credential comes from.
#pragma once

#include "trusted/webauthn/authenticator_data.h"

namespace passport::webauthn {

// What a statement proves here. There are no trust anchors, so a certificate chain proves nothing.
enum class Attestation : std::uint8_t {
  kNone = 1,     // format "none"
  kSelf = 2,     // format "packed", signed with the new credential's own key
  kForeign = 3,  // a known format with a statement that nobody verified
};

struct NewCredential {
  AuthenticatorData data;  // with a credential
  Attestation attestation = Attestation::kNone;
};

// Parses an attestation object and verifies what can be: `none` must be empty, and a `packed` statement
// without certificates is a signature by the new key (8.2). `client_data_hash` is SHA-256 of the client data.
// kWebauthnFormat (also a format that WebAuthn does not define), kWebauthnAttestation, and what
// AuthenticatorData::Parse says.
Result<NewCredential> VerifyAttestation(ByteSpan attestation_object, const Hash32& client_data_hash);

}  // namespace passport::webauthn
