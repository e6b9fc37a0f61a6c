#include "sealing/head.h"

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/hash.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::sealing {
namespace {

constexpr std::uint8_t kFirstFormat = 1;  // without what stands after the manifest hash
constexpr std::uint8_t kFormat = 2;

// sum += term, or sum -= term, modulo 2^256.
void AddTerm(Hash32& sum, const Hash32& term) {
  unsigned carry = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    carry += unsigned{sum[i]} + term[i];
    sum[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
}
void SubtractTerm(Hash32& sum, const Hash32& term) {
  unsigned borrow = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const unsigned difference = 256u + sum[i] - term[i] - borrow;
    sum[i] = static_cast<std::uint8_t>(difference);
    borrow = difference < 256 ? 1 : 0;
  }
}

}  // namespace

Bytes Head::Encode() const {
  Writer writer;
  writer.U8(kFormat).U64(counter).U64(boot_counter).U64(record_count).Raw(records_hash).Raw(manifest_hash);
  writer.U32(oldest_keys.key_epoch).U32(oldest_keys.svn);
  return writer.Bool(nv_counter.has_value()).U64(nv_counter.value_or(0)).Take();
}

Result<Head> Head::Parse(ByteSpan input) {
  Reader reader(input);
  const std::uint8_t format = reader.U8();
  Head head;
  head.counter = reader.U64();
  head.boot_counter = reader.U64();
  head.record_count = reader.U64();
  head.records_hash = reader.Array<32>();
  head.manifest_hash = reader.Array<32>();
  if (format == kFormat) {
    head.oldest_keys.key_epoch = reader.U32();
    head.oldest_keys.svn = reader.U32();
    const bool has_counter = reader.Bool();
    const std::uint64_t value = reader.U64();
    if (has_counter) head.nv_counter = value;
    if (!has_counter && value != 0) reader.Reject();
  }
  if (!reader.Done() || (format != kFirstFormat && format != kFormat)) return Fail(Status::kMalformed);
  return head;
}

Result<Unit> JudgeCounter(std::optional<std::uint64_t> in_head, std::optional<std::uint64_t> now) {
  if (!in_head) return Ok();
  if (!now) return Fail(Status::kCounterMissing);
  if (*in_head < *now) return Fail(Status::kCounterRollback);
  if (*in_head - *now > 1) return Fail(Status::kCounterForeign);
  return Ok();
}

Bytes SealHead(const Sealer& sealer, const Head& head, crypto::Rng& rng) {
  const RecordHeader header{SealPolicy::kProduct, kHeadRecordType, kHeadRecordId, head.counter, head.counter};
  return sealer.Seal(header, head.Encode(), rng);
}

Result<UnsealedHead> UnsealHead(const Sealer& sealer, ByteSpan blob) {
  PASSPORT_TRY(const RecordHeader header, PeekHeader(blob));
  if (header.policy != SealPolicy::kProduct) return Fail(Status::kUnseal);
  PASSPORT_TRY(const UnsealedRecord record, sealer.Unseal(kHeadRecordType, kHeadRecordId, blob));
  const auto head = Head::Parse(record.plaintext.Expose());
  if (!head.ok() || head.value().counter != record.version) return Fail(Status::kUnseal);
  return UnsealedHead{head.value(), record.keys};
}

Result<Unit> RecordIndex::Load(const RecordId& id, ByteSpan blob) {
  const auto header = PeekHeader(blob);
  if (!header.ok() || header.value().id != id || id == kHeadRecordId || entries_.contains(id))
    return Fail(Status::kRollback);
  Put(id, header.value().version, blob);
  return Ok();
}

Result<Unit> RecordIndex::VerifyLoaded(const Head& head) const {
  if (head.record_count != count() || !crypto::EqualCt(head.records_hash, hash_))
    return Fail(Status::kRollback);
  return Ok();
}

void RecordIndex::Rekey(crypto::SecretKey32 key) {
  key_ = std::move(key);
  hash_ = {};
  for (const auto& [id, entry] : entries_) AddTerm(hash_, Term(id, entry));
}

void RecordIndex::Put(const RecordId& id, std::uint64_t version, ByteSpan blob) {
  const auto old = entries_.find(id);
  if (old != entries_.end()) {
    PASSPORT_CHECK(version >= old->second.version);
    SubtractTerm(hash_, Term(id, old->second));
  }
  const Entry entry{version, crypto::HashSha256(blob)};
  AddTerm(hash_, Term(id, entry));
  entries_.insert_or_assign(id, entry);
}

void RecordIndex::Drop(const RecordId& id) {
  const auto old = entries_.find(id);
  if (old == entries_.end()) return;
  SubtractTerm(hash_, Term(id, old->second));
  entries_.erase(old);
}

std::vector<RecordId> RecordIndex::Ids() const {
  std::vector<RecordId> out;
  out.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) out.push_back(id);
  return out;
}

const RecordIndex::Entry* RecordIndex::Find(const RecordId& id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? nullptr : &entry->second;
}

Result<Unit> RecordIndex::CheckFetched(const RecordId& id, std::optional<ByteSpan> blob) const {
  const Entry* entry = Find(id);
  if (entry == nullptr) return Fail(Status::kNotFound);
  if (!blob.has_value() || crypto::HashSha256(*blob) != entry->blob_hash) return Fail(Status::kRollback);
  return Ok();
}

Hash32 RecordIndex::Term(const RecordId& id, const Entry& entry) const {
  return crypto::HmacSha256(key_.Expose(), {id.bytes, crypto::Le64(entry.version), entry.blob_hash});
}

}  // namespace passport::sealing
