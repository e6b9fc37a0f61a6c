// The two ceremonies of WebAuthn Level 2 (7.1, 7.2), as a relying party judges them.
#pragma once

#include <string>
#include <vector>

#include "trusted/webauthn/attestation.h"
#include "trusted/webauthn/response.h"

namespace passport::webauthn {

// Whom a credential is for, and from where it may be used: the scope's `rp`.
struct RelyingParty {
  std::string id;                    // a domain
  std::vector<std::string> origins;  // each exactly as browsers write it
  bool accepts_foreign = true;       // statements that nobody verified count as `none`
};

struct Credential {
  Bytes id;  // 1 to 1023 bytes
  CredentialKey key;
  std::uint32_t sign_count = 0;
  Attestation attestation = Attestation::kNone;
  bool backup_eligible = false;
};

// 7.1: type, challenge, origin, relying party, user present and verified, algorithm, attestation. Which id is
// taken already is the caller's knowledge. kWebauthn* of trusted statuses; the first check that fails speaks.
Result<Credential> VerifyRegistration(const RelyingParty& party, ByteSpan challenge,
                                      const RegistrationResponse& response);

// 7.2, for a credential that the caller found by the response's id: the same checks, the signature, and the
// counter, whose new value is returned. kWebauthn*, kBadSignature.
Result<std::uint32_t> VerifyAssertion(const RelyingParty& party, ByteSpan challenge,
                                      const Credential& credential, const AssertionResponse& response);

}  // namespace passport::webauthn
