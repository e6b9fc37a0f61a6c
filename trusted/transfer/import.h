// Import of a key that its owner has (dkls23.md 7.5): the owner deals shares to all nodes, who then reshare
// at once, so that no share the owner knows ever signs.
#pragma once

#include "trusted/crypto/hpke.h"
#include "trusted/dkg/dealing.h"

namespace passport::transfer {

// The same to all nodes: what is imported, and that the sender has it. 101 + 33 t bytes for secp256k1.
template <curve::Group G>
struct ImportOfferOf {
  std::vector<curve::PointOf<G>> coefficients;  // F_0..F_{t-1}; F_0 is the key
  Hash32 chain_code{};
  proof::DlogProofOf<G> signature;  // by the key over the proposal: a Schnorr signature in any group

  Bytes Encode() const;
  static Result<ImportOfferOf> Parse(ByteSpan input);
};
using ImportOffer = ImportOfferOf<curve::Secp256k1>;

// Offer and, for each node, its share encrypted to its channel key.
template <curve::Group G>
struct ImportDealOf {
  ImportOfferOf<G> offer;
  std::map<PartyIndex, Bytes> sealed_shares;  // 80 bytes each for secp256k1
};
using ImportDeal = ImportDealOf<curve::Secp256k1>;

// By the owner, for exactly the proposal's dealers, who get the shares. The proposal's digest binds network,
// account and request. kBadScalar for zero, kBadKey for a missing or unusable node key.
template <curve::Group G = curve::Secp256k1>
Result<ImportDealOf<G>> DealImport(const dkg::Proposal& proposal, curve::SecretScalarOf<G> key,
                                   const Hash32& chain_code,
                                   const std::map<PartyIndex, crypto::X25519PublicKey>& node_keys,
                                   crypto::Rng& rng);

// By a node: a share of the first epoch, marked as imported, and its confirmation; dkg::Finish with all nodes
// makes the certificate. Nobody signs with such a share (KeyShare::MaySign). Reasons, none of which names a
// node: kMalformed (counts, or a share that does not open), kPublicKeySum (not the expected key), kProof,
// kShare.
template <curve::Group G>
protocol::Outcome<dkg::ConfirmedOf<G>> AcceptImport(const dkg::Proposal& proposal,
                                                    const curve::PointOf<G>& expected_key, PartyIndex self,
                                                    const ImportOfferOf<G>& offer, ByteSpan sealed_share,
                                                    const crypto::SecretKey32& channel_key,
                                                    const crypto::SigningKey& node_key, crypto::Rng& rng);

}  // namespace passport::transfer
