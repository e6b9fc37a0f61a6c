// Claims, evidence and a policy that go together.
#pragma once

#include "trusted/attest/simulated.h"
#include "trusted/claims/policy.h"

namespace passport::claims {

inline Hash32 Filled(std::uint8_t value) {
  Hash32 out;
  out.fill(value);
  return out;
}

inline Claims SampleClaims() {
  Claims out;
  out.provider = attest::Provider::kSnp;
  out.measurement = Filled(1);
  out.release = {Filled(2), 7, 5};
  out.build = "passport 1.2 (release)";
  out.edl_schema = 0x01020304;
  out.filter_sha256 = Filled(3);
  out.configuration = {Filled(4), Filled(5), 6, 1024, 4096};
  out.node = PartyIndex{2};
  out.epoch = 9;
  out.identity_key = Filled(6);
  out.channel_key = Filled(7);
  out.instance_key = Filled(8);
  out.envelope_key_sha256 = Filled(9);
  out.boot.bytes.fill(10);
  out.boot_counter = 11;
  out.head_counter = 12;
  out.head_hash = Filled(13);
  out.layers = {{"mode", "production"}, {"seccomp", "applied"}, {"landlock", "unavailable (ENOSYS)"}};
  out.key_sources = 3;
  out.key_epoch = 14;
  out.rollback = Rollback::kPeers;
  out.verifier_nonce = Filled(15);
  return out;
}

inline attest::Findings SampleFindings(const Claims& claims) {
  attest::Findings out;
  out.provider = claims.provider;
  out.simulated = claims.provider == attest::Provider::kSimulated;
  out.report_data = ReportData(claims.Encode());
  out.measurement = Bytes(48, 0xaa);
  out.tcb = {3, 0, 20};
  out.root = Filled(0xbb);
  out.attester = Filled(0xcc);
  out.not_before_s = 1000;
  out.not_after_s = 2000;
  return out;
}

inline Policy SamplePolicy() {
  Policy out;
  out.version = 3;
  out.hash = Filled(1);
  out.providers[attest::Provider::kSnp] = {{Filled(0xbb)}, {}, {Bytes(48, 0xaa)}, {3, 0, 20}, false};
  out.measurements = {Filled(0), Filled(1)};
  out.signers = {Filled(2)};
  out.minimum_svn = 5;
  out.evidence_age_max_s = 600;
  out.layers = {"seccomp"};
  out.minimum_rollback = Rollback::kPeers;
  return out;
}

inline Expected SampleExpected() { return {Filled(15), 1500, 1510}; }

}  // namespace passport::claims
