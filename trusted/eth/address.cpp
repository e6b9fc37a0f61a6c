// Addresses and EIP-55.
#include "trusted/eth/address.h"

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::eth {
namespace {

constexpr std::size_t kDigits = 40;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

Result<Address> ParseAddress(std::string_view text) {
  if (text.size() != kDigits + 2 || !text.starts_with("0x")) return Fail(Status::kTxAddress);
  const std::string_view digits = text.substr(2);
  const auto bytes = ParseHex(digits);
  if (!bytes.ok()) return Fail(Status::kTxAddress);
  Address address;
  std::copy(bytes.value().begin(), bytes.value().end(), address.bytes.begin());
  const bool mixed = std::any_of(digits.begin(), digits.end(), IsLower) &&
                     std::any_of(digits.begin(), digits.end(), IsUpper);
  if (mixed && ToChecksumText(address) != text) return Fail(Status::kTxAddress);
  return address;
}

std::string ToChecksumText(const Address& address) {
  std::string text = ToLowerText(address);
  const std::string_view digits = std::string_view(text).substr(2);
  const std::string hash = ToHex(crypto::HashKeccak256(AsBytes(digits)));
  for (std::size_t i = 0; i < kDigits; ++i) {
    char& digit = text[i + 2];
    if (IsLower(digit) && hash[i] >= '8') digit = static_cast<char>(digit - 'a' + 'A');
  }
  return text;
}

std::string ToLowerText(const Address& address) { return "0x" + ToHex(address.bytes); }

Address AddressOfPublicKey(const ByteArray<64>& xy) {
  const Hash32 hash = crypto::HashKeccak256(xy);
  Address address;
  std::copy(hash.begin() + 12, hash.end(), address.bytes.begin());
  return address;
}

}  // namespace passport::eth
