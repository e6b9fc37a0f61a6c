// RAII over LMDB in the only shape this host uses it; each documented caveat of LMDB is impossible or
// checked.
//
// One environment per folder and process: Open takes an exclusive lock on the folder. Every commit is
// synchronous (no NOSYNC, NOMETASYNC, MAPASYNC or WRITEMAP). A transaction lives inside one call: none nests,
// none is left open, and the map only grows between them. What is read is copied out before the transaction
// ends.
#pragma once

#include <lmdb.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "edl/base/bytes.h"

namespace passport::host::store {

// What an operator needs to know: what failed, and what to do next. One sentence each.
struct StoreError {
  std::string what;
  std::string next;
  std::string Text() const { return what + "; " + next; }
};

class Environment;

// One transaction, usable only inside Environment::Read or Write.
class Transaction {
 public:
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // The LMDB error code, 0 when it worked. Put overwrites; Drop of an absent key works.
  int Put(ByteSpan key, ByteSpan value);
  int Drop(ByteSpan key);
  // nullopt when there is no such key. The bytes are borrowed until the transaction ends.
  std::optional<ByteSpan> Get(ByteSpan key, int& code);
  // Calls `visit` for each key above `after` (from the first key when empty) in order until it returns false.
  int Walk(ByteSpan after, const std::function<bool(ByteSpan key, ByteSpan value)>& visit);

 private:
  friend class Environment;
  Transaction(MDB_txn* transaction, MDB_dbi table) : transaction_(transaction), table_(table) {}
  MDB_txn* transaction_;
  MDB_dbi table_;
};

class Environment {
 public:
  // Opens or makes the store in `folder`, which must exist. Fails if another process or another object has it
  // open, if a file is damaged (page_check.h), cut short or gone (see MarkAsUsed), or if this build does not
  // read its format.
  static Result<std::unique_ptr<Environment>, StoreError> Open(const std::string& folder,
                                                               std::size_t map_bytes_start,
                                                               std::size_t map_bytes_max);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // Runs `body` in one read or write transaction. A write is durable when this returns success and has
  // changed nothing otherwise; `body` returns an LMDB code and may run again after the map has grown.
  Result<Unit, StoreError> Read(const std::function<int(Transaction&)>& body);
  Result<Unit, StoreError> Write(const std::function<int(Transaction&)>& body);

  // Once records are in the store: from then on Open refuses the folder when its store is gone, emptied or
  // cut to nothing. Durable when this returns success.
  Result<Unit, StoreError> MarkAsUsed();
  bool HasMark() const;
  StoreError Lost() const;

 private:
  Environment(std::string folder, std::size_t map_bytes, std::size_t map_bytes_max);
  Result<Unit, StoreError> OpenFiles();
  int RunOnce(unsigned flags, const std::function<int(Transaction&)>& body);
  StoreError Explain(int code, const char* doing) const;

  std::string folder_;
  std::size_t map_bytes_;
  std::size_t map_bytes_max_;
  int lock_fd_ = -1;
  MDB_env* env_ = nullptr;
  MDB_dbi table_ = 0;
  bool in_transaction_ = false;
  bool marked_ = false;
};

}  // namespace passport::host::store
