// What one protocol round takes and gives: state x inbox -> (next state, message) | Abort.
#pragma once

#include <map>
#include <optional>

#include "edl/base/ids.h"
#include "edl/base/result.h"

namespace passport::protocol {

// Why a run is over. The number is local (logs, counters); a peer only ever sees that the run ended
// (dkls23.md 4.4).
enum class AbortReason : std::uint16_t {
  kMalformed = 1,     // a message that does not decode, or has wrong counts
  kWrongSession = 2,  // header names another run, round or setup: recoverable, nobody is blamed
  kTimeout = 3,
  kEquivocation = 4,          // echo digests differ, or a party has sent two messages of one round
  kCommitment = 5,            // an opening does not match
  kProof = 6,                 // a proof of knowledge fails
  kShare = 7,                 // a share does not match its Feldman commitments
  kIdentity = 8,              // a point or sum that must not be the identity is
  kBaseOt = 9,                // base OT or PPRF check: the setup is discarded
  kExtensionCheck = 10,       // burns the pair (rules.md 17)
  kMultiplicationCheck = 11,  // mu: burns the pair
  kConsistencyCheck = 12,     // checks 5 and 6 of dkls23.md 6.5: burns the pair
  kPublicKeySum = 13,
  kBadSignature = 14,  // the final verification failed
  kWrongQuorum = 15,
  kConfirmation = 16,  // key generation: a confirmation does not match
  kPeerLost = 17,
  kWrongKey = 18,        // a key share of another curve or purpose: nothing is done with it
  kSignatureShare = 19,  // a share of a Schnorr signature does not fit its sender's commitments
  kConstantTerm = 20,    // resharing: a dealer deals something else than its share
};

// Whether an abort for this reason burns the OT setup shared with the culprit (dkls23.md 4.4, 5.5, 6.5;
// rules.md 17).
constexpr bool BurnsPair(AbortReason reason) {
  return reason == AbortReason::kExtensionCheck || reason == AbortReason::kMultiplicationCheck ||
         reason == AbortReason::kConsistencyCheck;
}

// The run is over and its secrets are gone. The culprit is named only when this party is certain.
struct Abort {
  AbortReason reason;
  std::optional<PartyIndex> culprit;
};

template <class Message>
using Inbox = std::map<PartyIndex, Message>;  // exactly one from every counterparty
template <class Message>
using Outbox = std::map<PartyIndex, Message>;  // exactly one to every counterparty

template <class T>
using Outcome = Result<T, Abort>;
// The state to keep and what to send.
template <class Next, class Out>
struct Advance {
  Next next;
  Out out;
};
template <class Next, class Out>
using Step = Outcome<Advance<Next, Out>>;

}  // namespace passport::protocol
