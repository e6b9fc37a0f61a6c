// Reading a signed raw transaction: what was signed, and the signature.
#pragma once

#include "edl/base/ids.h"
#include "trusted/curve/ecdsa.h"

namespace passport::cli {

struct RawTransaction {
  Digest digest;  // of the unsigned form
  curve::EcdsaSignature signature;
};

// Legacy (with or without EIP-155), EIP-2930 and EIP-1559 as eth_sendRawTransaction takes them. kTxType:
// another type. kMalformed: not such a list. kBadScalar: r or s out of range, or a high s.
Result<RawTransaction> ParseRawTransaction(ByteSpan raw);

}  // namespace passport::cli
