// Who signed: signatures as wallets write them, and the address behind one.
#pragma once

#include <string_view>

#include "trusted/curve/ecdsa.h"
#include "trusted/eth/address.h"

namespace passport::cli {

// 65 bytes r || s || v as hex, 0x or not, v one of 0, 1, 27, 28. Throws a Problem for anything else, high s
// included.
curve::EcdsaSignature ParseSignature(std::string_view hex);

// Throws a Problem if no key makes this signature.
eth::Address SignerOf(const Digest& digest, const curve::EcdsaSignature& signature);

}  // namespace passport::cli
