// Forms of what an enclave keeps for itself: its keys, and how far it has followed operators.
#pragma once

#include "edl/base/codec.h"
#include "trusted/crypto/identity.h"

namespace passport::core {

// Made at an enclave's first start and sealed (rules.md 15).
struct OwnKeys {
  crypto::SigningKey signing;
  crypto::SecretKey32 channel;

  crypto::SecretBytes EncodeSecret() const;
  static Result<OwnKeys> Parse(ByteSpan bytes);
};

// The highest number of a statement that was taken.
struct LastStatement {
  std::uint64_t number = 0;

  Bytes Encode() const;
  static Result<LastStatement> Parse(ByteSpan bytes);
};

}  // namespace passport::core
