// Head: one sealed record that names all others, and the index in memory that it is checked against at start.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "sealing/sealer.h"

namespace passport::sealing {

inline constexpr std::uint16_t kHeadRecordType = 1;
inline constexpr RecordId kHeadRecordId{};  // all zero: kind 0 is the head's

// State of the store as one enclave last left it. Rewritten in the transaction of every change.
struct Head {
  std::uint64_t counter = 0;       // rises with every change
  std::uint64_t boot_counter = 0;  // rises with every start
  std::uint64_t record_count = 0;
  Hash32 records_hash{};   // RecordIndex::hash()
  Hash32 manifest_hash{};  // zero before the first manifest
  // Not newer than the keys of any record: what has to be at hand to open them all. The head itself is sealed
  // under the newest keys from the first change on, so that an enclave which has only those can tell.
  KeyVersion oldest_keys = {};
  // The value of the TPM's counter that this head belongs to; absent: written without one.
  std::optional<std::uint64_t> nv_counter = {};
  bool operator==(const Head&) const = default;

  Bytes Encode() const;                       // format 2
  static Result<Head> Parse(ByteSpan input);  // format 1 or 2; kMalformed
};

// Whether a head that holds `in_head` may be the newest where the TPM's counter reads `now`. A new value is
// committed in a head first and raised afterwards, so one ahead is a crash between the two. kCounterRollback:
// the head is older; kCounterForeign: it was written beside another counter; kCounterMissing: the counter is
// not there now.
Result<Unit> JudgeCounter(std::optional<std::uint64_t> in_head, std::optional<std::uint64_t> now);

// The head as a blob for the record kHeadRecordId, and back. Unseal gives kUnseal; keys are those of the
// enclave that sealed it, whose index key made records_hash.
Bytes SealHead(const Sealer& sealer, const Head& head, crypto::Rng& rng);
struct UnsealedHead {
  Head head;
  KeyVersion keys;
};
Result<UnsealedHead> UnsealHead(const Sealer& sealer, ByteSpan blob);

// Which records exist, at which version and with which bytes; the host's word counts for nothing (rules.md
// 7). Its hash is a keyed multiset hash, MSet-Add-Hash of Clarke, Devadas, van Dijk, Gassend and Suh
// (ASIACRYPT 2003): the sum modulo 2^256 of HMAC-SHA256(key, id || LE64 version || SHA-256(blob)), so a
// change costs one or two HMACs. Their random blinding term is left out because the sum is only ever seen
// encrypted, in the head.
class RecordIndex {
 public:
  struct Entry {
    std::uint64_t version = 0;
    Hash32 blob_hash{};
  };

  explicit RecordIndex(crypto::SecretKey32 key) : key_(std::move(key)) {}

  // At start: takes one record as the host read it. kRollback if it is no blob of that id, or comes twice.
  Result<Unit> Load(const RecordId& id, ByteSpan blob);
  // At start, after the last record: kRollback unless exactly the head's records were loaded.
  Result<Unit> VerifyLoaded(const Head& head) const;
  // After an upgrade, or under a new root key: the same records under another key.
  void Rekey(crypto::SecretKey32 key);

  // A record was written, or removed; the next head must be sealed with hash() and count(). A version never
  // falls.
  void Put(const RecordId& id, std::uint64_t version, ByteSpan blob);
  void Drop(const RecordId& id);

  std::vector<RecordId> Ids() const;  // in any order
  // Null if there is no such record.
  const Entry* Find(const RecordId& id) const;
  // Judges the host's answer to a fetch, nullopt being "not found". kNotFound if there is no such record,
  // whatever the host says; kRollback if it gives other bytes, or none, for one that exists.
  Result<Unit> CheckFetched(const RecordId& id, std::optional<ByteSpan> blob) const;

  const Hash32& hash() const { return hash_; }
  std::uint64_t count() const { return entries_.size(); }

 private:
  Hash32 Term(const RecordId& id, const Entry& entry) const;

  crypto::SecretKey32 key_;
  std::unordered_map<RecordId, Entry> entries_;
  Hash32 hash_{};  // little endian
};

}  // namespace passport::sealing
