#include "trusted/api/ceremony_request.h"

namespace passport::api {
namespace {

using json::Value;
using passkey::CeremonyKind;

// 0x and 64 hexadecimal digits.
Result<Hash32, Error> HashMember(const Value* params, std::string_view key) {
  PASSPORT_TRY(const std::string text, TextMember(params, key));
  const std::string what = std::string(key) + " must be 0x and 64 hexadecimal digits";
  if (!text.starts_with("0x")) return Fail(MakeError(ErrorCode::kBadHex, what));
  const auto bytes = ParseHex(std::string_view(text).substr(2));
  const auto hash = bytes.ok() ? ToArray<32>(bytes.value()) : Fail(Status::kBadHex);
  if (!hash.ok()) return Fail(MakeError(ErrorCode::kBadHex, what));
  return hash.value();
}

Result<BeginCeremony, Error> ParseBegin(const Value* params, CeremonyKind kind) {
  BeginCeremony out{.kind = kind, .encrypted_user = {}};
  PASSPORT_TRY(out.encrypted_user, TextMember(params, "encrypted_user"));
  return out;
}

// The ceremony answers with a new passkey, with one that the account has, or with both.
Result<Request, Error> ParseComplete(const Value* params, CeremonyKind kind) {
  CompleteCeremony out;
  out.kind = kind;
  PASSPORT_TRY(out.challenge_id, TextMember(params, "challenge_id"));
  PASSPORT_TRY(out.encrypted_user, TextMember(params, "encrypted_user"));
  if (kind == CeremonyKind::kRegister || kind == CeremonyKind::kAddCredential) {
    PASSPORT_TRY(out.encrypted_attestation, TextMember(params, "encrypted_attestation"));
  }
  if (kind != CeremonyKind::kRegister) {
    PASSPORT_TRY(out.encrypted_assertion, TextMember(params, "encrypted_assertion"));
  }
  const Value* credential = params->Find("encrypted_credential");
  if (credential == nullptr) return Request(std::move(out));
  PASSPORT_TRY(out.encrypted_key_signature, KeySignatureMember(*credential));
  return Request(std::move(out));
}

}  // namespace

Result<std::string, Error> KeySignatureMember(const Value& credential) {
  if (!credential.IsObject() || credential.AsObject().value().size() != 1) {
    return Fail(MakeError(ErrorCode::kInvalidParams,
                          "encrypted_credential must be an object with the one member KeySignature"));
  }
  return TextMember(&credential, "KeySignature");
}

Result<std::string, Error> TextMember(const Value* params, std::string_view key) {
  if (params == nullptr || !params->IsObject())
    return Fail(MakeError(ErrorCode::kInvalidParams, "params must be an object"));
  const auto text = params->GetString(key);
  if (!text.ok()) return Fail(MakeError(ErrorCode::kInvalidParams, std::string(key) + " must be a string"));
  return std::string(text.value());
}

Result<Request, Error> ParseInitiateRegistration(const Value* params) {
  PASSPORT_TRY(BeginCeremony out, ParseBegin(params, CeremonyKind::kRegister));
  return Request(std::move(out));
}

Result<Request, Error> ParseInitiateAuthentication(const Value* params) {
  PASSPORT_TRY(BeginCeremony out, ParseBegin(params, CeremonyKind::kAuthenticate));
  if (const Value* regenerate = params->Find("regenerate_seed"); regenerate != nullptr) {
    const auto flag = regenerate->AsBool();
    if (!flag.ok())
      return Fail(MakeError(ErrorCode::kInvalidParams, "regenerate_seed must be true or false"));
    out.regenerate_seed = flag.value();
  }
  return Request(std::move(out));
}

Result<Request, Error> ParseInitiateAddCredential(const Value* params) {
  PASSPORT_TRY(BeginCeremony out, ParseBegin(params, CeremonyKind::kAddCredential));
  return Request(std::move(out));
}

Result<Request, Error> ParseInitiateRemoveCredential(const Value* params) {
  PASSPORT_TRY(BeginCeremony out, ParseBegin(params, CeremonyKind::kRemoveCredential));
  PASSPORT_TRY(out.credential, HashMember(params, "credential_hash"));
  return Request(std::move(out));
}

Result<Request, Error> ParseCompleteRegistration(const Value* params) {
  return ParseComplete(params, CeremonyKind::kRegister);
}
Result<Request, Error> ParseCompleteAuthentication(const Value* params) {
  return ParseComplete(params, CeremonyKind::kAuthenticate);
}
Result<Request, Error> ParseCompleteAddCredential(const Value* params) {
  return ParseComplete(params, CeremonyKind::kAddCredential);
}
Result<Request, Error> ParseCompleteRemoveCredential(const Value* params) {
  return ParseComplete(params, CeremonyKind::kRemoveCredential);
}

Result<Request, Error> ParseAccountInfo(const Value*) {
  return Request(AccountQuery{AccountQuery::About::kAccount});
}
Result<Request, Error> ParseListCredentials(const Value*) {
  return Request(AccountQuery{AccountQuery::About::kCredentials});
}
Result<Request, Error> ParseListSessions(const Value*) {
  return Request(AccountQuery{AccountQuery::About::kSessions});
}

Result<Request, Error> ParseRevokeSession(const Value* params) {
  const bool own = params == nullptr || (params->IsObject() && params->AsObject().value().empty());
  if (own) return Request(RevokeSession{});
  PASSPORT_TRY(const Hash32 session, HashMember(params, "session"));
  return Request(RevokeSession{RecordId{session}});
}

}  // namespace passport::api
