// Requests with a session (wire-api.md 8.4): from the token to a session that holds, its account and its
// scope, by this enclave's own records and time.
#pragma once

#include "trusted/core/decision.h"
#include "trusted/passkey/session.h"

namespace passport::core {

// The session names its account, and the account its scope, so that clients which send neither scope nor user
// (SDK 1.0.0) are served too; what they do send must fit. kUnknownSession, kSessionOver, kUnauthorized and
// the errors of trusted/auth.
Judged<AccountFacts> FindBySession(const auth::Evidence& evidence, const Deciding& with);

// Whether the session holds at `now_ms`, for an account as it is now: not expired, not revoked, and of a
// passkey that has neither been removed nor begun anew. kSessionOver.
auth::Checked<Unit> CheckSession(const passkey::Session& session, const policy::Account& account,
                                 std::uint64_t now_ms);

// The registers that a request with a session rests on, as far as this enclave knows them: ceremony, account.
std::vector<RecordId> RecordsOfSession(const auth::Evidence& evidence, RegisterView& view);

}  // namespace passport::core
