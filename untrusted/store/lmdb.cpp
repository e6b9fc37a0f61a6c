// RAII over LMDB in the only shape this host uses it; each documented caveat of LMDB is impossible or
// checked.
#include "untrusted/store/lmdb.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "edl/base/check.h"
#include "untrusted/store/page_check.h"

namespace passport::host::store {
namespace {

MDB_val ToValue(ByteSpan bytes) {
  // LMDB takes a pointer to non-const and does not write through it.
  return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}

ByteSpan ToSpan(const MDB_val& value) {
  return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

// In the folder of a store that has had records. Nothing else tells a lost store from a new node's, and a new
// store would give the node a new identity without a word.
constexpr const char* kMark = "/used";

constexpr const char* kLostStoreAdvice =
    "restore the newest copy of the folder; without one this node's identity and shares are lost and the "
    "network has to go on without it";

bool SyncFolder(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = fsync(fd) == 0;
  close(fd);
  return synced;
}

}  // namespace

int Transaction::Put(ByteSpan key, ByteSpan value) {
  MDB_val k = ToValue(key);
  MDB_val v = ToValue(value);
  return mdb_put(transaction_, table_, &k, &v, 0);
}

int Transaction::Drop(ByteSpan key) {
  MDB_val k = ToValue(key);
  const int code = mdb_del(transaction_, table_, &k, nullptr);
  return code == MDB_NOTFOUND ? 0 : code;
}

std::optional<ByteSpan> Transaction::Get(ByteSpan key, int& code) {
  MDB_val k = ToValue(key);
  MDB_val v{};
  code = mdb_get(transaction_, table_, &k, &v);
  if (code == 0) return ToSpan(v);
  if (code == MDB_NOTFOUND) code = 0;
  return std::nullopt;
}

int Transaction::Walk(ByteSpan after, const std::function<bool(ByteSpan key, ByteSpan value)>& visit) {
  MDB_cursor* raw = nullptr;
  if (const int code = mdb_cursor_open(transaction_, table_, &raw); code != 0) return code;
  const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> cursor(raw, mdb_cursor_close);
  MDB_val key = ToValue(after);
  MDB_val value{};
  int code = mdb_cursor_get(cursor.get(), &key, &value, after.empty() ? MDB_FIRST : MDB_SET_RANGE);
  if (code == 0 && !after.empty() && Equal(ToSpan(key), after)) {
    code = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT);
  }
  while (code == 0 && visit(ToSpan(key), ToSpan(value))) {
    code = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT);
  }
  return code == MDB_NOTFOUND ? 0 : code;
}

Environment::Environment(std::string folder, std::size_t map_bytes, std::size_t map_bytes_max)
    : folder_(std::move(folder)), map_bytes_(map_bytes), map_bytes_max_(map_bytes_max) {}

Environment::~Environment() {
  if (env_ != nullptr) mdb_env_close(env_);
  if (lock_fd_ >= 0) close(lock_fd_);
}

Result<std::unique_ptr<Environment>, StoreError> Environment::Open(const std::string& folder,
                                                                   std::size_t map_bytes_start,
                                                                   std::size_t map_bytes_max) {
  std::unique_ptr<Environment> environment(new Environment(folder, map_bytes_start, map_bytes_max));
  PASSPORT_TRY_VOID(environment->OpenFiles());
  return environment;
}

