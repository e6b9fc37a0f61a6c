// What a certified ceremony does to its account: functions of the account before and the outcome alone, so
// that what was right once stays right (rules.md 2).
#pragma once

#include "trusted/auth/envelope.h"
#include "trusted/policy/outcome.h"

namespace passport::policy {

// The account of a registration, with its first passkey and nothing else.
Account FirstAccount(const Registered& registered, const Hash32& challenge, std::uint64_t begun_ms);

// The account after a session began, or a passkey was added or removed. kReplay (an older ceremony than what
// it would undo, or one that changes nothing), kCredential (too many, twice, none left, or no such passkey),
// kPending, kInvalidRequest.
auth::Checked<Account> Apply(const Outcome& outcome, const Hash32& challenge, const Account& before);
// Whether that changes anything.
bool Changes(const Outcome& outcome);

}  // namespace passport::policy
