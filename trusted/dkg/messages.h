// What the parties of a key generation agree on beforehand, and the messages of its three rounds.
#pragma once

#include <vector>

#include "edl/base/ids.h"
#include "edl/base/result.h"
#include "trusted/crypto/identity.h"
#include "trusted/curve/point.h"
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

  bool IsValid() const;
  // setup_ctx = TH("setup", 0, digest): the context of everything before the nonces are known.
  Hash32 Context() const;
};

// First fields of every message: version, round, sender, setup_ctx. 36 bytes.
struct Header {
  PartyIndex from;
  Hash32 context{};
};

// Round 1, to all: what the sender will open, and his part of the run's id. 100 bytes.
struct Commitment {
  Header header;
  Hash32 commitment{};  // Com("kg", setup_ctx, from, F_0..F_{t-1} || chain code part)
  Hash32 nonce{};

  Bytes Encode() const;
  static Result<Commitment> Parse(ByteSpan input);
};

// Round 2, the same to all: 136 + 98 t bytes.
struct OpeningBroadcast {
  Header header;
  std::vector<curve::Point> coefficients;  // F_0..F_{t-1}
  Hash32 chain_code_part{};
  proof::Salt salt{};
  std::vector<proof::DlogProof> proofs;  // one for each coefficient
  Hash32 echo{};                         // of all of round 1, as the sender saw it

  Bytes Encode() const;
};

// Round 2, to one party: the broadcast and that party's share f(to).
struct Opening {
  OpeningBroadcast broadcast;
  curve::SecretScalar share;

  crypto::SecretBytes EncodeSecret() const;
  static Result<Opening> Parse(ByteSpan input);
};

// Round 3, to all: the sender holds his share of exactly this key. 197 bytes.
struct Confirmation {
  Header header;
  Hash32 digest{};                       // KeyFacts::ConfirmedDigest
  proof::DlogProof proof;                // of the sender's share
  crypto::Ed25519Signature signature{};  // of the digest, by the sender's node key

  Bytes Encode() const;
  static Result<Confirmation> Parse(ByteSpan input);
};

}  // namespace passport::dkg
