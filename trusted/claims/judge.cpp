// Judge: the rules of a policy, one after the other.
#include <algorithm>

#include "trusted/claims/policy.h"

namespace passport::claims {
namespace {

using attest::Findings;
using attest::Provider;

template <class T>
bool Has(const std::vector<T>& list, const T& item) {
  return std::ranges::find(list, item) != list.end();
}

// Claims and evidence speak of one thing. What is simulated says so in all three places or is a lie.
Result<Unit> JudgeBinding(const Claims& claims, const Findings& findings, const Expected& expected) {
  if (claims.verifier_nonce != expected.nonce) return Fail(Status::kAttestNonce);
  const bool simulated = claims.provider == Provider::kSimulated;
  if (claims.provider != findings.provider || claims.simulated != simulated ||
      findings.simulated != simulated)
    return Fail(Status::kAttestClaims);
  if (claims.provider != Provider::kNone && findings.report_data != ReportData(claims.Encode()))
    return Fail(Status::kAttestReportData);
  return Ok();
}

Result<Unit> JudgeEvidence(const Findings& findings, const ProviderRules& rules, const Expected& expected) {
  const bool known = Has(rules.roots, findings.root) || Has(rules.attesters, findings.attester);
  if (findings.provider > Provider::kSimulated && !known) return Fail(Status::kAttestRoot);
  if (!findings.ValidAt(expected.earliest_s, expected.latest_s)) return Fail(Status::kAttestExpired);
  for (std::size_t i = 0; i < rules.minimum_tcb.size(); ++i) {
    if ((i < findings.tcb.size() ? findings.tcb[i] : 0) < rules.minimum_tcb[i])
      return Fail(Status::kAttestTcb);
  }
  if (rules.current_tcb && !findings.tcb_current) return Fail(Status::kAttestTcb);
  if (!rules.measurements.empty() && !Has(rules.measurements, findings.measurement))
    return Fail(Status::kAttestPlatform);
  return Ok();
}

bool IsApplied(const Claims& claims, const std::string& layer) {
  return Has(claims.layers, LayerClaim{layer, "applied"});
}

Result<Unit> JudgeEnclave(const Claims& claims, const Findings& findings, const Policy& policy) {
  const bool named = findings.enclave_image != Hash32{};
  if (named && findings.enclave_image != claims.measurement) return Fail(Status::kAttestMeasurement);
  // A TPM is asked for the image: the rest of what it measured is optional in a policy.
  if (findings.provider == Provider::kTpm2 && !named) return Fail(Status::kAttestMeasurement);
  if (!policy.measurements.empty() && !Has(policy.measurements, claims.measurement))
    return Fail(Status::kAttestMeasurement);
  if (!policy.signers.empty() && !Has(policy.signers, claims.release.signer))
    return Fail(Status::kAttestSigner);
  if (claims.release.svn < policy.minimum_svn) return Fail(Status::kAttestSvn);
  for (const std::string& layer : policy.layers) {
    if (!IsApplied(claims, layer)) return Fail(Status::kAttestLayers);
  }
  if (claims.rollback < policy.minimum_rollback) return Fail(Status::kAttestRollback);
  return Ok();
}

}  // namespace

Result<Unit> Judge(const Claims& claims, const Findings& findings, const Policy& policy,
                   const Expected& expected) {
  PASSPORT_TRY_VOID(JudgeBinding(claims, findings, expected));
  if (claims.simulated && !policy.allow_simulated) return Fail(Status::kAttestSimulated);
  if ((claims.debug || findings.debug) && !policy.allow_debug) return Fail(Status::kAttestDebug);
  const auto rules = policy.providers.find(claims.provider);
  if (rules == policy.providers.end()) return Fail(Status::kAttestProvider);
  PASSPORT_TRY_VOID(JudgeEvidence(findings, rules->second, expected));
  return JudgeEnclave(claims, findings, policy);
}

std::string_view RuleOf(Status status) {
  switch (status) {
    case Status::kAttestSimulated:
      return "allow_simulated";
    case Status::kAttestDebug:
      return "allow_debug";
    case Status::kAttestProvider:
      return "providers";
    case Status::kAttestRoot:
      return "roots and attesters of the provider";
    case Status::kAttestTcb:
      return "minimum_tcb and current_tcb of the provider";
    case Status::kAttestPlatform:
      return "measurements of the provider";
    case Status::kAttestMeasurement:
      return "measurements";
    case Status::kAttestSigner:
      return "signers";
    case Status::kAttestSvn:
      return "minimum_svn";
    case Status::kAttestLayers:
      return "required_layers";
    case Status::kAttestRollback:
      return "minimum_rollback";
    default:
      return "";  // no line: claims and evidence themselves do not hold
  }
}

}  // namespace passport::claims
