// The messages by which a signing run is agreed on and ended, around the rounds of trusted/sign.
#pragma once

#include "trusted/core/decision.h"
#include "trusted/sign/online.h"
#include "trusted/sign/sign.h"

namespace passport::core {

// A request can be tried with several quorums; each try is a run of its own.
struct RunKey {
  RequestId request;
  std::uint16_t attempt = 0;
  auto operator<=>(const RunKey&) const = default;
};

// Of the client's evidence in one message.
inline constexpr std::size_t kSignedEvidenceBytesMax = 160'000;

// The signers of a run, rising.
void WriteQuorum(Writer& out, const std::vector<PartyIndex>& quorum);
std::vector<PartyIndex> ReadQuorum(Reader& in);

// The epoch of the shares that sign, at the end of an invitation: nothing of one as generated, whom builds
// without epochs know too.
void WriteEpoch(Writer& out, std::uint64_t epoch);
std::uint64_t ReadEpoch(Reader& in);

// Leader -> signers: what the client sent, who signs, and the record versions the leader decided on.
struct SignInvite {
  std::uint16_t attempt = 0;
  std::vector<PartyIndex> quorum;  // rising
  Hash32 nonce{};                  // the coordinator's
  RecordRef scope;
  RecordRef account;
  auth::Evidence evidence;
  std::uint64_t epoch = 0;  // of the shares, as far as the leader knows
  Bytes Encode() const;
  static Result<SignInvite> Parse(ByteSpan bytes);
};

// Signer -> leader: this enclave decided for itself that the request may be signed.
struct SignJoin {
  std::uint16_t attempt = 0;
  Hash32 nonce{};
  Bytes Encode() const;
  static Result<SignJoin> Parse(ByteSpan bytes);
};

// Leader -> signers: everybody's nonce, in quorum order.
struct SignBegin {
  std::uint16_t attempt = 0;
  std::vector<Hash32> nonces;
  Bytes Encode() const;
  static Result<SignBegin> Parse(ByteSpan bytes);
};

// Rounds 1 and 2, signer -> signer. Of round 2 the sender's node key signs
// sign::Statement(sign::Show(message)), which the blame round can show to others without the 40,032 bytes in
// the middle.
struct SignRound {
  std::uint16_t attempt = 0;
  Bytes message;  // sign::NonceCommitment or sign::Multiplication
  crypto::Ed25519Signature signature{};
  Bytes Encode() const;
  static Result<SignRound> Parse(ByteSpan bytes);
  friend bool operator==(const SignRound&, const SignRound&) = default;
};

// The pair setup that a signer used with another signer.
struct UsedSetup {
  PartyIndex peer;
  SetupId id;
};

// Round 3, signer -> leader: the share, R, and the signer's word on what it took part in and by which
// records, boots and setups (rules.md 36): the signature of sign::Statement(share, ReceiptDigest(facts),
// digest).
struct SignRound3 {
  std::uint16_t attempt = 0;
  ByteArray<33> nonce_point{};
  Bytes share;  // sign::SignatureShare
  std::vector<UsedSetup> setups;
  crypto::Ed25519Signature signature{};
  Bytes Encode() const;
  static Result<SignRound3> Parse(ByteSpan bytes);
};
struct ReceiptFacts {
  RequestId request;
  Digest digest;
  RecordRef scope;
  RecordRef account;
  Hash32 ssid{};                  // binds key, quorum, nonces
  std::vector<UsedSetup> setups;  // of the signer, one for each other signer, rising
  BootId boot;                    // of the signer
  Hash32 manifest{};
};
Hash32 ReceiptDigest(const ReceiptFacts& facts);

enum class RefuseReason : std::uint8_t {
  kDecision = 1,  // this enclave's gates say no; code says which
  kBehind = 2,    // the leader has newer records: send them and ask again
  kNewer = 3,     // the leader's records are older; the newer ones were sent ahead of this
  kNotReady = 4,  // no share or no setup with another signer; with the code kBusy: too many runs
  kAborted = 5,   // a check failed or a peer went away; which one is not said (dkls23.md 4.4)
  kUnknown = 6,   // no such presignature here; only said to a leader that named one
};
struct SignRefuse {
  std::uint16_t attempt = 0;
  RefuseReason reason = RefuseReason::kAborted;
  std::uint16_t code = 0;  // api::ErrorCode, for kDecision and kNotReady
  Bytes Encode() const;
  static Result<SignRefuse> Parse(ByteSpan bytes);
};

}  // namespace passport::core
