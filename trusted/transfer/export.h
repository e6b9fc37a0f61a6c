// Export of a key to its owner (dkls23.md 7.6): each of t nodes encrypts its share to the owner's key. No
// node sees another's share; the owner finds out which node lied.
#pragma once

#include "trusted/crypto/hpke.h"
#include "trusted/dkg/dealing.h"

namespace passport::transfer {

// What owner and operators have authorised. The user's key is part of what the owner authenticated, so no
// host can put another in its place.
struct ExportOrder {
  Hash32 id{};  // of the authorisation; never the same twice
  KeyId key;
  std::uint64_t epoch = 0;
  crypto::X25519PublicKey user_key{};
};

// One node's answer: 87 bytes for secp256k1.
struct ExportedShare {
  PartyIndex from;
  Bytes sealed;  // HPKE to the user's key, for this order and node

  Bytes Encode() const;
  static Result<ExportedShare> Parse(ByteSpan input);
};

// The share with its new mark, which the caller makes durable before it sends the answer.
template <curve::Group G>
struct ExportedOf {
  sharing::KeyShareOf<G> marked;
  ExportedShare out;
};
using Exported = ExportedOf<curve::Secp256k1>;

// By a node, after it has verified the authorisation itself. kWrongQuorum if the order is not about this
// share, kMalformed if the user's key is not usable.
template <curve::Group G>
protocol::Outcome<ExportedOf<G>> Export(const ExportOrder& order, sharing::KeyShareOf<G> share,
                                        crypto::Rng& rng);

// By the owner: the key, from the answers of at least t holders; facts are those of the key's verified
// certificate. kWrongSession, which blames nobody, if an answer came from another node than it says;
// kMalformed and kShare name the node whose answer does not open or is not its share.
template <curve::Group G>
protocol::Outcome<curve::SecretScalarOf<G>> OpenExport(const ExportOrder& order,
                                                       const crypto::SecretKey32& user_secret,
                                                       const dkg::KeyFactsOf<G>& facts,
                                                       const std::map<PartyIndex, ExportedShare>& answers);

}  // namespace passport::transfer
