// The operators' word on which enclaves their nodes accept (boundary.md 5.3): a policy file, signed by t of
// them.
#pragma once

#include <map>
#include <string>

#include "trusted/core/admin.h"
#include "trusted/core/operator_signatures.h"

namespace passport::core {

// What a statement that needs no peer replaces at one node (docs/adr/0019): the policy in force there, in
// this start of it. Whoever signs has seen both, so the statement is newer than the start.
struct ReplacedPolicy {
  BootId boot;
  Hash32 policy{};  // SHA-256 of its file; zero: the built-in one
  bool operator==(const ReplacedPolicy&) const = default;
};

inline constexpr std::size_t kPolicyStatementBytesMax = 16384;  // `statement` of admin in edl/

// For every node of the network, or those that it names. Numbers rise per node; what a node accepts after
// another policy is PolicyBook's word.
struct PolicyStatement {
  peer::NetworkId network{};
  std::uint64_t number = 0;
  std::uint64_t expires_unix_ms = 0;
  std::map<PartyIndex, ReplacedPolicy> replaces;  // empty: judged by the network's time, as all others
  std::string file;                               // exactly as the operators saw it
  OperatorSignatures signatures;

  Hash32 SignedHash() const;
  // First byte 3, or 4 if it names what it replaces; an AdminStatement's is 1, a ResumeStatement's 2.
  Bytes Encode() const;
  // kMalformed for anything else; parties rise. The file is not looked at.
  static Result<PolicyStatement> Parse(ByteSpan bytes);
};

// That t operators of this network have signed it, whenever that was: kPeerUnknown, kDenied, kBadSignature
// as below.
Result<Unit> VerifySigned(const PolicyStatement& statement, const peer::Manifest& manifest);

// `now` is the network's time. Of a statement for starts it is what the own host says, for both: that it is
// no older than the start is shown by the start's name, and peers that lie about the time cannot refuse it.
// kPeerUnknown (another network, a start that it does not name, or a party that is not in the manifest),
// kDenied (fewer than t operators), kBadSignature, or as JudgeTime.
Result<Unit> VerifyStatement(const PolicyStatement& statement, const peer::Manifest& manifest,
                             PartyIndex self, const BootId& own_boot, std::uint64_t last_number,
                             TimeBounds now);

}  // namespace passport::core
