// Sealer: encrypts one record for the disk of a host that is not trusted (format SEAL1, blob.h; boundary.md
// 4.3).
#pragma once

#include <optional>

#include "sealing/blob.h"
#include "sealing/svn_chain.h"

namespace passport::sealing {

enum SealSource : std::uint8_t { kSourceKeyfile = 1, kSourceTpm2 = 2, kSourceCredential = 4 };

// The keys of the root key before, while records are being sealed again under the one that replaces it. Of
// the same svn.
struct PreviousKeys {
  crypto::SecretKey32 unique;
  crypto::SecretKey32 product;
  std::uint8_t source_mask = kSourceKeyfile;
  std::uint32_t key_epoch = 0;  // below that of the new ones
};

// What the launcher gives an enclave at start.
struct SealingKeys {
  crypto::SecretKey32 unique;
  crypto::SecretKey32 product;  // of `svn`
  std::uint32_t svn = 0;        // at most kSvnMax
  std::uint8_t source_mask = kSourceKeyfile;
  std::uint32_t key_epoch = 0;  // rises when the operator replaces the root key
  std::optional<PreviousKeys> previous = {};
};

// Which of an enclave's keys a record is sealed under.
struct KeyVersion {
  std::uint32_t key_epoch = 0;
  std::uint32_t svn = 0;
  bool operator==(const KeyVersion&) const = default;
  // A record under it is sealed again by an enclave whose own keys are `current`.
  bool IsOlderThan(const KeyVersion& current) const {
    return key_epoch < current.key_epoch || svn < current.svn;
  }
};

// What a record is, apart from its content. All of it is authenticated, none of it is secret.
struct RecordHeader {
  SealPolicy policy = SealPolicy::kProduct;
  std::uint16_t type = 0;
  RecordId id;
  std::uint64_t version = 0;
  std::uint64_t head_counter = 0;
  bool operator==(const RecordHeader&) const = default;
};

struct UnsealedRecord {
  crypto::SecretBytes plaintext;
  std::uint64_t version = 0;
  std::uint64_t head_counter = 0;
  KeyVersion keys;
};

// The header that a blob claims, unverified. kUnseal if it is no SEAL1 blob of consistent size.
Result<RecordHeader> PeekHeader(ByteSpan blob);

// UNIQUE and PRODUCT records. Opens what either root key has sealed, seals under the newer one.
class Sealer {
 public:
  explicit Sealer(SealingKeys keys);

  // plaintext.size() + kSealOverheadBytes bytes; plaintext.size() <= kSealPlaintextBytesMax. Not kQuorum.
  Bytes Seal(const RecordHeader& header, ByteSpan plaintext, crypto::Rng& rng) const;
  // Opens a blob that must be of this type and id. kUnseal for any failure: the host learns nothing from
  // which.
  Result<UnsealedRecord> Unseal(std::uint16_t type, const RecordId& id, ByteSpan blob) const;

  KeyVersion keys() const { return {keys_.key_epoch, keys_.svn}; }
  bool has_previous() const { return keys_.previous.has_value(); }
  // Whether those are of another root key, and not of another release signer alone.
  bool has_previous_root() const;
  // Whether this enclave has a key for records of that version.
  bool Opens(const KeyVersion& version) const;
  // The key of the record index (head.h) as an enclave with those keys has it; one that Opens.
  crypto::SecretKey32 IndexKey(const KeyVersion& version) const;

 private:
  bool IsPrevious(std::uint32_t key_epoch) const {
    return keys_.previous && keys_.previous->key_epoch == key_epoch;
  }
  crypto::SecretKey32 ProductKey(const KeyVersion& version) const;
  SealingKeys keys_;
};

}  // namespace passport::sealing
