#include "trusted/core/backup_export.h"

#include <algorithm>

namespace passport::core {
namespace {

bool ComesLater(const RecordId& a, const RecordId& b) { return b.bytes < a.bytes; }

}  // namespace

Result<Bytes> BackupExport::Begin(const BackupStatement& statement, std::uint8_t t) {
  PASSPORT_TRY(
      sealing::NewQuorumKey made,
      sealing::MakeQuorumKey(statement.SignedHash(), records_.sealer().keys(), t, statement.holders, rng_));
  writer_.emplace(std::move(made.sealer), records_.head().counter);
  ids_.clear();
  ready_.clear();
  given_ = 0;
  last_ = {};
  done_ = false;
  asked_ms_ = now_ms_;
  return made.key.Encode();
}

// What was erased since the first chunk is left out; what was made since then is not in it.
bool BackupExport::Fill() {
  if (given_ == 0 && ids_.empty()) {
    ids_ = records_.Ids();
    std::ranges::make_heap(ids_, ComesLater);  // to sort all at once would take longer than a call may
  }
  while (ready_.empty() && !ids_.empty()) {
    const RecordId& id = ids_.front();
    if (records_.Exists(id)) {
      const std::optional<crypto::SecretBytes> plaintext = records_.PlaintextOf(id);
      if (!plaintext) {
        records_.Fetch(id);
        return false;
      }
      ready_ = writer_->Add(id, plaintext->Expose(), rng_);
    }
    std::ranges::pop_heap(ids_, ComesLater);
    ids_.pop_back();
  }
  if (ready_.empty()) {
    ready_.push_back(writer_->Finish(rng_));
    done_ = true;
  }
  return true;
}

Result<BackupChunk> BackupExport::Chunk(std::uint64_t number) {
  asked_ms_ = now_ms_;
  if (given_ > 0 && number + 1 == given_) return last_;
  if (!writer_ || number != given_ || (done_ && ready_.empty())) return Fail(Status::kNotFound);
  if (ready_.empty() && !Fill()) return Fail(Status::kBusy);
  last_.chunk = std::move(ready_.front());
  ready_.erase(ready_.begin());
  last_.last = done_ && ready_.empty();
  ++given_;
  return last_;
}

}  // namespace passport::core
