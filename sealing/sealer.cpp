#include "sealing/sealer.h"

#include "trusted/crypto/ct.h"
#include "trusted/crypto/hash.h"

namespace passport::sealing {

using crypto::SecretKey32;

Result<RecordHeader> PeekHeader(ByteSpan blob) {
  PASSPORT_TRY(const BlobHeader header, ParseBlob(blob));
  return RecordHeader{header.policy, header.type, header.id, header.version, header.head_counter};
}

Sealer::Sealer(SealingKeys keys) : keys_(std::move(keys)) {
  PASSPORT_CHECK(keys_.svn <= kSvnMax);
  PASSPORT_CHECK(!keys_.previous || keys_.previous->key_epoch < keys_.key_epoch);
}

Bytes Sealer::Seal(const RecordHeader& record, ByteSpan plaintext, crypto::Rng& rng) const {
  PASSPORT_CHECK(record.policy != SealPolicy::kQuorum);
  BlobHeader header;
  header.policy = record.policy;
  header.source_mask = keys_.source_mask;
  header.svn = keys_.svn;
  header.key_epoch = keys_.key_epoch;
  header.type = record.type;
  header.id = record.id;
  header.version = record.version;
  header.head_counter = record.head_counter;
  const bool unique = record.policy == SealPolicy::kUnique;
  return SealBlob(unique ? keys_.unique : keys_.product, header, plaintext, rng);
}

Result<UnsealedRecord> Sealer::Unseal(std::uint16_t type, const RecordId& id, ByteSpan blob) const {
  PASSPORT_TRY(const BlobHeader header, ParseBlob(blob));
  const KeyVersion version{header.key_epoch, header.svn};
  if (header.policy == SealPolicy::kQuorum || header.type != type || header.id != id || !Opens(version))
    return Fail(Status::kUnseal);
  const bool previous = IsPrevious(header.key_epoch);
  const bool unique = header.policy == SealPolicy::kUnique;
  const std::uint8_t source_mask = previous ? keys_.previous->source_mask : keys_.source_mask;
  if (header.source_mask != source_mask || (unique && header.svn != keys_.svn)) return Fail(Status::kUnseal);
  const SecretKey32& unique_key = previous ? keys_.previous->unique : keys_.unique;
  const SecretKey32 key = unique ? unique_key.Clone() : ProductKey(version);
  PASSPORT_TRY(crypto::SecretBytes plaintext, OpenBlob(key, header, blob));
  return UnsealedRecord{std::move(plaintext), header.version, header.head_counter, version};
}

bool Sealer::has_previous_root() const {
  return keys_.previous && !crypto::EqualCt(keys_.unique.Expose(), keys_.previous->unique.Expose());
}

bool Sealer::Opens(const KeyVersion& version) const {
  return version.svn <= keys_.svn && (version.key_epoch == keys_.key_epoch || IsPrevious(version.key_epoch));
}

SecretKey32 Sealer::IndexKey(const KeyVersion& version) const {
  SecretKey32 key;
  crypto::HkdfSha256({}, ProductKey(version).Expose(), AsBytes("seal1 index"), key.ExposeMutable());
  return key;
}

SecretKey32 Sealer::ProductKey(const KeyVersion& version) const {
  PASSPORT_CHECK(Opens(version));
  const SecretKey32& own = IsPrevious(version.key_epoch) ? keys_.previous->product : keys_.product;
  return LowerSvnKey(own, keys_.svn - version.svn);
}

}  // namespace passport::sealing
