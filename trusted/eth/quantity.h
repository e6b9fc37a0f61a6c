// Unsigned 256-bit numbers as JSON-RPC writes them.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "edl/base/bytes.h"
#include "trusted/json/json.h"

namespace passport::eth {

// Big endian, so that the defaulted comparison is numeric.
struct U256 {
  ByteArray<32> bytes{};
  auto operator<=>(const U256&) const = default;

  static U256 From(std::uint64_t value);
  bool IsZero() const { return *this == U256{}; }
  Result<std::uint64_t> ToU64() const;  // kNumberRange above 2^64 - 1
  ByteSpan Trimmed() const;             // without leading zero bytes; empty for zero; borrows
};

// Digits without any prefix or sign; leading zeros are allowed. kBadHex for no digits or another character,
// kNumberRange above 2^256 - 1.
Result<U256> ParseHexDigits(std::string_view digits);
Result<U256> ParseDecimalDigits(std::string_view digits);

// A transaction's number (wire-api.md 10): a 0x-hex string, a JSON integer literal, or a string of one
// decimal digit. Longer strings without 0x are kNumberAmbiguous, because clients disagree whether "10" is ten
// or sixteen. kJsonNumber for fractions, exponents and signs, kJsonType for other types, kNumberRange above
// 2^256 - 1.
Result<U256> ParseQuantity(const json::Value& value);

// As 0x-hex without leading zeros ("0x0" for zero).
std::string ToQuantityText(const U256& value);

// A 0x-hex byte string of any even number of digits; kJsonType if it is no string, else kBadHex.
Result<Bytes> ParseHexBytes(const json::Value& value);

}  // namespace passport::eth
