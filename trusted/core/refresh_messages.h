// The messages by which keys are refreshed: one run for each key, led by the node whose operator has ordered
// it (dkls23.md 7.1; rules.md 14). Rounds 1 and 2 have the bodies of trusted/dkg/messages.h, round 3 is
// EpochNews.
#pragma once

#include "trusted/core/admin.h"
#include "trusted/core/key_facets.h"
#include "trusted/core/signing_messages.h"

namespace passport::core {

// Leader -> all: refresh the key of this account. The statement is in every invitation, so that a node that
// starts again knows it from the next one.
struct RefreshInvite {
  AdminStatement statement;
  RecordId account;
  KeyId key;
  Bytes Encode() const;
  static Result<RefreshInvite> Parse(ByteSpan bytes);
};

// All -> leader: with what they can deal, and below which epoch they prepare nothing.
struct RefreshJoin {
  std::uint64_t highest_epoch = 0;
  std::optional<KeyFacets> held;  // none: without a share that signs now
  Bytes Encode() const;
  static Result<RefreshJoin> Parse(ByteSpan bytes);
};

// Leader -> all: from which epoch, to which, and who deals. All nodes of the manifest get a share.
struct RefreshBegin {
  std::uint64_t epoch = 0;
  std::vector<PartyIndex> dealers;
  KeyFacets current;
  Bytes Encode() const;
  static Result<RefreshBegin> Parse(ByteSpan bytes);
};

enum class RefreshRefusal : std::uint8_t {
  kStatement = 1,  // it is no statement of the leader's operator that may be followed now
  kNotReady = 2,   // a record, a share or a peer's word is not there yet
  kDone = 3,       // this key was refreshed by this statement
  kAborted = 4,    // a check failed; which one is not said
  kLimit = 5,      // too many epochs of the key are pending
};
// All -> leader.
struct RefreshRefuse {
  RefreshRefusal reason = RefreshRefusal::kAborted;
  Bytes Encode() const;
  static Result<RefreshRefuse> Parse(ByteSpan bytes);
};

// Leader -> one after the other: all keys are refreshed, now make the setups with the nodes above you again.
// Answered with an empty kRefreshSetupsDone.
struct RefreshSetups {
  AdminStatement statement;
  Bytes Encode() const { return statement.Encode(); }
  static Result<RefreshSetups> Parse(ByteSpan bytes);
};

// What the dealing of one account's key by one statement is about: bound into every message of the run.
Hash32 RefreshDigest(const Hash32& manifest_hash, const AdminStatement& statement, const RecordId& account);

}  // namespace passport::core
