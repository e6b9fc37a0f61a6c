// Any text as a policy file: what is taken asks for something, only tightens, accepts claims and evidence
// that satisfy it, and refuses them as soon as they break one rule, with that rule's name.
#include "tests/fuzz/costly.h"
#include "trusted/claims/policy.h"

using namespace passport;
using attest::Provider;
using claims::Policy;

namespace {

constexpr std::size_t kLayersMax = 64;  // that claims can list

void CheckTightening(const Policy& current) {
  Policy next = current;
  ++next.version;
  PASSPORT_CHECK(claims::NotWeaker(current, current).ok());
  PASSPORT_CHECK(claims::NotWeaker(current, next).ok());
  next.minimum_svn = current.minimum_svn - 1;
  PASSPORT_CHECK(current.minimum_svn == 0 || !claims::NotWeaker(current, next).ok());
}

// An enclave as it is, and its evidence.
struct Shown {
  claims::Claims claims;
  attest::Findings findings;
  claims::Expected expected{.earliest_s = 100, .latest_s = 200};

  Result<Unit> Judge(const Policy& policy) {
    findings.report_data = claims::ReportData(claims.Encode());
    return claims::Judge(claims, findings, policy, expected);
  }
};

Shown Satisfying(const Policy& policy, Provider provider) {
  const claims::ProviderRules& rules = policy.providers.at(provider);
  Shown out;
  out.claims.provider = out.findings.provider = provider;
  out.claims.simulated = out.findings.simulated = provider == Provider::kSimulated;
  out.claims.measurement = out.findings.enclave_image = policy.measurements.front();
  if (!policy.signers.empty()) out.claims.release.signer = policy.signers.front();
  out.claims.release.svn = policy.minimum_svn;
  for (const std::string& layer : policy.layers) out.claims.layers.push_back({layer, "applied"});
  out.claims.rollback = policy.minimum_rollback;
  if (!rules.roots.empty()) out.findings.root = rules.roots.front();
  if (!rules.attesters.empty()) out.findings.attester = rules.attesters.front();
  if (!rules.measurements.empty()) out.findings.measurement = rules.measurements.front();
  out.findings.tcb = rules.minimum_tcb;
  out.findings.tcb_current = true;
  return out;
}

// After the change it is refused for this reason, which is a member of the file.
template <class Change>
void CheckRefused(const Policy& policy, Provider provider, Status why, Change change) {
  Shown shown = Satisfying(policy, provider);
  change(shown);
  PASSPORT_CHECK(shown.Judge(policy).error() == why);
  PASSPORT_CHECK(!claims::RuleOf(why).empty());
}

void CheckEvidence(const Policy& policy, Provider provider) {
  const claims::ProviderRules& rules = policy.providers.at(provider);
  if (provider > Provider::kSimulated)
    CheckRefused(policy, provider, Status::kAttestRoot, [](Shown& shown) {
      shown.findings.root = Hash32{0xee};
      shown.findings.attester = Hash32{0xee};
    });
  if (!rules.minimum_tcb.empty() && rules.minimum_tcb.back() > 0)
    CheckRefused(policy, provider, Status::kAttestTcb, [](Shown& shown) { --shown.findings.tcb.back(); });
  if (rules.current_tcb)
    CheckRefused(policy, provider, Status::kAttestTcb,
                 [](Shown& shown) { shown.findings.tcb_current = false; });
  if (!rules.measurements.empty())
    CheckRefused(policy, provider, Status::kAttestPlatform,
                 [](Shown& shown) { shown.findings.measurement = {}; });
  Shown late = Satisfying(policy, provider);
  late.findings.not_after_s = late.expected.latest_s - 1;
  PASSPORT_CHECK(late.Judge(policy).error() == Status::kAttestExpired);
}

void CheckEnclave(const Policy& policy, Provider provider) {
  CheckRefused(policy, provider, Status::kAttestMeasurement,
               [](Shown& shown) { shown.claims.measurement = shown.findings.enclave_image = Hash32{0xee}; });
  if (!policy.signers.empty())
    CheckRefused(policy, provider, Status::kAttestSigner,
                 [](Shown& shown) { shown.claims.release.signer = Hash32{0xee}; });
  if (policy.minimum_svn > 0)
    CheckRefused(policy, provider, Status::kAttestSvn, [](Shown& shown) { --shown.claims.release.svn; });
  if (!policy.layers.empty())
    CheckRefused(policy, provider, Status::kAttestLayers,
                 [](Shown& shown) { shown.claims.layers.front().state = "off"; });
  if (policy.minimum_rollback > claims::Rollback::kNone)
    CheckRefused(policy, provider, Status::kAttestRollback,
                 [](Shown& shown) { shown.claims.rollback = claims::Rollback::kNone; });
  if (!policy.allow_debug)
    CheckRefused(policy, provider, Status::kAttestDebug, [](Shown& shown) { shown.claims.debug = true; });
}

// What stands in a refusal for people is empty exactly if the claims satisfy the policy.
void CheckShortfall(const Policy& policy, Provider provider) {
  Shown shown = Satisfying(policy, provider);
  PASSPORT_CHECK(Shortfall(shown.claims, policy).empty() && JudgeClaims(shown.claims, policy).ok());
  shown.claims.measurement = Hash32{0xee};
  PASSPORT_CHECK(!Shortfall(shown.claims, policy).empty() && !JudgeClaims(shown.claims, policy).ok());
  shown = Satisfying(policy, provider);
  shown.claims.layers.clear();
  PASSPORT_CHECK(Shortfall(shown.claims, policy).empty() == policy.layers.empty());
}

void CheckJudging(const Policy& policy) {
  if (policy.layers.size() > kLayersMax) return;
  for (const auto& [provider, rules] : policy.providers) {
    PASSPORT_CHECK(Satisfying(policy, provider).Judge(policy).ok());
    CheckEvidence(policy, provider);
    CheckEnclave(policy, provider);
    CheckShortfall(policy, provider);
    Shown old = Satisfying(policy, provider);
    old.expected.nonce = Hash32{1};
    PASSPORT_CHECK(old.Judge(policy).error() == Status::kAttestNonce);
  }
  for (const Provider other : {Provider::kNone, Provider::kSimulated, Provider::kTpm2}) {
    if (policy.providers.contains(other)) continue;
    Policy with = policy;
    with.providers[other] = {};
    const Status why = other == Provider::kSimulated ? Status::kAttestSimulated : Status::kAttestProvider;
    PASSPORT_CHECK(Satisfying(with, other).Judge(policy).error() == why);
    PASSPORT_CHECK(!claims::RuleOf(why).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const auto policy = claims::ParsePolicy(AsText(input));
  if (!policy.ok()) {
    PASSPORT_CHECK(!policy.error().text.empty());
    return 0;
  }
  const Policy& current = policy.value();
  PASSPORT_CHECK(current.version >= 1 && !current.providers.empty() && !current.measurements.empty());
  CheckTightening(current);
  const auto taken = claims::ReadTaken(AsText(input));
  PASSPORT_CHECK(taken.ok() && taken.value() == current);
  // Claims of an image that is not listed are refused whatever else the policy says.
  PASSPORT_CHECK(!claims::Judge({}, {}, current, {}).ok());
  if (fuzz::IsLookedAtClosely(input)) CheckJudging(current);
  return 0;
}
