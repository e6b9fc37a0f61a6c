// What the parties of a key generation agree on beforehand, and the messages of its three rounds.
#pragma once

#include <vector>

#include "edl/base/ids.h"
#include "edl/base/result.h"
#include "trusted/crypto/identity.h"
#include "trusted/curve/group.h"
#include "trusted/proof/commitment.h"
#include "trusted/proof/dlog.h"
#include "trusted/sharing/key_share.h"

namespace passport::dkg {

// The agreed parameters. The digest binds whatever the caller agreed on besides (account, manifest, request);
// the rounds never look into it.
struct Proposal {
  Hash32 digest{};
  std::uint8_t curve = sharing::kCurveSecp256k1;
  std::uint8_t purpose = 0;
  std::uint16_t n = 0;
  std::uint16_t t = 0;
  std::vector<PartyIndex>
      dealers;  // Q of rules.md 16: who takes part and gets a share; rising, t to n of them

  // Whether key generation in the group of that curve can be about this.
  bool IsValidFor(std::uint8_t group_curve) const;
  // setup_ctx = TH("setup", 0, digest): the context of everything before the nonces are known, and so a part
  // of the key's id. For any other kind of key than secp256k1 for ECDSA, curve and purpose follow the digest.
  Hash32 Context() const;
};

// First fields of every message: version, round, sender, setup_ctx. 36 bytes.
struct Header {
  PartyIndex from;
  Hash32 context{};
};
void WriteHeader(Writer& writer, const Header& header, std::uint8_t round);
Header ReadHeader(Reader& reader, std::uint8_t round);  // fails the reader on another version or round

// Round 1, to all: what the sender will open, and his part of the run's id. 100 bytes.
struct Commitment {
  Header header;
  Hash32 commitment{};  // Com("kg", setup_ctx, from, F_0..F_{t-1} || chain code part)
  Hash32 nonce{};

  Bytes Encode() const;
  static Result<Commitment> Parse(ByteSpan input);
};

// Round 2, the same to all: 136 + 98 t bytes for secp256k1.
template <curve::Group G>
struct OpeningBroadcastOf {
  Header header;
  std::vector<curve::PointOf<G>> coefficients;  // F_0..F_{t-1}
  Hash32 chain_code_part{};
  proof::Salt salt{};
  std::vector<proof::DlogProofOf<G>> proofs;  // one for each coefficient
  Hash32 echo{};                              // of all of round 1, as the sender saw it

  Bytes Encode() const;
};

// Round 2, to one party: the broadcast and that party's share f(to).
template <curve::Group G>
struct OpeningOf {
  OpeningBroadcastOf<G> broadcast;
  curve::SecretScalarOf<G> share;

  crypto::SecretBytes EncodeSecret() const;
  static Result<OpeningOf> Parse(ByteSpan input);
};

// Round 3, to all: the sender holds his share of exactly this key. 197 bytes for secp256k1.
template <curve::Group G>
struct ConfirmationOf {
  Header header;
  Hash32 digest{};                       // KeyFactsOf::ConfirmedDigest
  proof::DlogProofOf<G> proof;           // of the sender's share
  crypto::Ed25519Signature signature{};  // of the digest, by the sender's node key

  Bytes Encode() const;
  static Result<ConfirmationOf> Parse(ByteSpan input);
};

using OpeningBroadcast = OpeningBroadcastOf<curve::Secp256k1>;
using Opening = OpeningOf<curve::Secp256k1>;
using Confirmation = ConfirmationOf<curve::Secp256k1>;

}  // namespace passport::dkg
