#include "trusted/webauthn/ceremony.h"

#include <algorithm>

#include "trusted/crypto/hash.h"
#include "trusted/webauthn/client_data.h"

namespace passport::webauthn {
namespace {

Result<Unit> CheckClientData(const RelyingParty& party, ByteSpan challenge, std::string_view type,
                             ByteSpan json) {
  PASSPORT_TRY(const ClientData data, ClientData::Parse(json));
  if (data.type != type) return Fail(Status::kWebauthnType);
  if (!std::ranges::equal(data.challenge, challenge)) return Fail(Status::kWebauthnChallenge);
  const bool known = std::ranges::find(party.origins, data.origin) != party.origins.end();
  if (!known || data.cross_origin) return Fail(Status::kWebauthnOrigin);
  return Unit{};
}

Result<Unit> CheckAuthenticatorData(const RelyingParty& party, const AuthenticatorData& data) {
  if (data.rp_id_hash != crypto::HashSha256(AsBytes(party.id))) return Fail(Status::kWebauthnRpId);
  if (!data.user_present() || !data.user_verified()) return Fail(Status::kWebauthnFlags);
  return Unit{};
}

// 7.2 step 21. Both zero: the authenticator does not count.
bool CounterFits(std::uint32_t before, std::uint32_t now) {
  return now > before || (now == 0 && before == 0);
}

}  // namespace

Result<Credential> VerifyRegistration(const RelyingParty& party, ByteSpan challenge,
                                      const RegistrationResponse& response) {
  PASSPORT_TRY_VOID(CheckClientData(party, challenge, "webauthn.create", response.client_data));
  PASSPORT_TRY(NewCredential made,
               VerifyAttestation(response.attestation_object, crypto::HashSha256(response.client_data)));
  PASSPORT_TRY_VOID(CheckAuthenticatorData(party, made.data));
  AuthenticatorData::NewCredential& credential = *made.data.credential;
  if (credential.id != response.id) return Fail(Status::kWebauthnFormat);
  if (made.attestation == Attestation::kForeign && !party.accepts_foreign)
    return Fail(Status::kWebauthnAttestation);
  return Credential{.id = std::move(credential.id),
                    .key = std::move(credential.key),
                    .sign_count = made.data.sign_count,
                    .attestation = made.attestation,
                    .backup_eligible = made.data.backup_eligible()};
}

Result<std::uint32_t> VerifyAssertion(const RelyingParty& party, ByteSpan challenge,
                                      const Credential& credential, const AssertionResponse& response) {
  PASSPORT_TRY_VOID(CheckClientData(party, challenge, "webauthn.get", response.client_data));
  PASSPORT_TRY(const AuthenticatorData data, AuthenticatorData::Parse(response.authenticator_data));
  PASSPORT_TRY_VOID(CheckAuthenticatorData(party, data));
  if (data.backup_eligible() != credential.backup_eligible) return Fail(Status::kWebauthnFlags);
  Bytes message = response.authenticator_data;
  Append(message, crypto::HashSha256(response.client_data));
  PASSPORT_TRY_VOID(credential.key.Verify(message, response.signature));
  if (!CounterFits(credential.sign_count, data.sign_count)) return Fail(Status::kWebauthnCounter);
  return data.sign_count;
}

}  // namespace passport::webauthn
