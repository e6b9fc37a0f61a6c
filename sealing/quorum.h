// QUORUM: records under a key that nobody keeps. k of n holders (operators) have a share of it, each
// encrypted to him alone; only k of them together open what it sealed, on whatever machine
// (boundary.md 4.1, 4.5).
#pragma once

#include <map>

#include "edl/base/ids.h"
#include "sealing/sealer.h"
#include "trusted/crypto/identity.h"

namespace passport::sealing {

inline constexpr std::size_t kQuorumHoldersMax = 64;
inline constexpr std::size_t kQuorumKeyBytesMax = 160 + kQuorumHoldersMax * 150;  // of an encoded QuorumKey

// All there is to know of one such key but the key: public, kept beside what it sealed. The commitments are
// why a share that is not right is known as such before it is used, and the others stay good.
struct QuorumKey {
  Hash32 context{};    // what the key is for, by whoever made it
  ByteArray<32> id{};  // random
  KeyVersion maker;    // key epoch and svn of the enclave that made it
  std::uint8_t k = 0;
  ByteArray<32> commitment{};  // to the key
  struct Share {
    crypto::X25519PublicKey holder_key{};
    Hash32 commitment{};
    Bytes sealed;  // HPKE to holder_key
    bool operator==(const Share&) const = default;
  };
  std::map<PartyIndex, Share> shares;  // by holder
  bool operator==(const QuorumKey&) const = default;

  Bytes Encode() const;
  static Result<QuorumKey> Parse(ByteSpan input);  // kMalformed for anything else
};

// Seals and opens records under one quorum key, while it is at hand.
class QuorumSealer {
 public:
  QuorumSealer(crypto::SecretKey32 key, const KeyVersion& maker) : key_(std::move(key)), maker_(maker) {}
  // The header's policy becomes kQuorum. plaintext.size() <= kSealPlaintextBytesMax.
  Bytes Seal(RecordHeader header, ByteSpan plaintext, crypto::Rng& rng) const;
  // kUnseal for any failure.
  Result<UnsealedRecord> Unseal(std::uint16_t type, const RecordId& id, ByteSpan blob) const;

 private:
  crypto::SecretKey32 key_;
  KeyVersion maker_;
};

struct NewQuorumKey {
  QuorumKey key;
  QuorumSealer sealer;
};
// A random key, shared at once. kLimit unless 2 <= k <= holders <= kQuorumHoldersMax; kBadKey if a holder's
// key is of small order.
Result<NewQuorumKey> MakeQuorumKey(const Hash32& context, const KeyVersion& maker, std::uint8_t k,
                                   const std::map<PartyIndex, crypto::X25519PublicKey>& holders,
                                   crypto::Rng& rng);

// A holder's own share. kNotFound if he has none, kDecrypt if it does not open with this secret, kQuorumShare
// if what it contains is not what the commitment says.
Result<crypto::SecretKey32> OpenQuorumShare(const QuorumKey& key, PartyIndex holder,
                                            const crypto::SecretKey32& holder_secret);
// The same share for somebody else, who is to collect k of them; `purpose` names who that is and why, and it
// opens under the same one only.
Result<Bytes> HandOverShare(const QuorumKey& key, PartyIndex holder, const crypto::SecretKey32& share,
                            const crypto::X25519PublicKey& to, const Hash32& purpose, crypto::Rng& rng);

// Takes shares until there are k. Whatever is refused changes nothing, and no share is used before it is
// known to be right: a wrong one costs its sender a try and nobody else anything.
class QuorumCollector {
 public:
  QuorumCollector(QuorumKey key, const Hash32& purpose) : key_(std::move(key)), purpose_(purpose) {}

  // What HandOverShare made for the owner of this secret. kDecrypt (another key, holder or purpose, or
  // changed), kQuorumShare (not that holder's share of this key), kPeerReplay (there already), kNotFound (no
  // holder).
  Result<Unit> Take(PartyIndex holder, ByteSpan sealed, const crypto::SecretKey32& own_secret);
  std::size_t missing() const { return key_.k - std::min<std::size_t>(shares_.size(), key_.k); }
  // kQuorumFew before there are k; kQuorumShare if the key that they make is not the one committed to, which
  // its maker alone can have brought about.
  Result<QuorumSealer> Finish() const;

 private:
  QuorumKey key_;
  Hash32 purpose_;
  std::map<PartyIndex, crypto::SecretKey32> shares_;
};

}  // namespace passport::sealing
