// Before a session opens: our evidence for it, and whether the peer's is enough (boundary.md 5.4).
#pragma once

#include <set>

#include "trusted/core/evidence_desk.h"
#include "trusted/core/identity.h"
#include "trusted/core/network_time.h"
#include "trusted/core/policy_book.h"

namespace passport::core {

// The claims of this enclave now, for a nonce.
using ClaimsSource = std::function<claims::Claims(const ByteArray<32>& verifier_nonce)>;

// Whoever has the sessions. Called at once or in a later call of the host's; the link may be gone by then.
class AttestationPort {
 public:
  virtual ~AttestationPort() = default;
  virtual void OnProof(std::uint64_t link, const Result<Bytes>& proof) = 0;  // ours, to be shown
  // On the peer's: who vouches for it, or why it is refused.
  virtual void OnVerdict(std::uint64_t link, const Result<attest::Provider>& verdict) = 0;
};

// What attestation needs of the rest of the node. Borrowed.
struct AttestationParts {
  PlatformDesk& platform;
  EvidenceDesk& evidence;
  const PolicyBook& policies;
  const NetworkTime& time;
  ClaimsSource claims;
};

// One session whose handshake is done, and the peer at its other end.
struct SessionPeer {
  std::uint64_t link = 0;
  PartyIndex party;
  BootId boot;
  ByteArray<32> nonce{};  // claims::ChannelNonce of the session and the peer's role
};

class PeerAttestation {
 public:
  PeerAttestation(const Identity& identity, AttestationPort& port, AttestationParts parts)
      : identity_(identity), port_(port), parts_(std::move(parts)) {}

  const claims::Policy& policy() const { return parts_.policies.policy(); }
  // Evidence of this enclave for a session; `nonce` is of our own role. Of one peer one quote and one
  // verification are under way at a time: whoever dials anew and anew waits for his own, and for nobody
  // else's.
  void Show(std::uint64_t link, PartyIndex party, const ByteArray<32>& nonce);
  // Judges what a peer shows under the policy in force. Simulated evidence and a TPM's are verified here,
  // what needs certificates by passport-verifier, which has no keys.
  void Examine(const SessionPeer& peer, ByteSpan proof);

 private:
  Result<Unit> CheckPeer(const SessionPeer& peer, const claims::Claims& claims) const;
  Result<attest::Provider> Judge(const SessionPeer& peer, const claims::Claims& claims,
                                 const Result<attest::Findings>& found) const;
  void Verify(const SessionPeer& peer, claims::Claims claims, Bytes evidence);

  const Identity& identity_;
  AttestationPort& port_;
  AttestationParts parts_;
  std::set<PartyIndex> quoted_for_;  // under way
  std::set<PartyIndex> verified_;    // likewise
};

}  // namespace passport::core
