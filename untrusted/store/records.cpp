// Opaque sealed records by their 32-byte id, committed in batches.
#include "untrusted/store/records.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace passport::host::store {
namespace {

// The key that names the format; record keys have 32 bytes, so it is never one of them.
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kFormat = "passport-records-1";

}  // namespace

Result<RecordStore, StoreError> RecordStore::Open(const std::string& folder, const Limits& limits) {
  mkdir(folder.c_str(), 0700);  // when this fails for another reason than EEXIST, Open says so
  PASSPORT_TRY(auto environment, Environment::Open(folder, limits.map_bytes_start, limits.map_bytes_max));
  bool foreign = false;
  bool has_records = false;
  PASSPORT_TRY_VOID(environment->Read([&](Transaction& transaction) {
    return transaction.Walk({}, [&](ByteSpan key, ByteSpan) {
      has_records = key.size() == RecordId{}.bytes.size();
      return !has_records;
    });
  }));
  if (!has_records && environment->HasMark()) return Fail(environment->Lost());
  PASSPORT_TRY_VOID(environment->Write([&](Transaction& transaction) {
    int code = 0;
    const auto format = transaction.Get(AsBytes(kFormatKey), code);
    if (code != 0) return code;
    if (!format) return transaction.Put(AsBytes(kFormatKey), AsBytes(kFormat));
    foreign = AsText(*format) != kFormat;
    return 0;
  }));
  if (foreign) {
    return Fail(StoreError{"the store in " + folder + " was written by another version of passport-host",
                           "start the version that wrote it"});
  }
  // After a kill between the first commit and its mark.
  if (has_records) {
    PASSPORT_TRY_VOID(environment->MarkAsUsed());
  }
  return RecordStore(std::move(environment));
}

Result<Unit, StoreError> RecordStore::Commit(std::span<const Change> changes) {
  PASSPORT_TRY_VOID(environment_->Write([changes](Transaction& transaction) {
    for (const Change& change : changes) {
      const int code = change.record ? transaction.Put(change.id.span(), *change.record)
                                     : transaction.Drop(change.id.span());
      if (code != 0) return code;
    }
    return 0;
  }));
  // After the commit: the mark of a folder without records would keep a new node from starting again.
  const bool puts =
      std::ranges::any_of(changes, [](const Change& change) { return change.record.has_value(); });
  if (!puts) return Unit{};
  return environment_->MarkAsUsed();
}

Result<std::optional<Bytes>, StoreError> RecordStore::Read(const RecordId& id) {
  std::optional<Bytes> record;
  PASSPORT_TRY_VOID(environment_->Read([&](Transaction& transaction) {
    int code = 0;
    if (const auto found = transaction.Get(id.span(), code)) record = ToBytes(*found);
    return code;
  }));
  return record;
}

Result<std::vector<Record>, StoreError> RecordStore::Scan(const std::optional<RecordId>& after,
                                                          std::size_t bytes_max) {
  std::vector<Record> records;
  std::size_t used = 0;
  PASSPORT_TRY_VOID(environment_->Read([&](Transaction& transaction) {
    return transaction.Walk(after ? after->span() : ByteSpan{}, [&](ByteSpan key, ByteSpan value) {
      RecordId id;
      if (key.size() != id.bytes.size()) return true;
      const std::size_t size = key.size() + 4 + value.size();
      if (!records.empty() && used + size > bytes_max) return false;
      std::copy(key.begin(), key.end(), id.bytes.begin());
      records.push_back({id, ToBytes(value)});
      used += size;
      return true;
    });
  }));
  return records;
}

}  // namespace passport::host::store
