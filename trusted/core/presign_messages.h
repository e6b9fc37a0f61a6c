// The messages by which presignatures are made, and the one by which one is used. Joining, beginning, rounds
// and refusals have the bodies of signing_messages.h, with attempt 0 while a presignature is made.
#pragma once

#include "trusted/core/signing_messages.h"

namespace passport::core {

// Leader -> signers: make a presignature for the account's key. Nothing in it is believed: each signer looks
// into its own records.
struct PresignInvite {
  KeyId key;
  Hash32 path{};                   // zero: the key itself
  std::vector<PartyIndex> quorum;  // rising
  Hash32 nonce{};                  // the leader's
  RecordRef scope;
  RecordRef account;
  std::uint64_t epoch = 0;  // of the shares
  Bytes Encode() const;
  static Result<PresignInvite> Parse(ByteSpan bytes);
};

// Signer -> leader: this enclave holds its part.
struct PresignReady {
  Hash32 ssid{};
  ByteArray<33> nonce_point{};
  Bytes Encode() const;
  static Result<PresignReady> Parse(ByteSpan bytes);
};

// Leader -> signers: what the client sent, to be signed with the presignature of this id. Answered by
// kSignRound3 or kSignRefuse; the presignature is spent either way.
struct SignOnline {
  std::uint16_t attempt = 0;
  Hash32 ssid{};
  RecordRef scope;
  RecordRef account;
  auth::Evidence evidence;
  Bytes Encode() const;
  static Result<SignOnline> Parse(ByteSpan bytes);
};

}  // namespace passport::core
