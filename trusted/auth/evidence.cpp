#include "trusted/auth/evidence.h"

namespace passport::auth {
namespace {

constexpr std::uint8_t kFormat = 1;

}  // namespace

Evidence Evidence::Clone() const {
  return {scope_id,
          encrypted_user,
          encrypted_session,
          encrypted_key_signature,
          encrypted_webauthn_signature,
          has_key,
          client_key.Clone(),
          body};
}

Bytes Evidence::Encode() const {
  Writer out;
  out.U8(kFormat).Text(scope_id).Text(encrypted_user).Text(encrypted_session).Text(encrypted_key_signature);
  out.Text(encrypted_webauthn_signature).Bool(has_key).Raw(client_key.Expose()).Var(body);
  return out.Take();
}

Result<Evidence> Evidence::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kFormat) return Fail(Status::kMalformed);
  Evidence out;
  out.scope_id = in.Text(kHeaderBytesMax);
  out.encrypted_user = in.Text(kHeaderBytesMax);
  out.encrypted_session = in.Text(kHeaderBytesMax);
  out.encrypted_key_signature = in.Text(kHeaderBytesMax);
  out.encrypted_webauthn_signature = in.Text(kHeaderBytesMax);
  out.has_key = in.Bool();
  out.client_key = crypto::SecretKey32(in.Array<32>());
  out.body = ToBytes(in.Var(kBodyBytesMax));
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::auth
