// TPM quotes whose attestation key has a certificate.
#pragma once

#include "trusted/attest/findings.h"

namespace passport::verifier {

// What attest::VerifyTpm2 finds, and the chain of the key, which is the collateral: leaf first, root last,
// all authorities on P-256 with SHA-256 or all on P-384 with SHA-384. kEvidenceBinding for a certificate of
// another key; kEvidenceAlgorithm for RSA authorities, which are not taken.
Result<attest::Findings> VerifyCertifiedTpm2(const attest::Evidence& evidence);

}  // namespace passport::verifier
