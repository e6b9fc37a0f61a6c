// AMD SEV-SNP: a report, its signature, and the chain of the key that signed it.
#pragma once

#include "trusted/attest/findings.h"

namespace passport::verifier {

// The findings: measurement is the launch measurement, signer the digest of the id key (empty without one),
// tcb = bootloader, tee, snp, microcode, fmc, guest SVN (the guest's, at most 65535), attester the VCEK or
// VLEK, registers: 0 host data, 1 id key, 2 author key, 3 report id, 4 chip id, 5 family and image id.
// Refusals: kEvidenceGuest unless the guest asked at VMPL 0 and may not be migrated; kEvidenceTcb unless the
// reported TCB is the one that the certificate is for; kEvidenceBinding for another chip's certificate;
// kEvidenceSignature; those of SnpReport, SnpCertificates and VerifyChain.
Result<attest::Findings> VerifySnp(const attest::Evidence& evidence);

}  // namespace passport::verifier
