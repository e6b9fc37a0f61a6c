// A lost node's records on their way into an enclave that has none, on t operators' word and with k
// operators' shares (docs/adr/0021): nothing of the store changes before the whole backup is there.
#pragma once

#include <map>
#include <optional>

#include "trusted/core/backup_messages.h"
#include "trusted/core/own_records.h"
#include "trusted/core/record_book.h"

namespace passport::core {

inline constexpr std::size_t kRestoreBytesMax = std::size_t{512} << 20;  // of sealed records

class BackupRestore {
 public:
  BackupRestore(RecordBook& records, Outbox& outbox) : records_(records), outbox_(outbox) {}

  // Forgets one that is under way, of which nothing is stored yet, for this one. kBackupStore (the enclave
  // has more than the keys that it made at its first start), kBackupOther (of another backup, or for another
  // enclave), kBackupEpoch and kBackupSvn (this enclave's keys would open the lost disk, or its release is an
  // older one).
  Result<Unit> Begin(const RestoreOrder& order, const crypto::X25519PublicKey& own);
  // kNotFound (nothing has begun, or nobody's share), kDecrypt, kQuorumShare, kPeerReplay: as
  // QuorumCollector, whose owner secret is the enclave's channel key. A wrong one spoils nothing.
  Result<Unit> TakeShare(const RestoreShare& share, const crypto::SecretKey32& own_secret);
  // The chunks in order; the last one stores everything. kQuorumFew while shares are missing; kUnseal for any
  // other chunk, which spoils nothing; after all else it has to be begun again: kMalformed (no backup),
  // kLimit, kBackupContent (not the records of a node that its manifest and the statement name), and what
  // VerifyStatement and VerifyGenesis give.
  Result<Unit> TakeChunk(ByteSpan chunk);
  void Stop() { run_.reset(); }
  // All is stored: the enclave has to start anew, and does nothing before.
  bool done() const { return done_; }

 private:
  struct Run {
    BackupStatement statement;
    sealing::QuorumCollector shares;
    std::optional<sealing::BackupReader> reader;  // once there are enough
    std::map<RecordId, Bytes> sealed = {};
    std::size_t bytes = 0;
    std::optional<OwnKeys> keys = {};
    std::optional<peer::SignedManifest> manifest = {};
    std::uint64_t last_statement = 0;
  };

  Result<Unit> Keep(const RecordId& id, ByteSpan plaintext);
  Result<Unit> Look(const RecordId& id, ByteSpan plaintext);
  Result<Unit> Finish();

  RecordBook& records_;
  Outbox& outbox_;
  std::optional<Run> run_;
  bool done_ = false;
};

}  // namespace passport::core
