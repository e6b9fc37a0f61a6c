// The signed words of a signing run that a blame round weighs: what was shown in round 2, the share of round
// 3, and a signer's defence of it (dkls23.md 8).
#pragma once

#include <map>

#include "trusted/crypto/identity.h"
#include "trusted/proof/dleq.h"
#include "trusted/sign/messages.h"

namespace passport::sign {

// A Multiplication without its 40,032 bytes in the middle, for which a hash stands. 266 bytes.
struct Shown {
  static constexpr std::size_t kSize = Header::kSize + 4 * 33 + 32 + 32 + 32;
  Header header;
  curve::Point nonce;         // R_from
  curve::Point public_share;  // pk_from
  curve::Point gamma_nonce;   // Gamma^u_{from,to}
  curve::Point gamma_key;     // Gamma^v_{from,to}
  curve::Scalar psi;          // psi_{from,to}
  Hash32 rest{};              // SHA-256 of salt, echo and the multiply message

  void Write(Writer& writer) const;
  static Shown Read(Reader& reader);  // fails the reader on a bad header, point or scalar
};
Shown Show(const Multiplication& message);

// What the sender's node key signs in round 2 and in round 3: TH("sg/shown", ssid, fields) and
// TH("sg/share", ssid, digest || receipt || share). The receipt is a hash of what else a signer says with its
// share (rules.md 36); it is not looked into here. An honest signer signs one of each for a run and receiver.
Hash32 Statement(const Shown& shown);
Hash32 Statement(const SignatureShare& share, const Hash32& receipt, const Digest& digest);

struct SignedShown {
  Shown shown;
  crypto::Ed25519Signature signature{};
};
struct SignedShare {
  static constexpr std::size_t kSize = SignatureShare::kHeaderSize + SignatureShare::kPayloadSize + 32 + 64;
  SignatureShare share;
  Hash32 receipt{};
  crypto::Ed25519Signature signature{};

  void Write(Writer& writer) const;
  static SignedShare Read(Reader& reader);  // fails the reader on a bad share
};

// The signature that failed; public.
struct Dispute {
  std::vector<PartyIndex> quorum;  // rising
  Hash32 ssid{};
  curve::Point public_key;  // under which it was to verify
  Digest digest;
};

// What a signer kept of round 2, by counterparty.
struct Exchanged {
  SignedShown sent;
  SignedShown received;
};
using Exchanges = std::map<PartyIndex, Exchanged>;

// To all signers, and to whoever is to judge: 327 + 660 (t - 1) bytes. Complete in itself: an honest signer
// never signs one that does not hold in the dispute that it names.
struct Defence {
  SignedShare own;
  proof::DleqProof proof;
  Exchanges exchanges;
  crypto::Ed25519Signature signature{};  // of Statement, by the defender's node key

  // TH("sg/blame", ssid, digest || public key || LE16 t || quorum || SHA-256 of all fields before the
  // signature). All of the dispute is in it, or whoever names another key or other signers to a judge would
  // have an honest defence fail.
  Hash32 Statement(const Dispute& dispute) const;
  Bytes Encode() const;
  static Result<Defence> Parse(ByteSpan input);
};

}  // namespace passport::sign
