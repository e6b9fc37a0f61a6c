// The first released forms of what enclaves show each other and what operators sign about it.
#include <gtest/gtest.h>

#include "tests/golden/golden.h"
#include "trusted/attest/simulated.h"
#include "trusted/core/evidence_desk.h"
#include "trusted/core/policy_book.h"

namespace passport::golden {
namespace {

claims::Claims SampleClaims() {
  claims::Claims out;
  out.provider = attest::Provider::kSimulated;
  out.simulated = true;
  out.debug = true;
  out.measurement = Numbered<32>(0x01);
  out.release = {Numbered<32>(0x11), 2, 3};
  out.build = "0.1.0 release";
  out.edl_schema = 0x01020304;
  out.filter_sha256 = Numbered<32>(0x21);
  out.configuration = {Numbered<32>(0x31), Numbered<32>(0x41), 5, 1024, 4096};
  out.node = PartyIndex{2};
  out.epoch = 6;
  out.identity_key = Numbered<32>(0x51);
  out.channel_key = Numbered<32>(0x61);
  out.instance_key = Numbered<32>(0x71);
  out.envelope_key_sha256 = Numbered<32>(0x81);
  out.boot.bytes = Numbered<16>(0x91);
  out.boot_counter = 7;
  out.head_counter = 8;
  out.head_hash = Numbered<32>(0xa1);
  out.layers = {{"mode", "development"}, {"seccomp", "applied"}, {"landlock", "unavailable (ENOSYS)"}};
  out.key_sources = 3;
  out.key_epoch = 9;
  out.rollback = claims::Rollback::kPeersWeak;
  out.verifier_nonce = Numbered<32>(0xb1);
  return out;
}

core::Proof SampleProof() {
  const Bytes claims = SampleClaims().Encode();
  return {claims, attest::MakeSimulated(Numbered<32>(0x01), claims::ReportData(claims)).Encode()};
}

core::PolicyStatement SamplePolicyStatement() {
  core::PolicyStatement out;
  out.network = Numbered<16>(0x70);
  out.number = 6;
  out.expires_unix_ms = 1'700'000'060'000;
  out.file = "{\"version\":1}\n";
  for (const PartyIndex party : {PartyIndex{1}, PartyIndex{3}})
    out.signatures[party] =
        crypto::SigningKey(crypto::SecretKey32(Numbered<32>(0x44))).Sign(out.SignedHash());
  return out;
}

template <class T>
void ExpectAttestForm(const std::string& name, const T& sample) {
  WriteMissing(name, sample.Encode());
  EXPECT_EQ(ToHex(ReadGolden(name)), ToHex(sample.Encode())) << name;
  EXPECT_TRUE(RoundTrips<T>(name)) << name;
}

TEST(GoldenAttest, ClaimsProofsAndPolicyStatementsAreUnderstood) {
  ExpectAttestForm("claims-v1.bin", SampleClaims());
  ExpectAttestForm("proof-v1.bin", SampleProof());
  ExpectAttestForm("statement-policy-v1.bin", SamplePolicyStatement());
}

TEST(GoldenAttest, PolicyStatementsForStartsAndStoredPoliciesAreUnderstood) {
  core::PolicyStatement statement = SamplePolicyStatement();
  statement.replaces = {{PartyIndex{1}, {BootId{Numbered<16>(0x10)}, Numbered<32>(0x20)}},
                        {PartyIndex{2}, {BootId{Numbered<16>(0x30)}, {}}}};
  for (auto& [party, signature] : statement.signatures)
    signature = crypto::SigningKey(crypto::SecretKey32(Numbered<32>(0x44))).Sign(statement.SignedHash());
  ExpectAttestForm("statement-policy-starts-v1.bin", statement);
  ExpectAttestForm("stored-policy-v3.bin", core::StoredPolicy{"{\"version\":2}", false, "{\"version\":1}",
                                                              SamplePolicyStatement().Encode()});
  const auto second = core::StoredPolicy::Parse(ReadGolden("stored-policy-v2.bin")).value();
  EXPECT_EQ(second.file, "{\"version\":2}");
  EXPECT_EQ(second.base, "{\"version\":1}");
  EXPECT_TRUE(!second.proven && second.statement.empty());
}

TEST(GoldenAttest, WhatASessionShowsIsUnderstood) {
  ExpectAttestForm("session-evidence-v5.bin",
                   core::SessionEvidence{SampleProof().Encode(), true, SamplePolicyStatement().Encode()});
}

// What the evidence of a released build covers stays what a later build computes.
TEST(GoldenAttest, EvidenceOfAnEarlierBuildStillCoversItsClaims) {
  const auto proof = core::Proof::Parse(ReadGolden("proof-v1.bin")).value();
  const auto found = attest::VerifySimulated(attest::Evidence::Parse(proof.evidence).value()).value();
  EXPECT_EQ(found.report_data, claims::ReportData(proof.claims));
}

}  // namespace
}  // namespace passport::golden
