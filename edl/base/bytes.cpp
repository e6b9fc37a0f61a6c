#include "edl/base/bytes.h"

#include <algorithm>

namespace passport {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Encode64(ByteSpan bytes, std::string_view alphabet, bool padded) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    count += 8;
    for (; count >= 6; count -= 6) out.push_back(alphabet[(bits >> (count - 6)) & 63]);
  }
  if (count > 0) out.push_back(alphabet[(bits << (6 - count)) & 63]);
  while (padded && out.size() % 4 != 0) out.push_back('=');
  return out;
}

// Text without padding; canonical means that the unused low bits of the last digit are zero.
Result<Bytes> Decode64(std::string_view text, std::string_view alphabet) {
  if (text.size() % 4 == 1) return Fail(Status::kBadBase64);
  std::array<std::int8_t, 256> values;
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
  Bytes out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const int value = values[static_cast<std::uint8_t>(c)];
    if (value < 0) return Fail(Status::kBadBase64);
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> count));
    }
  }
  if ((bits & ((1u << count) - 1)) != 0) return Fail(Status::kBadBase64);
  return out;
}

}  // namespace

void Append(Bytes& to, ByteSpan more) { to.insert(to.end(), more.begin(), more.end()); }

bool Equal(ByteSpan a, ByteSpan b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

bool IsPlainText(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

std::string ToHex(ByteSpan bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out.push_back(kHexDigits[byte >> 4]);
    out.push_back(kHexDigits[byte & 15]);
  }
  return out;
}

Result<Bytes> ParseHex(std::string_view text) {
  if (text.size() % 2 != 0) return Fail(Status::kBadHex);
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) return Fail(Status::kBadHex);
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

std::string ToBase64(ByteSpan bytes) { return Encode64(bytes, kBase64, true); }

Result<Bytes> ParseBase64(std::string_view text) {
  if (text.size() % 4 != 0) return Fail(Status::kBadBase64);
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  text.remove_suffix(padding);
  return Decode64(text, kBase64);
}

std::string ToBase64Url(ByteSpan bytes) { return Encode64(bytes, kBase64Url, false); }

Result<Bytes> ParseBase64Url(std::string_view text) { return Decode64(text, kBase64Url); }

}  // namespace passport
