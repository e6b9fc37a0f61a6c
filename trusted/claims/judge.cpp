// Judge: the rules of a policy, one after the other.
#include <algorithm>

#include "trusted/claims/claims_json.h"
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

// Who may vouch for the claims at all; of what kind the enclave may be.
Result<Unit> JudgeKind(const Claims& claims, bool debug, const Policy& policy) {
  if (claims.simulated && !policy.allow_simulated) return Fail(Status::kAttestSimulated);
  if (debug && !policy.allow_debug) return Fail(Status::kAttestDebug);
  if (!policy.providers.contains(claims.provider)) return Fail(Status::kAttestProvider);
  return Ok();
}

// Evidence that names the enclave's image names the claimed one.
Result<Unit> JudgeImage(const Claims& claims, const Findings& findings) {
  const bool named = findings.enclave_image != Hash32{};
  if (named && findings.enclave_image != claims.measurement) return Fail(Status::kAttestMeasurement);
  // A TPM is asked for the image: the rest of what it measured is optional in a policy.
  if (findings.provider == Provider::kTpm2 && !named) return Fail(Status::kAttestMeasurement);
  return Ok();
}

bool IsApplied(const Claims& claims, const std::string& layer) {
  return Has(claims.layers, LayerClaim{layer, "applied"});
}

Result<Unit> JudgeEnclave(const Claims& claims, const Policy& policy) {
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

// What the claims have of each layer that is required and not applied.
std::string MissingLayers(const Claims& claims, const Policy& policy) {
  std::string out;
  for (const std::string& layer : policy.layers) {
    if (IsApplied(claims, layer)) continue;
    const auto claimed = std::ranges::find(claims.layers, layer, &LayerClaim::layer);
    out += (out.empty() ? "" : ", ") + layer + " is " +
           (claimed == claims.layers.end() ? "not there" : claimed->state);
  }
  return out;
}

}  // namespace

Result<Unit> Judge(const Claims& claims, const Findings& findings, const Policy& policy,
                   const Expected& expected) {
  PASSPORT_TRY_VOID(JudgeBinding(claims, findings, expected));
  PASSPORT_TRY_VOID(JudgeKind(claims, claims.debug || findings.debug, policy));
  PASSPORT_TRY_VOID(JudgeEvidence(findings, policy.providers.at(claims.provider), expected));
  PASSPORT_TRY_VOID(JudgeImage(claims, findings));
  return JudgeEnclave(claims, policy);
}

Result<Unit> JudgeClaims(const Claims& claims, const Policy& policy) {
  PASSPORT_TRY_VOID(JudgeKind(claims, claims.debug, policy));
  return JudgeEnclave(claims, policy);
}

std::string Shortfall(const Claims& claims, const Policy& policy) {
  const auto judged = JudgeClaims(claims, policy);
  if (judged.ok()) return "";
  const std::string rule(RuleOf(judged.error()));
  switch (judged.error()) {
    case Status::kAttestProvider:
      return rule + " do not name " + std::string(attest::NameOf(claims.provider));
    case Status::kAttestMeasurement:
      return rule + " do not name the image " + ToHex(claims.measurement);
    case Status::kAttestSigner:
      return rule + " do not name " +
             (claims.release.signer == Hash32{} ? "an unsigned release" : ToHex(claims.release.signer));
    case Status::kAttestSvn:
      return rule + " is " + std::to_string(policy.minimum_svn) + ", the release has " +
             std::to_string(claims.release.svn);
    case Status::kAttestLayers:
      return rule + ": " + MissingLayers(claims, policy);
    case Status::kAttestRollback:
      return rule + " is " + std::string(NameOf(policy.minimum_rollback)) + ", the node has " +
             std::string(NameOf(claims.rollback));
    default:
      return rule + " is false";
  }
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
