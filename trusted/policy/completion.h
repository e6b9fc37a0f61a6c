// The end of a passkey ceremony, as each enclave judges it from what the client sent (architecture.md 6).
#pragma once

#include "trusted/policy/authorise.h"
#include "trusted/policy/outcome.h"

namespace passport::policy {

// What a completion rests on. That the ceremony's tokens hold and its time is not over has been checked.
struct CeremonyFacts {
  const passkey::Ceremony& ceremony;
  const Hash32& challenge;
  const Scope& scope;
  const Account* account = nullptr;  // of every kind but a registration
  NetworkFacts network;
};

// What a passkey that the account has must sign to add another one: the ceremony's challenge together with
// SHA-256 of the new attestation object, so that nobody can put another passkey in its place.
Hash32 AdditionChallenge(const Hash32& challenge, ByteSpan attestation_object);

// And to remove one: no login signs this, whatever a host makes of its request.
Hash32 RemovalChallenge(const Hash32& challenge, const Hash32& credential);

// kChallenge (another ceremony than the request says), kInvalidParams, kEnvelope, kBadBase64, kNotPermitted
// (the scope has no relying party), kPending, kUnknownUser (no such passkey), kPasskey, kUnauthorized,
// kCredential, and what a developer's key assertion gives.
auth::Checked<Outcome> JudgeCompletion(const auth::Evidence& evidence, const CeremonyFacts& facts);

// The configuration of a scope that passkeys can be made for. kNotPermitted, kScopeConfig.
auth::Checked<ScopeConfig> PasskeyConfigOf(const Scope& scope, bool devnet);

}  // namespace passport::policy
