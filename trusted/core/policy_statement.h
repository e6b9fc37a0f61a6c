// The operators' word on which enclaves their nodes accept (boundary.md 5.3): a policy file, signed by t of
// them.
#pragma once

#include <map>
#include <string>

#include "trusted/core/admin.h"

namespace passport::core {

// For every node of the network. Numbers rise per node; what a node accepts after another policy is
// claims::NotWeaker's word.
struct PolicyStatement {
  peer::NetworkId network{};
  std::uint64_t number = 0;
  std::uint64_t expires_unix_ms = 0;
  std::string file;  // exactly as the operators saw it
  std::map<PartyIndex, crypto::Ed25519Signature> signatures;

  Hash32 SignedHash() const;
  Bytes Encode() const;  // first byte 3; an AdminStatement's is 1, a ResumeStatement's 2
  // kMalformed for anything else; parties rise. The file is not looked at.
  static Result<PolicyStatement> Parse(ByteSpan bytes);
};

// kPeerUnknown (another network, or a signer that is not in the manifest), kDenied (fewer than t operators),
// kBadSignature, kPeerReplay (number not above last, or expired).
Result<Unit> VerifyStatement(const PolicyStatement& statement, const peer::Manifest& manifest,
                             std::uint64_t last_number, TimeBounds now);

}  // namespace passport::core
