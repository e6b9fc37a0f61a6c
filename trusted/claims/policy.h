// Policy: which enclaves a verifier accepts, as a file that operators and clients write
// (docs/attestation.md), and how it may change.
#pragma once

#include <map>
#include <string>

#include "trusted/attest/findings.h"
#include "trusted/claims/claims.h"

namespace passport::claims {

inline constexpr std::size_t kPolicyBytesMax = 10240;

// What is demanded of the evidence of one provider. The hashes are those of attest::Findings.
struct ProviderRules {
  std::vector<Hash32> roots;               // trusted root certificates
  std::vector<Hash32> attesters;           // enrolled attesting keys; one of the two lists has to have it
  std::vector<Bytes> measurements;         // of what the platform started; empty: not asked, of a TPM only
  std::vector<std::uint16_t> minimum_tcb;  // component by component; missing ones of the evidence are 0
  bool current_tcb = false;                // the vendor must say that it is up to date
  bool operator==(const ProviderRules&) const = default;
};

struct Policy {
  std::uint64_t version = 0;  // 0: built in
  Hash32 hash{};              // SHA-256 of the file; zero: built in
  std::map<attest::Provider, ProviderRules> providers;
  std::vector<Hash32> measurements;  // of enclave images; empty in a devnet's built-in policy only: any
  std::vector<Hash32> signers;       // of releases; empty: not asked
  std::uint32_t minimum_svn = 0;
  std::uint32_t evidence_age_max_s = 0;  // then a session has to show new evidence
  std::vector<std::string> layers;       // of confinement, that must be applied
  Rollback minimum_rollback = Rollback::kNone;
  bool allow_simulated = false;
  bool allow_debug = false;

  bool operator==(const Policy&) const = default;
};

// Which member is wrong, and how, for whoever wrote the file.
struct PolicyProblem {
  std::string text;
};

// Strict: a member that is unknown, missing, of the wrong type or pointless is an error, and so is a word
// that this version does not know: nobody could satisfy it, and what is required once stays so.
Result<Policy, PolicyProblem> ParsePolicy(std::string_view file);
// A file that an enclave once took: a layer that this version does not know stays, and nobody has it.
Result<Policy, PolicyProblem> ReadTaken(std::string_view file);
// What holds where such a file cannot be read at all: its hash and, if it can be told, its version, by which
// another one follows it. It accepts nobody.
Policy NobodysPolicy(std::string_view file);

// What holds in a network until its operators sign a file: in a devnet everything but hardware nobody
// enrolled, in production only what the manifest's rows allow, without evidence, never simulated.
Policy DevnetPolicy();
Policy ProductionPolicy(std::vector<Hash32> measurements);

// What the verifier itself chose or knows.
struct Expected {
  ByteArray<32> nonce{};
  std::uint64_t earliest_s = 0;  // Unix time between which it is now
  std::uint64_t latest_s = 0;
};

// Whether claims and what was found in their evidence (of provider none: Findings{}) satisfy the policy. The
// first rule that does not hold, in the order of kAttest* in edl/base/status.h.
Result<Unit> Judge(const Claims& claims, const attest::Findings& findings, const Policy& policy,
                   const Expected& expected);
// The same as far as claims alone tell, whatever their evidence: what an enclave can ask about itself. Who
// fails here satisfies the policy with no evidence.
Result<Unit> JudgeClaims(const Claims& claims, const Policy& policy);
// The member of the policy file that such a code comes from: "allow_simulated".
std::string_view RuleOf(Status status);
// What JudgeClaims found, for people: the member, what it asks for and what the claims have. Empty if
// nothing.
std::string Shortfall(const Claims& claims, const Policy& policy);

// A network's policy only gets stricter: minimums rise or stay, providers and permissions go and never come,
// lists that were asked about stay so. Which images, signers, roots and keys are listed may change, as
// releases and machines do. The first kWeaker* that holds. Transitive; versions are not compared.
Result<Unit> NotWeaker(const Policy& current, const Policy& next);
// The member of the policy file that such a code names: "minimum_svn"; empty of any other.
std::string_view WeakerMember(Status status);
inline bool IsWeaker(Status status) {
  return status == Status::kPolicyWeaker || !WeakerMember(status).empty();
}
// Whether one version can come after another: later, not at once the next, for a node that was away or could
// not take one takes the next; not so late that hardly any could follow.
inline constexpr std::uint64_t kVersionsAheadMax = 100;
bool Follows(std::uint64_t current, std::uint64_t next);

}  // namespace passport::claims
