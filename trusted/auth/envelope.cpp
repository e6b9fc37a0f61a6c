#include "trusted/auth/envelope.h"

#include <optional>

#include "trusted/crypto/aead.h"
#include "trusted/crypto/hash.h"

namespace passport::auth {
namespace {

// The value of a base64 digit (RFC 4648 section 4), or -1, without a branch or an index that depends on it.
int DigitValue(int c) {
  const auto in_range = [c](int first, int last) { return ((first - 1 - c) & (c - last - 1)) >> 31; };
  return -1 + (in_range('A', 'Z') & (c - 'A' + 1)) + (in_range('a', 'z') & (c - 'a' + 27)) +
         (in_range('0', '9') & (c - '0' + 53)) + (in_range('+', '+') & 63) + (in_range('/', '/') & 64);
}

// The key whose base64 this is, padded and canonical: constant time, because the text is as secret as the
// key.
std::optional<crypto::SecretKey32> ParseKeyText(ByteSpan text) {
  constexpr std::size_t kDigits = 43;  // 32 bytes and two bits that are zero
  if (text.size() != kDigits + 1) return std::nullopt;
  crypto::SecretKey32 key;
  std::uint32_t bits = 0;
  int bad = text[kDigits] ^ '=';
  for (std::size_t i = 0, at = 0; i < kDigits; ++i) {
    const int value = DigitValue(text[i]);
    bad |= value & ~63;
    bits = (bits << 6) | static_cast<std::uint32_t>(value & 63);
    const std::size_t left_over = 6 * (i + 1) - 8 * at;
    if (left_over >= 8) key.ExposeMutable()[at++] = static_cast<std::uint8_t>(bits >> (left_over - 8));
  }
  bad |= static_cast<int>(bits & 3);
  crypto::Wipe(&bits, sizeof bits);
  if (bad != 0) return std::nullopt;
  return key;
}

}  // namespace

Checked<crypto::SecretKey32> KeyOpener::Open(std::string_view header) {
  const Hash32 hash = crypto::HashSha256(AsBytes(header));
  const std::string name(AsText(hash));
  if (const auto known = by_header_.find(name); known != by_header_.end()) {
    recent_.splice(recent_.begin(), recent_, known->second);
    return known->second->key.Clone();
  }
  const auto ciphertext = ParseBase64(header);
  if (!ciphertext.ok()) return Fail(api::MakeError(api::ErrorCode::kBadBase64, "X-Encrypted-Key"));
  for (const crypto::EnvelopeKey& key : keys_) {
    const auto opened = key.Open(ciphertext.value());
    if (!opened.ok()) continue;
    std::optional<crypto::SecretKey32> out = ParseKeyText(opened.value().Expose());
    if (!out) continue;
    recent_.push_front({hash, out->Clone()});
    by_header_[name] = recent_.begin();
    if (recent_.size() > remembered_max_) {
      by_header_.erase(std::string(AsText(recent_.back().header)));
      recent_.pop_back();
    }
    return std::move(*out);
  }
  return Fail(api::MakeError(
      api::ErrorCode::kEnvelope,
      "X-Encrypted-Key does not open with this network's key; compare enclavePublicKey with GET /enclave"));
}

Checked<std::string> OpenText(const crypto::SecretKey32& key, std::string_view value, std::string_view name) {
  const auto sealed = ParseBase64(value);
  if (!sealed.ok()) return Fail(api::MakeError(api::ErrorCode::kBadBase64, std::string(name)));
  const auto opened = crypto::OpenAesGcm(key.Expose(), sealed.value());
  if (!opened.ok()) return Fail(api::MakeError(api::ErrorCode::kEnvelope, std::string(name)));
  return std::string(AsText(opened.value()));
}

}  // namespace passport::auth
