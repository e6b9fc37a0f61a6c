// Before a session opens: our evidence for it, and whether the peer's is enough (boundary.md 5.4).
#pragma once

#include <map>

#include "trusted/core/evidence_desk.h"
#include "trusted/core/identity.h"
#include "trusted/core/network_time.h"
#include "trusted/core/policy_book.h"
#include "trusted/core/policy_confirmation.h"

namespace passport::core {

// The claims of this enclave now, for a nonce.
using ClaimsSource = std::function<claims::Claims(const ByteArray<32>& verifier_nonce)>;

// A session that is being attested. The host chooses and reuses the numbers of links; the nonce of one end
// (claims::ChannelNonce) is of this session only.
struct SessionRef {
  std::uint64_t link = 0;
  ByteArray<32> nonce{};
};

// One session whose handshake is done, and the peer at its other end.
struct SessionPeer {
  SessionRef session;  // with the nonce of the peer's role
  PartyIndex party;
  BootId boot;
};

// What an accepted peer showed.
struct Vouched {
  attest::Provider provider = attest::Provider::kNone;  // who vouches for it
  std::uint64_t policy_version = 0;                     // of what it accepts others by
  Hash32 policy_hash{};
};

// Whoever has the sessions. Called at once or in a later call of the host's, when the session may be gone and
// its link's number another one's.
class AttestationPort {
 public:
  virtual ~AttestationPort() = default;
  virtual void OnProof(const SessionRef& session, const Result<Bytes>& proof) = 0;  // ours, to be shown
  // On the peer's: what it showed, or why it is refused.
  virtual void OnVerdict(const SessionRef& session, const Result<Vouched>& verdict) = 0;
};

// What attestation needs of the rest of the node. Borrowed.
struct AttestationParts {
  PlatformDesk& platform;
  EvidenceDesk& evidence;
  const PolicyBook& policies;
  PolicyConfirmation& confirmation;
  const NetworkTime& time;
  ClaimsSource claims;
};

class PeerAttestation {
 public:
  PeerAttestation(const Identity& identity, AttestationPort& port, AttestationParts parts)
      : identity_(identity), port_(port), parts_(std::move(parts)) {}

  const claims::Policy& policy() const { return parts_.policies.policy(); }
  PolicyConfirmation& confirmation() const { return parts_.confirmation; }
  // What is shown in a session of a version with this proof.
  Bytes Showing(std::uint16_t version, const Bytes& proof) const;
  // Evidence of this enclave for a session, with the nonce of our own role. Of one peer one quote and one
  // verification are under way at a time, and the newest session waits for the next: whoever dials anew and
  // anew waits for his own, and for nobody else's.
  void Show(const SessionRef& session, PartyIndex party);
  // Judges what a peer shows under the policy in force. Simulated evidence and a TPM's are verified here,
  // what needs certificates by passport-verifier, which has no keys.
  void Examine(const SessionPeer& peer, ByteSpan proof);

 private:
  struct Examined {
    SessionPeer peer;
    claims::Claims claims;
    Bytes evidence;
  };

  Result<Unit> CheckPeer(const SessionPeer& peer, const claims::Claims& claims) const;
  Result<Vouched> Judge(const SessionPeer& peer, const claims::Claims& claims,
                        const Result<attest::Findings>& found) const;
  void Verify(Examined examined);
  void OnVerified(const SessionPeer& peer, const Result<Vouched>& verdict);

  const Identity& identity_;
  AttestationPort& port_;
  AttestationParts parts_;
  // Peers with one under way, and what waits for its end.
  std::map<PartyIndex, std::optional<SessionRef>> quotes_;
  std::map<PartyIndex, std::optional<Examined>> verifications_;
};

}  // namespace passport::core
