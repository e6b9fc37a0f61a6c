// A node that deals shares, in key generation as in resharing.
#pragma once

#include "tests/ct/poison.h"
#include "trusted/dkg/dkg.h"

namespace passport::ct {

// What passes between two dealers passes as bytes.
struct Dealer {
  SecretRng rng;
  crypto::SigningKey node_key;
  explicit Dealer(std::uint64_t seed) : rng(seed), node_key(rng.Key()) {
    Publish(node_key.public_key());  // in the manifest
  }
};

// An opening as it travels: the broadcast is public, the share behind it stays secret.
inline dkg::Opening Deliver(const dkg::Opening& opening) {
  const crypto::SecretBytes bytes = opening.EncodeSecret();
  const std::size_t share_bytes = opening.share.Expose().Encode().size();
  Publish(bytes.Expose().first(bytes.Expose().size() - share_bytes));  // sent to every dealer
  return dkg::Opening::Parse(bytes.Expose()).value();
}

}  // namespace passport::ct
