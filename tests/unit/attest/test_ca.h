// A certification authority of a test's own: certificates that are right, and wrong in one respect.
#pragma once

#include <string>
#include <utility>

#include "tests/unit/attest/keys.h"
#include "trusted/attest/evidence.h"

namespace passport::attest {

struct CertificateSpec {
  std::string subject = "Leaf";
  std::string issuer = "Middle";
  std::int64_t not_before_s = 1'700'000'000;
  std::int64_t not_after_s = 1'900'000'000;
  // Values of basicConstraints and keyUsage as OpenSSL's configuration has them; empty: the extension is not
  // there.
  std::string basic_constraints;
  std::string key_usage = "critical,digitalSignature";
  std::vector<std::pair<std::string, Bytes>> extensions = {};  // dotted OID and value
  bool critical = false;                                       // these extensions
  std::string other_extension = {};                            // "name=value", for those OpenSSL knows
  const EVP_MD* digest = nullptr;  // null: the one that goes with the issuer's key
  bool pss = true;                 // of an RSA issuer
};

CertificateSpec RootSpec();    // "Root", by itself
CertificateSpec MiddleSpec();  // "Middle", by "Root", for leaves only

// DER.
Bytes MakeCertificate(const CertificateSpec& spec, const EvpKey& subject, const EvpKey& issuer);

// One of the RSA keys of 4096 bits in the folder keys: making one takes seconds.
EvpKey FixedRsaKey(const std::string& name);

// What a verifier of evidence says; kOk if it is content.
template <class Verifier>
Status RefusalOf(Verifier verify, const Evidence& evidence) {
  const auto findings = verify(evidence);
  return findings.ok() ? Status::kOk : findings.error();
}

}  // namespace passport::attest
