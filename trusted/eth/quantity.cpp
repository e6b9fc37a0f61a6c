// 256-bit numbers and byte strings from JSON.
#include "trusted/eth/quantity.h"

#include <algorithm>

namespace passport::eth {
namespace {

constexpr std::size_t kHexDigitsMax = 64;

bool IsDecimal(char c) { return c >= '0' && c <= '9'; }

std::string_view WithoutLeadingZeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

}  // namespace

U256 U256::From(std::uint64_t value) {
  U256 out;
  for (std::size_t i = 0; i < 8; ++i) out.bytes[31 - i] = static_cast<std::uint8_t>(value >> (8 * i));
  return out;
}

Result<std::uint64_t> U256::ToU64() const {
  if (Trimmed().size() > 8) return Fail(Status::kNumberRange);
  std::uint64_t value = 0;
  for (std::size_t i = 24; i < 32; ++i) value = (value << 8) | bytes[i];
  return value;
}

ByteSpan U256::Trimmed() const {
  const auto first = std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != 0; });
  return ByteSpan(bytes).subspan(static_cast<std::size_t>(first - bytes.begin()));
}

Result<U256> ParseHexDigits(std::string_view digits) {
  if (digits.empty()) return Fail(Status::kBadHex);
  const std::string_view significant = WithoutLeadingZeros(digits);
  const std::string padded = (significant.size() % 2 == 0 ? "" : "0") + std::string(significant);
  PASSPORT_TRY(const Bytes bytes, ParseHex(padded));
  if (significant.size() > kHexDigitsMax) return Fail(Status::kNumberRange);
  U256 value;
  std::copy_backward(bytes.begin(), bytes.end(), value.bytes.end());
  return value;
}

Result<U256> ParseDecimalDigits(std::string_view digits) {
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), IsDecimal)) return Fail(Status::kBadHex);
  U256 value;
  for (const char digit : digits) {
    unsigned carry = static_cast<unsigned>(digit - '0');
    for (std::size_t i = value.bytes.size(); i-- > 0;) {
      carry += value.bytes[i] * 10u;
      value.bytes[i] = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    if (carry != 0) return Fail(Status::kNumberRange);
  }
  return value;
}

Result<U256> ParseQuantity(const json::Value& value) {
  if (value.IsNumber()) {
    PASSPORT_TRY(const std::string_view text, value.AsNumberText());
    const auto parsed = ParseDecimalDigits(text);
    if (!parsed.ok() && parsed.error() == Status::kBadHex) return Fail(Status::kJsonNumber);
    return parsed;
  }
  PASSPORT_TRY(const std::string_view text, value.AsString());
  if (text.starts_with("0x")) return ParseHexDigits(text.substr(2));
  if (text.size() == 1) return ParseDecimalDigits(text);
  return Fail(Status::kNumberAmbiguous);
}

std::string ToQuantityText(const U256& value) {
  const std::string digits = ToHex(value.bytes);
  const std::string_view significant = WithoutLeadingZeros(digits);
  return "0x" + (significant.empty() ? std::string("0") : std::string(significant));
}

Result<Bytes> ParseHexBytes(const json::Value& value) {
  PASSPORT_TRY(const std::string_view text, value.AsString());
  if (!text.starts_with("0x")) return Fail(Status::kBadHex);
  return ParseHex(text.substr(2));
}

}  // namespace passport::eth
