// The operators' word that a node is gone for good (rules.md 6, 14): which starts of which nodes go on
// without it.
#pragma once

#include <map>

#include "trusted/core/admin.h"
#include "trusted/core/operator_signatures.h"

namespace passport::core {

// Signed by t operators. It names boots, so it ends with the next start of any of them; numbers rise per
// node.
struct ResumeStatement {
  peer::NetworkId network{};
  std::uint64_t number = 0;
  std::uint64_t expires_unix_ms = 0;
  std::map<PartyIndex, BootId> boots;  // those that go on
  OperatorSignatures signatures;

  Hash32 SignedHash() const;
  Bytes Encode() const;  // first byte 2; an AdminStatement's is 1
  // kMalformed for anything else; parties rise.
  static Result<ResumeStatement> Parse(ByteSpan bytes);
};

// kPeerUnknown (another network or boot, or a node that is not in the manifest), kDenied (fewer nodes than
// `quorum`, or fewer than t operators), kBadSignature, or as JudgeTime.
Result<Unit> VerifyStatement(const ResumeStatement& statement, const peer::Manifest& manifest,
                             PartyIndex self, const BootId& own_boot, std::size_t quorum,
                             std::uint64_t last_number, TimeBounds now);

}  // namespace passport::core
