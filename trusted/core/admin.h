// Operator statements: the only way to command a running enclave (rules.md 14). The host merely carries them.
#pragma once

#include "trusted/peer/manifest.h"

namespace passport::core {

// Statement numbers are Unix milliseconds: one further ahead would shut out all that come after it.
inline constexpr std::uint64_t kNumberAheadMs = 600'000;
constexpr bool IsNextNumber(std::uint64_t number, std::uint64_t last, std::uint64_t now_unix_ms) {
  return number > last && (number <= now_unix_ms || number - now_unix_ms <= kNumberAheadMs);
}

enum class AdminKind : std::uint8_t {
  kUnban = 1,  // argument: the party whose failures are forgotten
};

// Signed by one operator of the manifest; numbers rise per node, so that none is taken twice.
struct AdminStatement {
  peer::NetworkId network{};
  PartyIndex node;  // to which enclave it is addressed
  std::uint64_t number = 0;
  std::uint64_t expires_unix_ms = 0;
  AdminKind kind = AdminKind::kUnban;
  PartyIndex argument;
  PartyIndex signer;
  crypto::Ed25519Signature signature{};

  Hash32 SignedHash() const;
  Bytes Encode() const;
  static Result<AdminStatement> Parse(ByteSpan bytes);
};

// kPeerUnknown (another network, node or signer; no such peer), kPeerReplay (number not above last, or
// expired), kBadSignature.
Result<Unit> VerifyStatement(const AdminStatement& statement, const peer::Manifest& manifest, PartyIndex self,
                             std::uint64_t last_number, std::uint64_t now_unix_ms);

}  // namespace passport::core
