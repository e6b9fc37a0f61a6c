// What a node's evidence proves and what not: GET /attestation, verified, and judged by a policy.
#pragma once

#include <functional>

#include "tools/cli/node_api.h"
#include "trusted/claims/policy.h"

namespace passport::cli {

// What GET /attestation says, as it came.
struct Attestation {
  ByteArray<32> nonce{};
  Bytes claims_bytes;
  Bytes evidence_bytes;
  claims::Claims claims;
  attest::Evidence evidence;
  crypto::Ed25519Signature signature{};           // by claims.identity_key
  crypto::Ed25519Signature instance_signature{};  // by claims.instance_key
};
// kJsonType, kMalformed and the like, if it is not what a node of this version says.
Result<Attestation> ParseAttestation(const json::Value& body);

enum class Verdict {
  kProven,        // signed, the evidence holds, and the policy accepts it
  kConsistent,    // signed and the evidence holds; no policy was given to judge it
  kRefused,       // something does not hold, or the policy refuses it
  kUnverifiable,  // the evidence needs passport-verifier, which was not given or did not work
};
std::string_view NameOf(Verdict verdict);

struct Assessment {
  Verdict verdict = Verdict::kProven;
  Status status = Status::kOk;  // of claims::Judge or the evidence's verifier, where it is one of theirs
  std::vector<std::string> faults = {};  // one sentence each, why it is not proven
  std::vector<std::string> proven = {};
  std::vector<std::string> not_proven = {};
  std::optional<attest::Findings> found = {};  // in the evidence, if it holds
};

// Findings of evidence that needs certificates read, or why there are none. Empty: no passport-verifier.
using HardwareVerifier = std::function<Result<attest::Findings, std::string>(ByteSpan evidence)>;

// What the verifier himself knows and has.
struct Verifying {
  ByteArray<32> nonce{};
  std::uint64_t now_s = 0;  // Unix time
  const claims::Policy* policy = nullptr;
  const peer::SignedManifest* manifest = nullptr;
  HardwareVerifier hardware = {};
};
Assessment Assess(const Attestation& attestation, const Verifying& verifying);

}  // namespace passport::cli
