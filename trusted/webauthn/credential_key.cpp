#include "trusted/webauthn/credential_key.h"

#include <algorithm>
#include <optional>

namespace passport::webauthn {
namespace {

// Labels of COSE_Key (RFC 9052 7.1; RFC 9053 7.1.1; RFC 8230 4).
constexpr std::int64_t kKty = 1;
constexpr std::int64_t kAlg = 3;
constexpr std::int64_t kCurveOrModulus = -1;
constexpr std::int64_t kXOrExponent = -2;
constexpr std::int64_t kY = -3;
constexpr std::uint64_t kEc2 = 2;
constexpr std::uint64_t kRsa = 3;
constexpr std::uint64_t kCurveP256 = 1;
constexpr std::size_t kMembersMax = 5;
constexpr std::size_t kValueBytesMax = 512;

// What a COSE_Key said; the labels below zero mean what `kty` makes them mean.
struct Members {
  std::optional<std::uint64_t> kty;
  std::optional<std::int64_t> algorithm;
  std::optional<std::uint64_t> curve;
  std::optional<ByteSpan> modulus;
  std::optional<ByteSpan> x_or_exponent;
  std::optional<ByteSpan> y;
};

template <class T>
void SetOnce(cbor::CborReader& in, std::optional<T>& member, T value) {
  if (member.has_value()) in.Reject();
  member = value;
}

void ReadMember(cbor::CborReader& in, Members& out) {
  switch (in.Integer()) {
    case kKty:
      return SetOnce(in, out.kty, in.Unsigned());
    case kAlg:
      return SetOnce(in, out.algorithm, in.Integer());
    case kCurveOrModulus:
      if (in.NextIsString()) return SetOnce(in, out.modulus, in.String(kValueBytesMax));
      return SetOnce(in, out.curve, in.Unsigned());
    case kXOrExponent:
      return SetOnce(in, out.x_or_exponent, in.String(kValueBytesMax));
    case kY:
      return SetOnce(in, out.y, in.String(kValueBytesMax));
    default:
      return in.Reject();
  }
}

Result<CredentialKey> ToP256(const Members& members) {
  if (members.modulus || !members.x_or_exponent || !members.y) return Fail(Status::kWebauthnFormat);
  const bool fits =
      members.curve == kCurveP256 && members.x_or_exponent->size() == 32 && members.y->size() == 32;
  if (!fits) return Fail(Status::kWebauthnKey);
  const auto key = crypto::P256FromCoordinates(*members.x_or_exponent, *members.y);
  if (!key.ok()) return Fail(Status::kWebauthnKey);
  return CredentialKey{key.value()};
}

Result<CredentialKey> ToRsa(const Members& members) {
  if (members.curve || members.y || !members.modulus || !members.x_or_exponent)
    return Fail(Status::kWebauthnFormat);
  auto key = crypto::ParseRsa(*members.modulus, *members.x_or_exponent);
  if (!key.ok()) return Fail(Status::kWebauthnKey);
  return CredentialKey{std::move(key).value()};
}

}  // namespace

Result<CredentialKey> CredentialKey::Read(cbor::CborReader& in) {
  Members members;
  std::size_t left = in.Map(kMembersMax);
  for (; left > 0 && !in.failed(); --left) ReadMember(in, members);
  if (in.failed() || !members.kty || !members.algorithm) return Fail(Status::kWebauthnFormat);
  if (members.kty == kEc2 && members.algorithm == kEs256) return ToP256(members);
  if (members.kty == kRsa && members.algorithm == kRs256) return ToRsa(members);
  return Fail(Status::kWebauthnAlgorithm);
}

Result<Unit> CredentialKey::Verify(ByteSpan message, ByteSpan signature) const {
  if (const auto* rsa = std::get_if<crypto::RsaModulus>(&key)) {
    if (!crypto::VerifyRs256(*rsa, message, signature)) return Fail(Status::kBadSignature);
    return Unit{};
  }
  PASSPORT_TRY(const crypto::P256Signature parsed, crypto::ParseP256Signature(signature));
  if (!crypto::VerifyP256(std::get<crypto::P256PublicKey>(key), message, parsed))
    return Fail(Status::kBadSignature);
  return Unit{};
}

}  // namespace passport::webauthn
