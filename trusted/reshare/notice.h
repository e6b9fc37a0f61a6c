// What nodes tell each other about the epochs of a key: confirmations, and votes to give an epoch up.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "edl/base/codec.h"
#include "edl/base/ids.h"
#include "edl/base/result.h"
#include "trusted/crypto/identity.h"

namespace passport::reshare {

using Roster = std::map<PartyIndex, crypto::Ed25519PublicKey>;  // node keys
using Signatures = std::map<PartyIndex, crypto::Ed25519Signature>;

// Signatures by members of one epoch: on the digest of its facts, and on the vote against it. Any node
// forwards them; with all members' confirmations it is the epoch's certificate (dkls23.md 7.3).
struct Notice {
  KeyId key;
  std::uint64_t epoch = 0;
  Signatures confirmations;
  Signatures aborts;

  // A version byte and the fields; 45 bytes, and 66 for each signature.
  Bytes Encode() const;
  static Result<Notice> Parse(ByteSpan input);
};

// What a vote against an epoch signs: TH("reshare/abort", key id, LE64 epoch).
Hash32 AbortDigest(const KeyId& key, std::uint64_t epoch);

// u16 count and the signatures by rising party, at most 64.
void WriteSignatures(Writer& writer, const Signatures& signatures);
Signatures ReadSignatures(Reader& reader);

}  // namespace passport::reshare
