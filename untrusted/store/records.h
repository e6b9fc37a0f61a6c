// Opaque sealed records by their 32-byte id, committed in batches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "edl/base/ids.h"
#include "untrusted/store/lmdb.h"

namespace passport::host::store {

// One change of a batch: the new bytes of a record, or its removal.
struct Change {
  RecordId id;
  std::optional<Bytes> record;
};

struct Record {
  RecordId id;
  Bytes bytes;
};

// Makes a batch durable: all of it when it returns success, none of it otherwise; but the very first one may
// be durable when only the mark that the store is in use could not be made.
using CommitBatch = std::function<Result<Unit, StoreError>(std::span<const Change>)>;

class RecordStore {
 public:
  struct Limits {
    std::size_t map_bytes_start = std::size_t{64} << 20;
    std::size_t map_bytes_max = std::size_t{64} << 30;
  };
  // Makes `folder` (mode 0700) when it is missing, but no new store where records once were. See
  // Environment::Open.
  static Result<RecordStore, StoreError> Open(const std::string& folder, const Limits& limits);

  // One synchronous transaction. Later changes of one id win.
  Result<Unit, StoreError> Commit(std::span<const Change> changes);
  Result<std::optional<Bytes>, StoreError> Read(const RecordId& id);
  // Records in id order after `after`, until their encoded size (36 bytes each and their contents) would pass
  // `bytes_max`; at least one unless there are no more. Empty at the end.
  Result<std::vector<Record>, StoreError> Scan(const std::optional<RecordId>& after, std::size_t bytes_max);

 private:
  explicit RecordStore(std::unique_ptr<Environment> environment) : environment_(std::move(environment)) {}
  std::unique_ptr<Environment> environment_;
};

}  // namespace passport::host::store
