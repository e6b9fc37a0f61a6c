// Changes that passkeys make: a ceremony's own register, and what follows from it for its account.
#pragma once

#include "trusted/auth/envelope.h"
#include "trusted/auth/evidence.h"
#include "trusted/core/identity.h"
#include "trusted/core/register_view.h"
#include "trusted/passkey/ceremony.h"
#include "trusted/policy/outcome.h"
#include "trusted/policy/record_ids.h"

namespace passport::core {

template <class T>
using Judged = std::variant<T, api::Error, replica::NeedRecords>;

// The answer to a challenge, from the client's own words (rules.md 12). Its time is judged here and nowhere
// else: a ceremony that ends half done hurts nobody but itself.
struct CeremonyCompletion {
  auth::Evidence evidence;
  passkey::Ceremony ceremony;

  std::vector<RecordId> RestsOn() const;
};

// A ceremony's register as a quorum certified it: good for ever, and judged without looking at any register.
struct CertifiedCeremony {
  Hash32 challenge{};
  replica::Committed committed;

  RecordId record() const { return policy::CeremonyRecordId(challenge); }
  // kInvalidRequest unless the network's nodes certified it.
  auth::Checked<policy::Outcome> Verify(const peer::Manifest& manifest) const;
};

// Takes the username for the passkey that a ceremony registered; the key follows.
struct PasskeyReservation {
  RequestId request;
  std::uint64_t now_ms = 0;  // as in AccountReservation
  CertifiedCeremony ceremony;

  std::vector<RecordId> RestsOn() const;
};
// A passkey of the account was used, added or removed.
struct CeremonyUse {
  CertifiedCeremony ceremony;
};
// Ends a session of the same account. That the session which says so still holds is the gateway's word: it
// can only end others.
struct SessionRevocation {
  auth::Evidence evidence;
  CertifiedCeremony by;
};

void Write(Writer& out, const CeremonyCompletion& change);
void Write(Writer& out, const PasskeyReservation& change);
void Write(Writer& out, const CeremonyUse& change);
void Write(Writer& out, const SessionRevocation& change);
CeremonyCompletion ReadCompletion(Reader& in);
PasskeyReservation ReadPasskeyReservation(Reader& in);
CertifiedCeremony ReadCertified(Reader& in);
SessionRevocation ReadRevocation(Reader& in);

// What the ceremony comes to by this enclave's records and time: tokens, expiry, then what
// policy::JudgeCompletion looks at. kChallenge, kUnknownScope, kUnknownUser, and its errors.
Judged<policy::Outcome> JudgeCeremony(const CeremonyCompletion& change, const Identity& identity,
                                      RegisterView& view);

// The session that a request carries, by its token. kMissingHeader, kEnvelope, kBadBase64, kUnknownSession.
auth::Checked<Hash32> ClaimedSession(const auth::Evidence& evidence);

}  // namespace passport::core
