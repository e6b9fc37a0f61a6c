// The public outcome of a key generation: what was made, and who confirmed it.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "trusted/dkg/messages.h"

namespace passport::dkg {

using Roster = std::map<PartyIndex, crypto::Ed25519PublicKey>;  // the node keys of a manifest

// Everything a confirmation confirms. All public, although the chain code should not be spread further than
// needed (dkls23.md 7.7).
template <curve::Group G>
struct KeyFactsOf {
  Proposal proposal;
  Hash32 sid{};         // TH("kg/sid", setup_ctx, nonces)
  Hash32 transcript{};  // SHA-256 of all broadcasts of rounds 1 and 2, by round and sender
  std::vector<curve::PointOf<G>> commitments;  // F_0..F_{t-1}; F_0 is the public key
  Hash32 chain_code{};
  std::uint64_t epoch = 0;
  std::uint8_t marks = 0;  // sharing::kMarkImported, kMarkExported
  // Of a later epoch than 0, or where the transcript is not known any more; else it follows from that.
  KeyId key;

  // TH("key", 0, transcript) of epoch 0, for ever. Curve and purpose are in it by way of setup_ctx.
  KeyId Id() const;
  const curve::PointOf<G>& PublicKey() const { return commitments.front(); }
  // D = TH("kg/final", sid, pk || S_1..S_n || cc || epoch_ctx || transcript), where epoch_ctx binds the key
  // id, the epoch, the marks and the whole proposal (dkls23.md 2.5); in that of a later epoch, dealers are
  // the new holders. Nothing if some S_m is the identity.
  std::optional<Hash32> ConfirmedDigest() const;
};

// The facts with node signatures on their digest. Whoever holds it can check that those parties hold shares
// of exactly this public key for exactly this proposal.
template <curve::Group G>
struct KeyCertificateOf {
  KeyFactsOf<G> facts;
  std::map<PartyIndex, crypto::Ed25519Signature> confirmations;

  // kBadSignature unless at least max(min_confirmers, t) dealers confirmed, and each confirmation that is in
  // the certificate verifies under the roster. After epoch 0 all holders must have confirmed (dkls23.md 7.3).
  Result<Unit> Verify(const Roster& roster, std::size_t min_confirmers) const;

  // Version 1 is of a generated key, 141 + 2 |Q| + 33 t + 66 per confirmation bytes for secp256k1; version 2
  // has epoch, marks and key id besides, 41 bytes more.
  Bytes Encode() const;
  // kMalformed unless Encode can have made the bytes, for a key of this curve.
  static Result<KeyCertificateOf> Parse(ByteSpan input);
};

using KeyFacts = KeyFactsOf<curve::Secp256k1>;
using KeyCertificate = KeyCertificateOf<curve::Secp256k1>;

}  // namespace passport::dkg
