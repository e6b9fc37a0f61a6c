#include "trusted/verifier/tpm2_certified.h"

#include "trusted/attest/tpm2.h"
#include "trusted/verifier/chain.h"

namespace passport::verifier {
namespace {

Result<Chain> VerifyKeyChain(const attest::Evidence& evidence) {
  const std::vector<ByteSpan> certificates(evidence.collateral.begin(), evidence.collateral.end());
  Result<Chain> chain = VerifyChain(certificates, Algorithm::kP256Sha256, Algorithm::kP256Sha256);
  if (chain.ok() || chain.error() != Status::kEvidenceAlgorithm) return chain;
  return VerifyChain(certificates, Algorithm::kP384Sha384, Algorithm::kP256Sha256);
}

}  // namespace

Result<attest::Findings> VerifyCertifiedTpm2(const attest::Evidence& evidence) {
  if (evidence.provider != attest::Provider::kTpm2) return Fail(Status::kEvidenceProvider);
  PASSPORT_TRY(attest::Tpm2Signed quote, attest::VerifyTpm2Quote(evidence.quote));
  PASSPORT_TRY(const Chain chain, VerifyKeyChain(evidence));
  if (!Equal(chain.leaf.spki(), quote.key)) return Fail(Status::kEvidenceBinding);
  quote.findings.root = chain.root_spki;
  quote.findings.not_before_s = chain.not_before_s;
  quote.findings.not_after_s = chain.not_after_s;
  return std::move(quote.findings);
}

}  // namespace passport::verifier
