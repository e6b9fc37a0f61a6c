// AWS Nitro: an attestation document, its signature, and the chain that it carries.
#pragma once

#include "trusted/attest/findings.h"

namespace passport::verifier {

// The findings: report_data is the user data, which must be exactly 64 bytes; measurement is PCR 0 (the image
// file), signer PCR 8 (the certificate that signed it; empty: none), registers all PCRs, attester the key of
// the document's certificate, which lives for hours; there are no security versions. debug: one of PCR 0 to 2
// is all zero, as it is when an enclave runs with a console. Refusals: kEvidenceBinding without such user
// data, kEvidenceFormat without PCR 0 to 4 and 8, kEvidenceValidity for a document made outside of the time
// of its certificates, kEvidenceSignature; those of NitroDocument and VerifyChain.
Result<attest::Findings> VerifyNitro(const attest::Evidence& evidence);

// The part of it that documents with other user data pass, too.
Result<attest::Findings> VerifyNitroDocument(ByteSpan document);

}  // namespace passport::verifier
