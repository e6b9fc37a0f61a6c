// What a passkey ceremony comes to: the value of its register. Judged once, with its time and against the
// scope and the account of then; a certified one is all that a change of an account needs afterwards.
#pragma once

#include <variant>

#include "trusted/passkey/session.h"
#include "trusted/policy/account.h"

namespace passport::policy {

// The assertion of a passkey that the account had.
struct PasskeyUse {
  Hash32 credential{};  // passkey::CredentialName
  std::uint32_t sign_count = 0;
};

// A username's registration, which an account's reservation may rest on.
struct Registered {
  ScopeId scope;
  RecordId account;
  Control control = Control::kUser;
  RequestBinding binding = RequestBinding::kLegacy;
  PasskeyTerms terms;
  webauthn::Credential credential;
};
struct Authenticated {
  passkey::Session session;
  std::uint32_t sign_count = 0;
  bool regenerates = false;  // the session's seed is a new one
};
struct Added {
  RecordId account;
  PasskeyUse by;
  webauthn::Credential credential;
};
struct Removed {
  RecordId account;
  PasskeyUse by;
  Hash32 credential{};
};

struct Outcome {
  std::uint64_t begun_ms = 0;  // Unix time of the ceremony's oldest token
  std::variant<Registered, Authenticated, Added, Removed> what;

  Bytes Encode() const;  // first byte 1 (format), then the alternative's number from 1
  static Result<Outcome> Parse(ByteSpan bytes);
};

// The account that it is about.
RecordId AccountOf(const Outcome& outcome);

}  // namespace passport::policy
