// A passkey of an account, and what the account's registration fixed about passkeys.
#pragma once

#include <string>

#include "edl/base/codec.h"
#include "trusted/webauthn/ceremony.h"

namespace passport::policy {

// A scope that is changed later never loosens accounts that exist (rules.md 3).
struct PasskeyTerms {
  std::string rp_id;
  bool accepts_foreign = true;  // attestation that nobody verified counts as none

  bool operator==(const PasskeyTerms&) const = default;
};

struct Passkey {
  webauthn::Credential credential;
  ByteArray<16> seed{};         // sessions with another one are over
  std::uint64_t seeded_ms = 0;  // when the ceremony began that gave the seed: no older one sets it back
};

inline constexpr std::uint32_t kPasskeysMax = 16;

// Field groups of records. A key that was stored was verified, so reading looks at its size only.
void WriteTerms(Writer& out, const PasskeyTerms& terms);
PasskeyTerms ReadTerms(Reader& in);
void WriteCredential(Writer& out, const webauthn::Credential& credential);
webauthn::Credential ReadCredential(Reader& in);
void WritePasskey(Writer& out, const Passkey& passkey);
Passkey ReadPasskey(Reader& in);

}  // namespace passport::policy
