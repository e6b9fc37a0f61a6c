// Schnorr signatures over secp256k1 (BIP-340): verification of public values.
#pragma once

#include "edl/base/bytes.h"

namespace passport::curve {

using SchnorrPublicKey = ByteArray<32>;  // the x coordinate, big endian
using SchnorrSignature = ByteArray<64>;  // x(R) || s, both big endian

// Whether the signature is one of the message, which may have any size, under the key.
bool VerifySchnorr(const SchnorrPublicKey& key, ByteSpan message, const SchnorrSignature& signature);

}  // namespace passport::curve
