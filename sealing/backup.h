// A backup: an enclave's records as one stream under a quorum key, cut into chunks that fit a call
// (boundary.md 4.5). Whoever carries the chunks can lose them, and nothing else.
#pragma once

#include <optional>
#include <vector>

#include "sealing/quorum.h"

namespace passport::sealing {

inline constexpr std::size_t kBackupPartBytesMax =
    16'000;  // of the stream in one chunk, which fits a call of `admin`
inline constexpr std::size_t kBackupChunkBytesMax = 1 + kBackupPartBytesMax + kSealOverheadBytes;
inline constexpr std::uint16_t kBackupRecordType = 0xbac1;  // no record of a store has it

struct BackupRecord {
  RecordId id;
  crypto::SecretBytes plaintext;
};

// The stream: id, LE32 length and plaintext of each record, ids rising. A chunk is a QUORUM blob whose record
// id and version are its number, so that it takes no other's place, and whose first byte says whether it is
// the last, so that a stream without its end is known as such. A quorum key is of one backup, and so are its
// chunks.
class BackupWriter {
 public:
  // head_counter: of the store, as it was when the backup began.
  BackupWriter(QuorumSealer sealer, std::uint64_t head_counter)
      : sealer_(std::move(sealer)), head_counter_(head_counter) {}

  // The chunks that are full with it; mostly none. plaintext.size() <= kSealPlaintextBytesMax.
  std::vector<Bytes> Add(const RecordId& id, ByteSpan plaintext, crypto::Rng& rng);
  // The last chunk. Nothing comes after it.
  Bytes Finish(crypto::Rng& rng) { return SealPart(true, rng); }
  std::uint64_t chunks() const { return chunks_; }

 private:
  void Append(ByteSpan bytes, std::vector<Bytes>& out, crypto::Rng& rng);
  Bytes SealPart(bool last, crypto::Rng& rng);

  QuorumSealer sealer_;
  std::uint64_t head_counter_;
  crypto::Secret<ByteArray<1 + kBackupPartBytesMax>>
      part_;  // after the byte that says whether it is the last
  std::size_t part_bytes_ = 0;
  std::uint64_t chunks_ = 0;
};

class BackupReader {
 public:
  explicit BackupReader(QuorumSealer sealer) : sealer_(std::move(sealer)) {}

  // The next chunk's records. kUnseal for any other chunk, of this backup or not; it changes nothing.
  // kMalformed for a stream that no BackupWriter makes, after which there is no more to read.
  Result<std::vector<BackupRecord>> Take(ByteSpan chunk);
  // Every record has been given: only then is it a backup.
  bool complete() const { return complete_; }
  std::uint64_t head_counter() const { return head_counter_; }

 private:
  Result<Unit> Parse(ByteSpan part, std::vector<BackupRecord>& out);
  Result<Unit> BeginRecord();

  QuorumSealer sealer_;
  std::uint64_t next_ = 0;  // the number of the chunk that is awaited
  std::uint64_t head_counter_ = 0;
  bool complete_ = false;
  bool broken_ = false;
  std::optional<RecordId> last_id_;
  ByteArray<36> start_{};  // id and length of the record under way
  std::size_t start_bytes_ = 0;
  std::optional<BackupRecord> record_;  // once both are there
  std::size_t record_bytes_ = 0;
};

}  // namespace passport::sealing
