// What a key and a signature weigh: bytes that are encoded and counted, not computed from constants.
#pragma once

#include <cstddef>

namespace passport::bench {

// A share of a key of 2 of 3 nodes as it lies on a node's disk, SEAL1 header included; the certificate is
// public and lies beside it.
std::size_t SealedBytesOfKey();

// What one of two signers sends to the other in a signature: all messages of trusted/core with their headers,
// node signatures and channel frames, without the evidence that is forwarded. The larger of the two
// directions: the leader's, or the other signer's.
std::size_t WireBytesOfPair();

}  // namespace passport::bench
