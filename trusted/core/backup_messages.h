// What `admin` takes beside statements while a backup leaves an enclave or comes into one. Nobody signs
// these: what they carry is sealed, or opens for t operators only.
#pragma once

#include "sealing/backup.h"
#include "trusted/core/backup_statement.h"

namespace passport::core {

// Asks for a chunk of the backup under way.
struct BackupChunkRequest {
  std::uint64_t number = 0;  // from 0

  Bytes Encode() const;  // first byte 6
  static Result<BackupChunkRequest> Parse(ByteSpan bytes);
};

// What answers it.
struct BackupChunk {
  bool last = false;
  Bytes chunk;

  Bytes Encode() const;
  static Result<BackupChunk> Parse(ByteSpan bytes);
};

// Begins a restore: what is kept beside the chunks, and the operators' word.
struct RestoreOrder {
  sealing::QuorumKey key;
  BackupStatement statement;

  Bytes Encode() const;  // first byte 7
  static Result<RestoreOrder> Parse(ByteSpan bytes);
};

// One operator's share of the backup's key, for the enclave and the restore of one statement.
struct RestoreShare {
  PartyIndex holder;
  Bytes sealed;  // sealing::HandOverShare

  Bytes Encode() const;  // first byte 8
  static Result<RestoreShare> Parse(ByteSpan bytes);
};

// The next chunk.
struct RestoreChunk {
  Bytes chunk;

  Bytes Encode() const;  // first byte 9
  static Result<RestoreChunk> Parse(ByteSpan bytes);
};

}  // namespace passport::core
