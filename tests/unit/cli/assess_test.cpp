// passport attest: what an answer has to show to be called proven, and what is said about it.
#include "tools/cli/assess.h"

#include <gtest/gtest.h>

#include <functional>

#include "trusted/attest/simulated.h"

namespace passport::cli {
namespace {

using attest::Provider;

constexpr ByteArray<32> kNonce{1, 2, 3};

// Three nodes; the answer is that of the enclave of node 2.
class Assessed : public ::testing::Test {
 protected:
  Assessed() {
    peer::Manifest& manifest = expected.manifest;
    manifest.network_id = {7};
    manifest.n = 3;
    manifest.t = manifest.keygen_quorum = 2;
    for (std::uint8_t i = 1; i <= 3; ++i) {
      enclaves.push_back(crypto::SigningKey::Generate(rng));
      operators.push_back(crypto::SigningKey::Generate(rng));
      manifest.rows.push_back({.party = PartyIndex{i},
                               .identity_key = enclaves.back().public_key(),
                               .channel_key = {i, 2},
                               .operator_key = operators.back().public_key(),
                               .peer_address = "127.0.0.1:" + std::to_string(i),
                               .api_address = "http://localhost:" + std::to_string(i),
                               .measurements = {{i, 3}}});
    }
    for (std::uint16_t i = 1; i <= 3; ++i) expected.Sign(PartyIndex{i}, operators[i - 1u]);
    answer.claims.provider = Provider::kSimulated;
    answer.claims.simulated = true;
    answer.claims.measurement = {2, 3};
    answer.claims.node = PartyIndex{2};
    answer.claims.identity_key = enclaves[1].public_key();
    answer.claims.channel_key = {2, 2};
    answer.claims.instance_key = instance.public_key();
    answer.claims.configuration.manifest_hash = expected.manifest.Hash();
    answer.claims.layers = {{"seccomp", "applied"}, {"landlock", "unavailable (ENOSYS)"}};
    answer.claims.verifier_nonce = claims::RequestNonce(kNonce);
    policy = claims::DevnetPolicy();
    policy.version = 4;
    verifying.nonce = kNonce;
    verifying.now_s = 1000;
    verifying.policy = &policy;
    verifying.manifest = &expected;
  }
  // As the core does: evidence for the claims, then both signatures.
  void Answer(const ByteArray<32>& nonce = kNonce) {
    answer.nonce = nonce;
    answer.claims_bytes = answer.claims.Encode();
    const auto report_data = claims::ReportData(answer.claims_bytes);
    if (answer.claims.provider == Provider::kSimulated)
      answer.evidence = attest::MakeSimulated(answer.claims.measurement, report_data);
    if (answer.claims.provider == Provider::kSnp)
      answer.evidence = {Provider::kSnp, ToBytes(report_data), {}};
    answer.evidence_bytes = answer.evidence.Encode();
    const Hash32 hash = claims::AnswerHash(nonce, answer.claims_bytes, answer.evidence_bytes);
    answer.signature = enclaves[1].Sign(hash);
    answer.instance_signature = instance.Sign(hash);
  }
  Assessment Judged() {
    Answer();
    return Assess(answer, verifying);
  }

