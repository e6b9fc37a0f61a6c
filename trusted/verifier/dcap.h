// Intel SGX and TDX: a DCAP quote, its quoting enclave, and the chain of the platform's key.
#pragma once

#include "trusted/attest/findings.h"

namespace passport::verifier {

// The chain of trust: root -> CA -> the platform's key (PCK) -> report of Intel's quoting enclave, which
// names the attestation key -> the quote. The findings:
//   sgx  measurement MRENCLAVE, signer MRSIGNER || product id (2 bytes, little endian), registers: 0 config
//   id,
//        1 family and extended product id, 2 FMSPC, 3 CPU SVN
//   tdx  measurement SHA-256(MRTD || MRCONFIGID || MROWNER || MROWNERCONFIG || RTMR 0 to 3), no signer,
//   registers:
//        0 to 3 RTMR, 4 MRTD, 5 MRCONFIGID, 6 MROWNER, 7 MROWNERCONFIG, 8 MRSEAM, 9 FMSPC
//   tcb  the certificate's 16 SGX components, its PCE SVN, the quoting enclave's SVN; then sgx: the enclave's
//        SVN, tdx: the 16 bytes of TEE_TCB_SVN
// attester is the PCK. tcb_current is never said: TCB information and revocation lists, Intel's signed
// statements that expire, are not read (docs/adr/0015). Refusals: kEvidenceKey for a quoting enclave that is
// not Intel's, not initialised or in debug; kEvidenceBinding for an attestation key that it does not name;
// kEvidenceTcb for a certificate without versions; kEvidenceGuest for a TD that may be migrated, or under a
// TDX module that is not Intel's, or an SGX enclave that is not initialised; kEvidenceSignature; those of
// DcapQuote, ParsePemChain (as kEvidenceFormat) and VerifyChain. Collateral must be empty.
Result<attest::Findings> VerifySgx(const attest::Evidence& evidence);
Result<attest::Findings> VerifyTdx(const attest::Evidence& evidence);

}  // namespace passport::verifier
