#include "trusted/policy/passkey.h"

namespace passport::policy {
namespace {

constexpr std::size_t kRpIdBytesMax = 253;  // of a domain name
constexpr std::uint8_t kEs256 = 1;
constexpr std::uint8_t kRs256 = 2;
constexpr std::size_t kModulusBytesMax = 512;

void WriteCredentialKey(Writer& out, const webauthn::CredentialKey& key) {
  if (const auto* rsa = std::get_if<crypto::RsaModulus>(&key.key)) {
    out.U8(kRs256).Var(rsa->bytes);
  } else {
    out.U8(kEs256).Raw(std::get<crypto::P256PublicKey>(key.key));
  }
}

webauthn::CredentialKey ReadCredentialKey(Reader& in) {
  const std::uint8_t kind = in.U8();
  if (kind == kEs256) return {in.Array<91>()};
  if (kind != kRs256) in.Reject();
  return {crypto::RsaModulus{ToBytes(in.Var(kModulusBytesMax))}};
}

}  // namespace

void WriteTerms(Writer& out, const PasskeyTerms& terms) { out.Text(terms.rp_id).Bool(terms.accepts_foreign); }

PasskeyTerms ReadTerms(Reader& in) {
  PasskeyTerms out;
  out.rp_id = in.Text(kRpIdBytesMax);
  out.accepts_foreign = in.Bool();
  return out;
}

void WriteCredential(Writer& out, const webauthn::Credential& credential) {
  out.Var(credential.id);
  WriteCredentialKey(out, credential.key);
  out.U32(credential.sign_count).U8(static_cast<std::uint8_t>(credential.attestation));
  out.Bool(credential.backup_eligible);
}

webauthn::Credential ReadCredential(Reader& in) {
  webauthn::Credential out;
  out.id = ToBytes(in.Var(webauthn::kCredentialIdBytesMax));
  out.key = ReadCredentialKey(in);
  out.sign_count = in.U32();
  const std::uint8_t attestation = in.U8();
  out.backup_eligible = in.Bool();
  if (out.id.empty() || attestation < 1 || attestation > 3) in.Reject();
  out.attestation = static_cast<webauthn::Attestation>(attestation);
  return out;
}

void WritePasskey(Writer& out, const Passkey& passkey) {
  WriteCredential(out, passkey.credential);
  out.Raw(passkey.seed).U64(passkey.seeded_ms);
}

Passkey ReadPasskey(Reader& in) {
  Passkey out;
  out.credential = ReadCredential(in);
  out.seed = in.Array<16>();
  out.seeded_ms = in.U64();
  return out;
}

}  // namespace passport::policy