  crypto::SystemRng rng;
  std::vector<crypto::SigningKey> enclaves;
  std::vector<crypto::SigningKey> operators;
  crypto::SigningKey instance = crypto::SigningKey::Generate(rng);
  peer::SignedManifest expected;
  claims::Policy policy;
  Attestation answer;
  Verifying verifying;
};

bool Says(const std::vector<std::string>& texts, std::string_view part) {
  for (const std::string& text : texts) {
    if (text.find(part) != std::string::npos) return true;
  }
  return false;
}

TEST_F(Assessed, IsProvenAndSaysWhatIsNot) {
  const Assessment out = Judged();
  EXPECT_EQ(out.verdict, Verdict::kProven) << (out.faults.empty() ? "" : out.faults[0]);
  EXPECT_TRUE(Says(out.proven, "the manifest names for node 2"));
  EXPECT_TRUE(Says(out.proven, "version 4 of the given policy accepts it"));
  EXPECT_TRUE(Says(out.not_proven, "SIMULATED"));
  EXPECT_TRUE(Says(out.not_proven, "confinement by: landlock"));
}

TEST_F(Assessed, WithoutPolicyAndManifestLessIsProven) {
  verifying.policy = nullptr;
  verifying.manifest = nullptr;
  const Assessment out = Judged();
  EXPECT_EQ(out.verdict, Verdict::kConsistent);
  EXPECT_TRUE(Says(out.not_proven, "only --policy can show"));
  EXPECT_TRUE(Says(out.not_proven, "only --manifest can show"));
}

TEST_F(Assessed, SimulatedEvidenceUnderAPolicyWithoutItIsRefusedByName) {
  policy.allow_simulated = false;
  const Assessment out = Judged();
  EXPECT_EQ(out.verdict, Verdict::kRefused);
  EXPECT_EQ(out.status, Status::kAttestSimulated);
  EXPECT_TRUE(Says(out.faults, "[policy: allow_simulated]"));
  EXPECT_TRUE(out.proven.empty());
}

TEST_F(Assessed, WhatDoesNotHoldIsRefusedByItsOwnReason) {
  const std::pair<Status, std::function<void()>> cases[] = {
      {Status::kAttestNonce, [&] { Answer({9}); }},
      {Status::kAttestNonce,
       [&] {
         answer.claims.verifier_nonce = kNonce;  // as a peer session's would be
         Answer();
       }},
      {Status::kBadSignature, [&] { answer.signature[0] ^= 1; }},
      {Status::kBadSignature, [&] { answer.instance_signature[0] ^= 1; }},
      {Status::kBadSignature,
       [&] {
         Answer();
         answer.evidence_bytes.push_back(0);
       }},
      {Status::kAttestReportData,
       [&] {
         answer.claims.boot_counter = 77;
         const attest::Evidence old = answer.evidence;
         Answer();
         answer.evidence = old;
       }},
      {Status::kAttestNode,
       [&] {
         answer.claims.configuration.manifest_hash[0] ^= 1;
         Answer();
       }},
      {Status::kAttestKeys,
       [&] {
         answer.claims.node = PartyIndex{3};
         Answer();
       }},
      {Status::kAttestMeasurement,
       [&] {
         answer.claims.measurement = {1, 3};
         Answer();
       }},
  };
  const claims::Claims good = answer.claims;
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    answer.claims = good;
    Answer();
    cases[i].second();
    const Assessment out = Assess(answer, verifying);
    EXPECT_EQ(out.verdict, Verdict::kRefused) << i;
    EXPECT_EQ(out.status, cases[i].first) << i;
  }
}

TEST_F(Assessed, EvidenceWithCertificatesNeedsTheVerifier) {
  answer.claims.provider = Provider::kSnp;
  answer.claims.simulated = false;
  policy.providers[Provider::kSnp].roots = {{0xbb}};
  Assessment out = Judged();
  EXPECT_EQ(out.verdict, Verdict::kUnverifiable);
  EXPECT_TRUE(Says(out.faults, "--verifier"));

  verifying.hardware = [](ByteSpan) { return Fail(std::string("it does not start")); };
  out = Judged();
  EXPECT_EQ(out.verdict, Verdict::kUnverifiable);
  EXPECT_TRUE(Says(out.faults, "it does not start"));

  verifying.hardware = [](ByteSpan evidence) -> Result<attest::Findings, std::string> {
    attest::Findings found;
    found.provider = Provider::kSnp;
    found.report_data = ToArray<64>(attest::Evidence::Parse(evidence).value().quote).value();
    found.root = {0xbb};
    return found;
  };
  EXPECT_EQ(Judged().verdict, Verdict::kProven);
  policy.providers[Provider::kSnp].roots = {{0xcc}};
  EXPECT_EQ(Judged().status, Status::kAttestRoot);
  // Without a policy it holds together, and nobody says whose root that is.
  verifying.policy = nullptr;
  EXPECT_EQ(Judged().verdict, Verdict::kConsistent);
}

TEST_F(Assessed, ARefusalIsNotHiddenByWhatCouldNotBeVerified) {
  answer.claims.provider = Provider::kSnp;
  answer.claims.simulated = false;
  Answer();
  answer.signature[0] ^= 1;
  EXPECT_EQ(Assess(answer, verifying).verdict, Verdict::kRefused);
}

}  // namespace
}  // namespace passport::cli
