// Operator statements: the only way to command a running enclave (rules.md 14). The host merely carries them.
#pragma once

#include "trusted/peer/manifest.h"

namespace passport::core {

// When it may be, in Unix milliseconds (NetworkTime).
struct TimeBounds {
  std::uint64_t earliest_ms = 0;
  std::uint64_t latest_ms = 0;
};

// Whether a statement may be taken now. Its number is the Unix milliseconds of its making; one further ahead
// would shut out all that come after it. That bound is a `not before`, so by the earliest time: an enclave
// that has heard no peer has none, and takes no statement on the word of its host's clock alone.
inline constexpr std::uint64_t kNumberAheadMs = 600'000;
constexpr bool IsInTime(std::uint64_t number, std::uint64_t last, std::uint64_t expires_ms, TimeBounds now) {
  const bool not_ahead = number <= now.earliest_ms || number - now.earliest_ms <= kNumberAheadMs;
  return number > last && not_ahead && expires_ms > now.latest_ms;
}

// How long one may be valid, whoever signs it: a file that somebody finds later orders nothing.
inline constexpr std::uint64_t kStatementLifeMaxMs = 30ull * 86'400'000;
// kStatementLife, or kPeerReplay if it may not be taken now.
inline Result<Unit> JudgeTime(std::uint64_t number, std::uint64_t last, std::uint64_t expires_ms,
                              TimeBounds now) {
  if (expires_ms > number && expires_ms - number > kStatementLifeMaxMs) return Fail(Status::kStatementLife);
  if (!IsInTime(number, last, expires_ms, now)) return Fail(Status::kPeerReplay);
  return Ok();
}

inline constexpr std::size_t kAdminBytesMax =
    512;  // of an encoded AdminStatement inside another record or message

enum class AdminKind : std::uint8_t {
  kUnban = 1,    // argument: the party whose failures are forgotten
  kRefresh = 2,  // all keys get new shares, led by this node; argument: none, 0
};

// Signed by the operator of the node that it is for; of a refresh, whose leader forwards it, every node
// judges the whole of it; numbers rise per node, so that none is taken twice.
struct AdminStatement {
  peer::NetworkId network{};
  PartyIndex node;  // to which enclave it is addressed; of a refresh, who leads
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

// `self` is the node that it is addressed to. kPeerUnknown (another network or node; no such signer or peer),
// kDenied (signed by another node's operator), kBadSignature, or as JudgeTime.
Result<Unit> VerifyStatement(const AdminStatement& statement, const peer::Manifest& manifest, PartyIndex self,
                             std::uint64_t last_number, TimeBounds now);

}  // namespace passport::core
