// A passkey's public key: ES256 or RS256, from its COSE form (RFC 9052, RFC 8812) to what verifies
// signatures.
#pragma once

#include <variant>

#include "trusted/cbor/cbor.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/rs256.h"

namespace passport::webauthn {

// COSE algorithm identifiers (IANA), as in pubKeyCredParams.
inline constexpr std::int64_t kEs256 = -7;
inline constexpr std::int64_t kRs256 = -257;

struct CredentialKey {
  std::variant<crypto::P256PublicKey, crypto::RsaModulus> key;

  std::int64_t algorithm() const {
    return std::holds_alternative<crypto::P256PublicKey>(key) ? kEs256 : kRs256;
  }
  bool operator==(const CredentialKey&) const = default;

  // Reads one COSE_Key map: exactly the members of its kind, in any order, none twice. kWebauthnFormat,
  // kWebauthnAlgorithm (another one than the two), kWebauthnKey (not on the curve, or not such a modulus).
  static Result<CredentialKey> Read(cbor::CborReader& in);
  // A DER ECDSA signature or an RSA one, over SHA-256 of the message. kBadSignature.
  Result<Unit> Verify(ByteSpan message, ByteSpan signature) const;
};

}  // namespace passport::webauthn
