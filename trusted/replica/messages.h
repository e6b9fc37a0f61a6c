// The messages between the replicas of a register. Each travels inside an attested peer session, so its
// sender is known.
#pragma once

#include <variant>

#include "trusted/replica/register.h"

namespace passport::replica {

// Phase 1: asks for a promise at ballot. known is the sender's committed version number.
struct Prepare {
  RecordId id;
  Ballot ballot;
  std::uint64_t known = 0;
};

// Answer to Prepare. granted: nothing below ballot will be accepted; boot names the acceptor's start that
// promised, because a restart from an older disk forgets promises. Refused: promised is the higher ballot.
// committed is empty if not above known.
struct Promise {
  RecordId id;
  Ballot ballot;
  bool granted = false;
  Ballot promised;
  BootId boot;
  Committed committed;
  std::optional<Tentative> tentative;
};

// Phase 2: asks to accept a version on the given evidence. boot is the acceptor's, as its promise named it.
struct Accept {
  RecordId id;
  Ballot ballot;
  BootId boot;
  Version version;
  Bytes evidence;
};

enum class AcceptVerdict : std::uint8_t {
  kAccepted = 0,  // durable; signature is over the version's hash
  kOutbid = 1,    // promised a higher ballot, or promised before a restart
  kBehind = 2,    // the acceptor lacks the version before: send it, then ask again
  kRefused = 3,   // the evidence does not justify the change; refusal says why
};

struct Accepted {
  RecordId id;
  Ballot ballot;
  AcceptVerdict verdict = AcceptVerdict::kRefused;
  Ballot promised;
  std::uint16_t refusal = 0;
  crypto::Ed25519Signature signature{};
};

// A chosen version with its certificate.
struct Learn {
  RecordId id;
  Committed committed;
};

// Asks what the receiver holds (rules.md 6: a restarted enclave confirms each record with others before it
// uses it).
struct Query {
  RecordId id;
  std::uint64_t known = 0;
};

// confirmed: the sender is itself sure of this record. committed is empty if not above known.
struct QueryReply {
  RecordId id;
  bool confirmed = false;
  Committed committed;
  std::optional<Tentative> tentative;
};

using Message = std::variant<Prepare, Promise, Accept, Accepted, Learn, Query, QueryReply>;

// One message: kind byte (its place in the variant, from 1), then its fields. kMalformed for anything else.
Bytes EncodeMessage(const Message& message);
Result<Message> ParseMessage(ByteSpan bytes);

}  // namespace passport::replica
