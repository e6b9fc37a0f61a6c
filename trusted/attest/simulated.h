// Simulated evidence: the format of evidence with a signature that everybody can make, for devnets and tests.
#pragma once

#include "trusted/attest/findings.h"

namespace passport::attest {

// "SIMULATED EVIDENCE\n" || u8 1 || measurement || report_data || Ed25519 over all before, by the key whose
// seed is SHA-256("passport simulated attestation: protects nothing"). One pair of arguments, one encoding.
Evidence MakeSimulated(const Hash32& measurement, const ByteArray<64>& report_data);

// kEvidenceProvider for evidence of another provider, kEvidenceFormat or kEvidenceSignature for what
// MakeSimulated did not make. The findings say `simulated`; measurement and enclave_image are the image.
Result<Findings> VerifySimulated(const Evidence& evidence);

}  // namespace passport::attest
