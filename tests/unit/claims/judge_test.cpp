// A policy refuses each thing that is wrong by its own code.
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/claims/sample.h"

namespace passport::claims {
namespace {

using attest::Findings;
using attest::Provider;

struct Case {
  Status expected;
  std::function<void(Claims&)> claims = {};
  std::function<void(Findings&)> findings = {};
  std::function<void(Policy&)> policy = {};
  std::function<void(Expected&)> asked = {};
};

Result<Unit> JudgeCase(const Case& each) {
  Claims claims = SampleClaims();
  if (each.claims) each.claims(claims);
  Findings findings = SampleFindings(claims);
  if (each.findings) each.findings(findings);
  Policy policy = SamplePolicy();
  if (each.policy) each.policy(policy);
  Expected expected = SampleExpected();
  if (each.asked) each.asked(expected);
  return Judge(claims, findings, policy, expected);
}

TEST(Judge, AcceptsWhatThePolicyAsksFor) { EXPECT_TRUE(JudgeCase({Status::kOk}).ok()); }

TEST(Judge, RefusesEachRuleByItsOwnCode) {
  const std::vector<Case> cases = {
      {Status::kAttestNonce, [](Claims& c) { c.verifier_nonce[0] ^= 1; }},
      {Status::kAttestNonce, {}, {}, {}, [](Expected& e) { e.nonce[31] ^= 1; }},
      {Status::kAttestClaims, [](Claims& c) { c.simulated = true; }},
      {Status::kAttestClaims, {}, [](Findings& f) { f.simulated = true; }},
      {Status::kAttestClaims, {}, [](Findings& f) { f.provider = Provider::kTdx; }},
      {Status::kAttestReportData, {}, [](Findings& f) { f.report_data[63] ^= 1; }},
      {Status::kAttestSimulated,
       [](Claims& c) {
         c.provider = Provider::kSimulated;
         c.simulated = true;
       }},
      {Status::kAttestDebug, [](Claims& c) { c.debug = true; }},
      {Status::kAttestDebug, {}, [](Findings& f) { f.debug = true; }},
      {Status::kAttestProvider, [](Claims& c) { c.provider = Provider::kNone; }},
      {Status::kAttestProvider, [](Claims& c) { c.provider = Provider::kTdx; }},
      {Status::kAttestRoot, {}, [](Findings& f) { f.root = {}; }},
      {Status::kAttestRoot, {}, [](Findings& f) { f.root = f.attester; }},
      {Status::kAttestExpired, {}, [](Findings& f) { f.not_after_s = 1509; }},
      {Status::kAttestExpired, {}, [](Findings& f) { f.not_before_s = 1501; }},
      {Status::kAttestTcb,
       {},
       [](Findings& f) {
         f.tcb = {2, 9, 99};
       }},
      {Status::kAttestTcb,
       {},
       [](Findings& f) {
         f.tcb = {3, 0};
       }},
      {Status::kAttestTcb, {}, {}, [](Policy& p) { p.providers[Provider::kSnp].current_tcb = true; }},
      {Status::kAttestPlatform, {}, [](Findings& f) { f.measurement[0] ^= 1; }},
      {Status::kAttestMeasurement, [](Claims& c) { c.measurement = Filled(99); }},
      {Status::kAttestMeasurement, {}, [](Findings& f) { f.enclave_image = Filled(2); }},
      {Status::kAttestSigner, [](Claims& c) { c.release.signer = {}; }},
      {Status::kAttestSvn, [](Claims& c) { c.release.svn = 4; }},
      {Status::kAttestLayers, [](Claims& c) { c.layers[1].state = "off"; }},
      {Status::kAttestLayers, {}, {}, [](Policy& p) { p.layers.push_back("landlock"); }},
      {Status::kAttestRollback, [](Claims& c) { c.rollback = Rollback::kPeersWeak; }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto verdict = JudgeCase(cases[i]);
    ASSERT_FALSE(verdict.ok()) << i;
    EXPECT_EQ(verdict.error(), cases[i].expected) << i;
  }
}

// What an enclave asks about itself: the same rules in the same order, but those that only evidence answers.
TEST(Judge, OwnClaimsAreJudgedByAllThatIsNotOfEvidenceAndTheShortfallIsNamed) {
  const std::tuple<Status, std::function<void(Claims&)>, std::string> cases[] = {
      {Status::kAttestSimulated,
       [](Claims& c) {
         c.provider = Provider::kSimulated;
         c.simulated = true;
       },
       "allow_simulated is false"},
      {Status::kAttestDebug, [](Claims& c) { c.debug = true; }, "allow_debug is false"},
      {Status::kAttestProvider, [](Claims& c) { c.provider = Provider::kTpm2; },
       "providers do not name tpm2"},
      {Status::kAttestMeasurement, [](Claims& c) { c.measurement = Filled(0x99); },
       "measurements do not name the image " + ToHex(Filled(0x99))},
      {Status::kAttestSigner, [](Claims& c) { c.release.signer = {}; },
       "signers do not name an unsigned release"},
      {Status::kAttestSvn, [](Claims& c) { c.release.svn = 4; }, "minimum_svn is 5, the release has 4"},
      {Status::kAttestLayers, [](Claims& c) { c.layers[1].state = "unavailable (ENOSYS)"; },
       "required_layers: seccomp is unavailable (ENOSYS)"},
      {Status::kAttestLayers, [](Claims& c) { c.layers.clear(); }, "required_layers: seccomp is not there"},
      {Status::kAttestRollback, [](Claims& c) { c.rollback = Rollback::kNone; },
       "minimum_rollback is peers, the node has none"},
  };
  const Policy policy = SamplePolicy();
  for (const auto& [status, change, text] : cases) {
    Claims claims = SampleClaims();
    change(claims);
    const auto own = JudgeClaims(claims, policy);
    ASSERT_FALSE(own.ok()) << text;
    EXPECT_EQ(own.error(), status);
    EXPECT_EQ(Shortfall(claims, policy), text);
  }
  Claims unproven = SampleClaims();
  unproven.verifier_nonce[0] ^= 1;
  EXPECT_TRUE(JudgeClaims(unproven, policy).ok());
  EXPECT_EQ(Shortfall(unproven, policy), "");
}

TEST(Judge, AnEnrolledAttesterDoesInPlaceOfARoot) {
  const Case enrolled{Status::kOk,
                      {},
                      [](Findings& f) { f.root = {}; },
                      [](Policy& p) { p.providers[Provider::kSnp].attesters = {Filled(0xcc)}; }};
  EXPECT_TRUE(JudgeCase(enrolled).ok());
}

TEST(Judge, ATpmHasToNameTheImage) {
  const auto with_image = [](const Hash32& image) {
    return JudgeCase({Status::kOk, [](Claims& c) { c.provider = Provider::kTpm2; },
                      [&](Findings& f) { f.enclave_image = image; },
                      [](Policy& p) { p.providers[Provider::kTpm2].attesters = {Filled(0xcc)}; }});
  };
  EXPECT_TRUE(with_image(Filled(1)).ok());
  EXPECT_EQ(with_image({}).error(), Status::kAttestMeasurement);
}

TEST(Judge, TheBuiltInPoliciesTakeSimulatedEvidenceInADevnetOnly) {
  Claims claims = SampleClaims();
  claims.provider = Provider::kSimulated;
  claims.simulated = true;
  const auto evidence = attest::MakeSimulated(claims.measurement, ReportData(claims.Encode()));
  const Findings findings = attest::VerifySimulated(evidence).value();
  EXPECT_TRUE(Judge(claims, findings, DevnetPolicy(), SampleExpected()).ok());
  const Policy production = ProductionPolicy({claims.measurement});
  EXPECT_EQ(Judge(claims, findings, production, SampleExpected()).error(), Status::kAttestSimulated);

  Claims none = SampleClaims();
  none.provider = Provider::kNone;
  EXPECT_TRUE(Judge(none, {}, DevnetPolicy(), SampleExpected()).ok());
  EXPECT_TRUE(Judge(none, {}, production, SampleExpected()).ok());
  none.measurement = Filled(77);
  EXPECT_EQ(Judge(none, {}, production, SampleExpected()).error(), Status::kAttestMeasurement);
}

TEST(Judge, NamesTheLineOfThePolicyForEveryCodeThatHasOne) {
  for (auto code = static_cast<unsigned>(Status::kAttestSimulated);
       code <= static_cast<unsigned>(Status::kAttestRollback); ++code) {
    const Status status{static_cast<std::uint16_t>(code)};
    EXPECT_EQ(RuleOf(status).empty(), status == Status::kAttestExpired) << code;
  }
  EXPECT_EQ(RuleOf(Status::kAttestNonce), "");
}

}  // namespace
}  // namespace passport::claims
