// An enclave's records on their way out, sealed for t operators (boundary.md 4.5): one backup at a time, in
// memory only, chunk after chunk as they are asked for.
#pragma once

#include <optional>
#include <vector>

#include "trusted/core/backup_messages.h"
#include "trusted/core/record_book.h"

namespace passport::core {

// Whoever has a backup made and does not come for it keeps no other one from being made.
inline constexpr std::uint64_t kBackupIdleMs = 10'000;

class BackupExport {
 public:
  BackupExport(RecordBook& records, crypto::Rng& rng) : records_(records), rng_(rng) {}

  // Chunks of one are still to come, and are asked for.
  bool UnderWay() const {
    return writer_ && !(done_ && ready_.empty()) && now_ms_ < asked_ms_ + kBackupIdleMs;
  }
  // On a statement that was verified. In place of one that is not under way any more. The encoded quorum key:
  // what has to be kept beside the chunks. kBadKey for a holder's key of small order.
  Result<Bytes> Begin(const BackupStatement& statement, std::uint8_t t);
  // The next chunk, or the one that was given last once more. kBusy while the host has to give a record
  // first: ask again; kNotFound for any other, and when there is none.
  Result<BackupChunk> Chunk(std::uint64_t number);
  void OnTick(std::uint64_t now_ms) { now_ms_ = now_ms; }

 private:
  // Writes records until there is a chunk. False: one was asked of the host.
  bool Fill();

  RecordBook& records_;
  crypto::Rng& rng_;
  std::optional<sealing::BackupWriter> writer_;
  std::vector<RecordId> ids_;  // of records that are not written yet; a heap, whose least one is the next
  std::vector<Bytes> ready_;   // chunks that nobody has asked for; a large record makes several
  std::uint64_t given_ = 0;
  BackupChunk last_;  // the one that was given last
  bool done_ = false;
  std::uint64_t now_ms_ = 0;
  std::uint64_t asked_ms_ = 0;
};

}  // namespace passport::core
