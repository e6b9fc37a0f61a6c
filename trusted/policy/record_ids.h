// Record ids: kind, group, then 30 bytes of a hash. A username never appears in one unhashed (rules.md 36).
#pragma once

#include <string_view>

#include "edl/base/ids.h"

namespace passport::policy {

// Kinds are never reused. Below 0x10: this enclave's own; from 0x10: replicated registers.
enum class RecordKind : std::uint8_t {
  kIdentity = 0x01,       // the enclave's private keys
  kManifest = 0x02,       // the signed manifest in force
  kHead = 0x03,           // counter and hash over all records
  kPeerFaults = 0x04,     // failed checks counted per peer, bans
  kKeyShare = 0x05,       // one share of one key
  kAdmin = 0x06,          // the highest operator statement number taken
  kKeyState = 0x07,       // the epochs of one key that was ever refreshed
  kRefresh = 0x08,        // operators' refresh statements
  kMadeKeys = 0x09,       // keys whose accounts do not name them yet
  kPolicy = 0x0a,         // the policy that operators signed
  kScopeAccounts = 0x0d,  // how many accounts each scope with a limit has
  kRestoredShare = 0x0e,  // a share that came back from a backup: good for a refresh, and nothing else
  kScope = 0x10,
  kAccount = 0x11,
  kEnvelope = 0x12,  // the network's envelope keys
  kCeremony = 0x13,  // what came of one passkey ceremony: a new passkey, a session, ...
};

RecordId MakeRecordId(RecordKind kind, ByteSpan subject);
inline RecordKind KindOf(const RecordId& id) { return static_cast<RecordKind>(id.bytes[0]); }
inline bool IsReplicated(const RecordId& id) { return id.bytes[0] >= 0x10; }

RecordId ScopeRecordId(const ScopeId& scope);
// One username names one account of a scope, whichever way it was registered (rules.md 4).
RecordId AccountRecordId(const ScopeId& scope, std::string_view username);
RecordId EnvelopeRecordId();
// One ceremony comes to one thing: its challenge is used once.
RecordId CeremonyRecordId(const Hash32& challenge);
// Of one epoch of a key, 0 as it was generated.
RecordId KeyShareRecordId(const KeyId& key, std::uint64_t epoch = 0);
RecordId RestoredShareRecordId(const KeyId& key, std::uint64_t epoch);
RecordId KeyStateRecordId(const KeyId& key);

}  // namespace passport::policy
