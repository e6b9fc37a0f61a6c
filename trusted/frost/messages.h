// The messages of the two rounds of FROST.
#pragma once

#include "edl/base/ids.h"
#include "edl/base/result.h"
#include "trusted/curve/group.h"

namespace passport::frost {

// First fields of both messages: version, round, sender, run. 36 bytes.
struct Header {
  PartyIndex from;
  Hash32 ssid{};
};

// Round 1, to all: the sender's two nonces as points. 36 bytes and two points.
template <curve::Group G>
struct NonceCommitmentOf {
  Header header;
  curve::PointOf<G> hiding;   // D = d G
  curve::PointOf<G> binding;  // E = e G

  Bytes Encode() const;
  static Result<NonceCommitmentOf> Parse(ByteSpan input);
};

// Round 2, to all: the sender's share of the signature. 68 bytes and a scalar.
template <curve::Group G>
struct SignatureShareOf {
  Header header;
  Hash32 echo{};  // of the key, the message and all of round 1, as the sender saw them
  curve::ScalarOf<G> share;

  Bytes Encode() const;
  static Result<SignatureShareOf> Parse(ByteSpan input);
};

}  // namespace passport::frost
