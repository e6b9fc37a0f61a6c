#include "sealing/backup.h"

#include <algorithm>

#include "edl/base/codec.h"

namespace passport::sealing {
namespace {

RecordId ChunkId(std::uint64_t number) {
  RecordId out;
  const Bytes encoded = Writer().U64(number).Take();
  std::copy(encoded.begin(), encoded.end(), out.bytes.begin());
  return out;
}

}  // namespace

std::vector<Bytes> BackupWriter::Add(const RecordId& id, ByteSpan plaintext, crypto::Rng& rng) {
  PASSPORT_CHECK(plaintext.size() <= kSealPlaintextBytesMax);
  std::vector<Bytes> out;
  Append(Writer().Raw(id.bytes).U32(static_cast<std::uint32_t>(plaintext.size())).Take(), out, rng);
  Append(plaintext, out, rng);
  return out;
}

void BackupWriter::Append(ByteSpan bytes, std::vector<Bytes>& out, crypto::Rng& rng) {
  while (!bytes.empty()) {
    if (part_bytes_ == kBackupPartBytesMax) out.push_back(SealPart(false, rng));
    const std::size_t taken = std::min(bytes.size(), kBackupPartBytesMax - part_bytes_);
    std::copy_n(bytes.begin(), taken,
                part_.ExposeMutable().begin() + 1 + static_cast<std::ptrdiff_t>(part_bytes_));
    part_bytes_ += taken;
    bytes = bytes.subspan(taken);
  }
}

Bytes BackupWriter::SealPart(bool last, crypto::Rng& rng) {
  part_.ExposeMutable()[0] = last ? 1 : 0;
  RecordHeader header;
  header.type = kBackupRecordType;
  header.id = ChunkId(chunks_);
  header.version = ++chunks_;
  header.head_counter = head_counter_;
  return sealer_.Seal(header, ByteSpan(part_.Expose()).first(1 + std::exchange(part_bytes_, 0)), rng);
}

Result<std::vector<BackupRecord>> BackupReader::Take(ByteSpan chunk) {
  if (complete_ || broken_) return Fail(Status::kUnseal);
  PASSPORT_TRY(const UnsealedRecord part, sealer_.Unseal(kBackupRecordType, ChunkId(next_), chunk));
  ++next_;
  std::vector<BackupRecord> out;
  const ByteSpan plaintext = part.plaintext.Expose();
  broken_ = plaintext.empty() || plaintext[0] > 1 || part.version != next_ ||
            (next_ > 1 && part.head_counter != head_counter_) || !Parse(plaintext.subspan(1), out).ok();
  if (broken_) return Fail(Status::kMalformed);
  head_counter_ = part.head_counter;
  complete_ = plaintext[0] == 1;
  broken_ = complete_ && (start_bytes_ > 0 || record_);
  if (broken_) {
    complete_ = false;
    return Fail(Status::kMalformed);
  }
  return out;
}

// Id and length are there: how much comes is known, and memory is taken for that once.
Result<Unit> BackupReader::BeginRecord() {
  Reader in(start_);
  const RecordId id{in.Array<32>()};
  const std::uint32_t size = in.U32();
  if (size > kSealPlaintextBytesMax || (last_id_ && !(last_id_->bytes < id.bytes)))
    return Fail(Status::kMalformed);
  last_id_ = id;
  record_.emplace(BackupRecord{id, crypto::SecretBytes{Bytes(size)}});
  record_bytes_ = 0;
  start_bytes_ = 0;
  return Ok();
}

Result<Unit> BackupReader::Parse(ByteSpan part, std::vector<BackupRecord>& out) {
  for (;;) {
    if (record_) {
      Bytes& plaintext = record_->plaintext.ExposeMutable();
      const std::size_t taken = std::min(part.size(), plaintext.size() - record_bytes_);
      std::copy_n(part.begin(), taken, plaintext.begin() + static_cast<std::ptrdiff_t>(record_bytes_));
      part = part.subspan(taken);
      record_bytes_ += taken;
      if (record_bytes_ < plaintext.size()) return Ok();
      out.push_back(std::move(*record_));
      record_.reset();
    }
    const std::size_t taken = std::min(part.size(), start_.size() - start_bytes_);
    std::copy_n(part.begin(), taken, start_.begin() + static_cast<std::ptrdiff_t>(start_bytes_));
    part = part.subspan(taken);
    start_bytes_ += taken;
    if (start_bytes_ < start_.size()) return Ok();
    PASSPORT_TRY_VOID(BeginRecord());
  }
}

}  // namespace passport::sealing
