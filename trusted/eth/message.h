// personal_sign: a message and its EIP-191 digest.
#pragma once

#include <string_view>

#include "edl/base/bytes.h"
#include "edl/base/ids.h"

namespace passport::eth {

// The first parameter of personal_sign: hex of either case, with or without 0x, possibly of no bytes. kBadHex
// otherwise; text that is not hex is refused rather than signed as text.
Result<Bytes> ParsePersonalMessage(std::string_view hex);

// Keccak-256 of "\x19Ethereum Signed Message:\n", the decimal length, and the message (EIP-191 version 0x45).
Digest PersonalMessageDigest(ByteSpan message);

}  // namespace passport::eth
