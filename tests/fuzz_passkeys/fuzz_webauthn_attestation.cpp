// Any bytes as an attestation object: a self attestation is taken only with the key's own signature, for
// these client data.
#include "trusted/webauthn/attestation.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const auto made = webauthn::VerifyAttestation(input, {});
  if (!made.ok()) return 0;
  PASSPORT_CHECK(made.value().data.credential.has_value());
  PASSPORT_CHECK(!webauthn::VerifyAttestation(input.first(size - 1), {}).ok());
  if (made.value().attestation == webauthn::Attestation::kSelf)
    PASSPORT_CHECK(webauthn::VerifyAttestation(input, {1}).error() == Status::kWebauthnAttestation);
  return 0;
}