Result<Unit, StoreError> Environment::OpenFiles() {
  // flock belongs to the open file, so it also refuses a second environment in this very process, which would
  // otherwise break LMDB's own locks.
  lock_fd_ = open((folder_ + "/host.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd_ < 0) return Fail(Explain(errno, "open"));
  if (flock(lock_fd_, LOCK_EX | LOCK_NB) != 0) {
    return Fail(StoreError{"the store in " + folder_ + " is in use by another passport-host",
                           "stop the other process or choose another --data-dir"});
  }
  if (const int code = mdb_env_create(&env_); code != 0) return Fail(Explain(code, "open"));
  struct stat file {};
  const bool has_file = stat((folder_ + "/data.mdb").c_str(), &file) == 0 && file.st_size > 0;
  // LMDB would make a new store in place of one that is gone.
  if (!has_file && HasMark()) return Fail(Lost());
  if (has_file) {
    map_bytes_ = std::max(map_bytes_, 2 * static_cast<std::size_t>(file.st_size));
  }
  map_bytes_max_ = std::max(map_bytes_, map_bytes_max_);
  if (!FileIsSound(folder_ + "/data.mdb")) return Fail(Explain(MDB_CORRUPTED, "open"));
  if (const int code = mdb_env_set_mapsize(env_, map_bytes_); code != 0) return Fail(Explain(code, "open"));
  if (const int code = mdb_env_open(env_, folder_.c_str(), 0, 0600); code != 0)
    return Fail(Explain(code, "open"));
  int stale_readers = 0;
  if (const int code = mdb_reader_check(env_, &stale_readers); code != 0) return Fail(Explain(code, "open"));
  MDB_txn* transaction = nullptr;
  int code = mdb_txn_begin(env_, nullptr, 0, &transaction);
  if (code == 0) {
    code = mdb_dbi_open(transaction, nullptr, 0, &table_);
    if (code == 0) {
      code = mdb_txn_commit(transaction);
    } else {
      mdb_txn_abort(transaction);
    }
  }
  if (code != 0) return Fail(Explain(code, "open"));
  if (!SyncFolder(folder_)) return Fail(Explain(errno, "open"));  // LMDB does not sync the names of new files
  return Unit{};
}

bool Environment::HasMark() const {
  struct stat mark {};
  return stat((folder_ + kMark).c_str(), &mark) == 0;
}

Result<Unit, StoreError> Environment::MarkAsUsed() {
  if (marked_) return Unit{};
  const int fd = open((folder_ + kMark).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Fail(Explain(errno, "mark"));
  const int error = fsync(fd) == 0 && SyncFolder(folder_) ? 0 : errno;
  close(fd);
  if (error != 0) return Fail(Explain(error, "mark"));
  marked_ = true;
  return Unit{};
}

StoreError Environment::Lost() const {
  return {"the records that were in the store in " + folder_ + " are gone",
          std::string("keep a copy of the folder, and ") + kLostStoreAdvice};
}

int Environment::RunOnce(unsigned flags, const std::function<int(Transaction&)>& body) {
  PASSPORT_CHECK(!in_transaction_);
  MDB_txn* raw = nullptr;
  int code = mdb_txn_begin(env_, nullptr, flags, &raw);
  if (code != 0) return code;
  in_transaction_ = true;
  Transaction transaction(raw, table_);
  code = body(transaction);
  if (code == 0 && (flags & MDB_RDONLY) == 0) {
    code = mdb_txn_commit(raw);
  } else {
    mdb_txn_abort(raw);
  }
  in_transaction_ = false;
  return code;
}

Result<Unit, StoreError> Environment::Read(const std::function<int(Transaction&)>& body) {
  const int code = RunOnce(MDB_RDONLY, body);
  if (code != 0) return Fail(Explain(code, "read"));
  return Unit{};
}

Result<Unit, StoreError> Environment::Write(const std::function<int(Transaction&)>& body) {
  int code = RunOnce(0, body);
  while (code == MDB_MAP_FULL && map_bytes_ < map_bytes_max_) {
    map_bytes_ = std::min(map_bytes_max_, 2 * map_bytes_);
    code = mdb_env_set_mapsize(env_, map_bytes_);
    if (code == 0) code = RunOnce(0, body);
  }
  if (code != 0) return Fail(Explain(code, "write"));
  return Unit{};
}

StoreError Environment::Explain(int code, const char* doing) const {
  std::string next = "restart; if it happens again, keep a copy of the folder and report it";
  switch (code) {
    case EIO:  // also what LMDB makes of a write that was cut short by a full disk
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      next = "free space on that disk or move --data-dir to another one, then restart; nothing was lost";
      break;
    case MDB_MAP_FULL:
      next = "raise --max-store-bytes, then restart; nothing was lost";
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      next = "make the folder writable for the user of passport-host, then restart";
      break;
    case ENOENT:
    case ENOTDIR:
      next = "make the folder or correct --data-dir, then restart";
      break;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_PANIC:
    case MDB_VERSION_MISMATCH:
      next = std::string("keep a copy of the folder, check the disk, and ") + kLostStoreAdvice;
      break;
  }
  const std::string reason = code == MDB_CORRUPTED ? "the file is damaged or cut short" : mdb_strerror(code);
  return {std::string("cannot ") + doing + " the store in " + folder_ + ": " + reason, std::move(next)};
}

}  // namespace passport::host::store
