// Byte strings: owned, borrowed, fixed; hex and base64 text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edl/base/result.h"

namespace passport {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;
template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;
using Hash32 = ByteArray<32>;

// The bytes of a text, and back. No copy in the first direction.
inline ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes ToBytes(ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }
inline Bytes ToBytes(std::string_view text) { return ToBytes(AsBytes(text)); }
void Append(Bytes& to, ByteSpan more);
bool Equal(ByteSpan a, ByteSpan b);  // not constant time; for public data

// Text that goes into JSON, logs and claims as it is: printable ASCII but quotes and backslashes.
bool IsPlainText(std::string_view text);

// Lower-case hex without prefix. Parse accepts both cases, an even number of digits, nothing else.
std::string ToHex(ByteSpan bytes);
Result<Bytes> ParseHex(std::string_view text);

// Standard base64 (RFC 4648 section 4), padded and canonical. kBadBase64 otherwise.
std::string ToBase64(ByteSpan bytes);
Result<Bytes> ParseBase64(std::string_view text);
// Unpadded base64url (RFC 4648 section 5), canonical. kBadBase64 otherwise.
std::string ToBase64Url(ByteSpan bytes);
Result<Bytes> ParseBase64Url(std::string_view text);

// Exactly N bytes as an array, or kMalformed.
template <std::size_t N>
Result<ByteArray<N>> ToArray(ByteSpan bytes) {
  if (bytes.size() != N) return Fail(Status::kMalformed);
  ByteArray<N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = bytes[i];
  return out;
}

}  // namespace passport
