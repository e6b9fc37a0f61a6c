// Requests about passkeys and sessions, parsed from their params (wire-api.md 8; docs/wire.md).
#pragma once

#include "trusted/api/request.h"

namespace passport::api {

// A member of an object that must be a text. kInvalidParams, with the member's name.
Result<std::string, Error> TextMember(const json::Value* params, std::string_view key);
// `encrypted_credential`: the developer's key assertion over params.encrypted_user.
Result<std::string, Error> KeySignatureMember(const json::Value& credential);

Result<Request, Error> ParseInitiateRegistration(const json::Value* params);
Result<Request, Error> ParseCompleteRegistration(const json::Value* params);
Result<Request, Error> ParseInitiateAuthentication(const json::Value* params);
Result<Request, Error> ParseCompleteAuthentication(const json::Value* params);
Result<Request, Error> ParseInitiateAddCredential(const json::Value* params);
Result<Request, Error> ParseCompleteAddCredential(const json::Value* params);
Result<Request, Error> ParseInitiateRemoveCredential(const json::Value* params);
Result<Request, Error> ParseCompleteRemoveCredential(const json::Value* params);
Result<Request, Error> ParseAccountInfo(const json::Value* params);
Result<Request, Error> ParseListCredentials(const json::Value* params);
Result<Request, Error> ParseListSessions(const json::Value* params);
Result<Request, Error> ParseRevokeSession(const json::Value* params);

}  // namespace passport::api
