// Chains of certificates as PEM text, the one way in which Intel's quotes carry them.
#pragma once

#include "edl/base/bytes.h"

namespace passport::verifier {

// The DER of each certificate, in order. The text is nothing but 1 to count_max blocks "-----BEGIN
// CERTIFICATE-----", lines of base64, "-----END CERTIFICATE-----", each line ended by one line feed (the last
// one may have none), and at most one NUL at the end. kEvidenceFormat otherwise.
Result<std::vector<Bytes>> ParsePemChain(ByteSpan text, std::size_t count_max);

}  // namespace passport::verifier
