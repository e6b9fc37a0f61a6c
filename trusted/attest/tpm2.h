// TPM 2.0 quotes: verification of a Tpm2Quote with an enrolled attestation key, without any X.509.
#pragma once

#include "trusted/attest/findings.h"
#include "trusted/attest/tpm2_quote.h"
#include "trusted/crypto/p256.h"

namespace passport::attest {

// The PCRs a quote must select, exactly: firmware, boot loader and kernel (0 to 9), and the enclave's.
inline constexpr std::array<std::uint8_t, 11> kQuotedPcrs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, kEnclavePcr};

// What kEnclavePcr holds once the launcher has extended it with an image's SHA-256, once, from zero.
Hash32 EnclavePcrOf(const Hash32& enclave_image);

// A quote whose signature, key and bindings hold, and the key that signed, for whoever has its certificate.
struct Tpm2Signed {
  Findings findings;
  crypto::P256PublicKey key;
};
// The findings: measurement is SHA-256 of the quoted PCRs but the enclave's, in order (the boot), registers
// are all of them, enclave_image the image in kEnclavePcr, attester SHA-256 of the TPMT_PUBLIC, tpm_clock the
// TPM's; there is no debug state of a TPM. Refusals: kEvidenceFormat, kEvidenceAlgorithm, kEvidenceKey (not a
// restricted signing key that was made in a TPM and stays there), kEvidenceBinding (report data, PCR digest
// or image), kEvidenceSignature.
Result<Tpm2Signed> VerifyTpm2Quote(ByteSpan quote);

// Evidence without certificates: whether the key is enrolled is the policy's question, by findings.attester.
// kEvidenceProvider for another provider or with collateral.
Result<Findings> VerifyTpm2(const Evidence& evidence);

}  // namespace passport::attest
