#include "edl/base/uuid.h"

#include <algorithm>

namespace passport {

std::string FormatUuid(const ByteArray<16>& uuid) {
  const std::string hex = ToHex(uuid);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

Result<ByteArray<16>> ParseUuid(std::string_view text) {
  if (text.size() != 36) return Fail(Status::kMalformed);
  std::string hex;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return Fail(Status::kMalformed);
    if (!dash) hex.push_back(text[i]);
  }
  PASSPORT_TRY(const Bytes bytes, ParseHex(hex));
  return ToArray<16>(bytes);
}

ByteArray<16> UuidFrom(const Hash32& hash) {
  ByteArray<16> out;
  std::copy_n(hash.begin(), out.size(), out.begin());
  out[6] = static_cast<std::uint8_t>((out[6] & 0x0f) | 0x40);
  out[8] = static_cast<std::uint8_t>((out[8] & 0x3f) | 0x80);
  return out;
}

}  // namespace passport
