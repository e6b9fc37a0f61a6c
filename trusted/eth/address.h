// Ethereum addresses and their checksummed text (EIP-55).
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "edl/base/bytes.h"

namespace passport::eth {

struct Address {
  ByteArray<20> bytes{};
  auto operator<=>(const Address&) const = default;
};

// 0x and 40 hex digits. Digits of one case are taken as they are; mixed case must be the EIP-55 checksum.
// kTxAddress otherwise.
Result<Address> ParseAddress(std::string_view text);

// 0x and 40 hex digits, in EIP-55 mixed case or in lower case.
std::string ToChecksumText(const Address& address);
std::string ToLowerText(const Address& address);

// The address of a public key given as x || y, big endian (curve::Point::EncodeXY): the last 20 bytes of its
// Keccak-256.
Address AddressOfPublicKey(const ByteArray<64>& xy);

}  // namespace passport::eth
