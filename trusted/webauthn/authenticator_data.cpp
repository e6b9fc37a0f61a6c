#include "trusted/webauthn/authenticator_data.h"

namespace passport::webauthn {
namespace {

constexpr std::size_t kFixedBytes = 37;  // rpIdHash, flags, signCount
constexpr std::size_t kAaguidAndSizeBytes = 18;
constexpr std::uint8_t kHasCredential = 0x40;
constexpr std::uint8_t kHasExtensions = 0x80;
constexpr std::size_t kExtensionsMax = 32;
constexpr std::size_t kExtensionNameBytesMax = 64;
constexpr unsigned kExtensionDepthMax = 4;

// Attested credential data (6.5.1), of which `rest` is what follows it.
Result<AuthenticatorData::NewCredential> ReadCredential(ByteSpan& rest) {
  if (rest.size() < kAaguidAndSizeBytes) return Fail(Status::kWebauthnFormat);
  AuthenticatorData::NewCredential out;
  std::copy(rest.begin(), rest.begin() + 16, out.aaguid.begin());
  const std::size_t size = std::size_t{rest[16]} << 8 | rest[17];
  rest = rest.subspan(kAaguidAndSizeBytes);
  if (size == 0 || size > kCredentialIdBytesMax || size > rest.size()) return Fail(Status::kWebauthnFormat);
  out.id = ToBytes(rest.first(size));
  cbor::CborReader in(rest.subspan(size));
  PASSPORT_TRY(out.key, CredentialKey::Read(in));
  rest = in.rest();
  return out;
}

bool SkipExtensions(ByteSpan& rest) {
  cbor::CborReader in(rest);
  std::size_t left = in.Map(kExtensionsMax);
  for (; left > 0 && !in.failed(); --left) {
    in.Text(kExtensionNameBytesMax);
    in.Skip(kExtensionDepthMax);
  }
  rest = in.rest();
  return !in.failed();
}

}  // namespace

Result<AuthenticatorData> AuthenticatorData::Parse(ByteSpan bytes) {
  if (bytes.size() < kFixedBytes) return Fail(Status::kWebauthnFormat);
  AuthenticatorData out;
  std::copy(bytes.begin(), bytes.begin() + 32, out.rp_id_hash.begin());
  out.flags = bytes[32];
  for (const std::uint8_t byte : bytes.subspan(33, 4)) out.sign_count = out.sign_count << 8 | byte;
  if (out.backed_up() && !out.backup_eligible()) return Fail(Status::kWebauthnFlags);
  ByteSpan rest = bytes.subspan(kFixedBytes);
  if ((out.flags & kHasCredential) != 0) {
    PASSPORT_TRY(out.credential, ReadCredential(rest));
  }
  if ((out.flags & kHasExtensions) != 0 && !SkipExtensions(rest)) return Fail(Status::kWebauthnFormat);
  if (!rest.empty()) return Fail(Status::kWebauthnFormat);
  return out;
}

}  // namespace passport::webauthn
