// Other encodings and other uses of a P-256 signature's r: what a replay may look like.
#pragma once

#include "tools/client/developer_key.h"

namespace passport::policy_test {

// The order of P-256 as bytes, for signatures out of range.
extern const ByteArray<32> kOrderP256;

// r and s of a strict DER signature, as they stand: not normalised.
struct RawSignature {
  Bytes r;
  Bytes s;
};
RawSignature ReadDer(ByteSpan der);
Bytes WriteDer(const RawSignature& signature);

// The same signature with n - s for s: just as valid, other bytes.
Bytes Twin(ByteSpan der);

// A valid signature of `text` with the nonce, and so the r, of `first`, which the key made over `first_text`.
Bytes SignWithNonceOf(const client::DeveloperKey& key, ByteSpan first, std::string_view first_text,
                      std::string_view text);

}  // namespace passport::policy_test
