// Heads have one encoding; the index of records agrees, after any changes, with a plain list of them, and a
// store is taken only whole.
#include <map>

#include "edl/base/codec.h"
#include "tests/fuzz_formats/sealed_things.h"

using namespace passport;
using sealing::Head;
using sealing::RecordIndex;

namespace {

void CheckHead(ByteSpan input) {
  const auto head = Head::Parse(input);
  if (!head.ok()) return;
  const Bytes encoded = head.value().Encode();
  PASSPORT_CHECK(Head::Parse(encoded).value() == head.value());
  if (input[0] == encoded[0]) PASSPORT_CHECK(Equal(encoded, input));  // else of the format before
}

crypto::SecretKey32 IndexKey() { return crypto::SecretKey32(Hash32{7}); }

RecordId IdOf(std::uint8_t number) {
  RecordId out;
  out.bytes.fill(static_cast<std::uint8_t>(number % 8 + 1));
  return out;
}

// Sealed once: there are few ids and versions, and the index, not the sealing, is what is tried.
const Bytes& BlobOf(const RecordId& id, std::uint64_t version) {
  static std::map<std::pair<RecordId, std::uint64_t>, Bytes> made;
  Bytes& blob = made[{id, version}];
  if (blob.empty()) {
    crypto::SeededRng rng(version);
    blob = fuzz::OwnSealer().Seal({.type = 1, .id = id, .version = version}, Bytes(version % 3, 1), rng);
  }
  return blob;
}

using Store = std::map<RecordId, std::pair<std::uint64_t, Bytes>>;

Head HeadOf(const RecordIndex& index) {
  Head head;
  head.record_count = index.count();
  head.records_hash = index.hash();
  return head;
}

// The store as a host may give it at start: whole, or with one record left out, older, or twice.
void CheckLoading(const Store& store, const Head& head, std::uint8_t how) {
  RecordIndex index(IndexKey());
  bool whole = true;
  bool taken = true;
  for (const auto& [id, record] : store) {
    const bool first = id == store.begin()->first;
    if (first && how == 1) {
      whole = false;
      continue;
    }
    const bool older = first && how == 2 && record.first > 0;
    whole = whole && !older;
    taken = index.Load(id, older ? BlobOf(id, record.first - 1) : record.second).ok() && taken;
    if (first && how == 3) PASSPORT_CHECK(index.Load(id, record.second).error() == Status::kRollback);
  }
  PASSPORT_CHECK(taken);
  PASSPORT_CHECK(index.VerifyLoaded(head).ok() == whole);
}

void CheckFetched(const RecordIndex& index, const Store& store, const RecordId& id, std::uint64_t version) {
  const Bytes& offered = BlobOf(id, version);
  const auto found = store.find(id);
  const auto truth = index.CheckFetched(id, ByteSpan(offered));
  PASSPORT_CHECK(truth.ok() == (found != store.end() && found->second.second == offered));
  const auto absent = index.CheckFetched(id, std::nullopt);
  PASSPORT_CHECK(absent.error() == (found == store.end() ? Status::kNotFound : Status::kRollback));
}

void CheckIndex(ByteSpan input) {
  Reader in(input.first(std::min<std::size_t>(input.size(), 64)));
  RecordIndex index(IndexKey());
  Store store;
  std::map<RecordId, std::uint64_t> versions;  // never falls, also when the record is dropped
  while (in.remaining() >= 2) {
    const std::uint8_t operation = in.U8();
    const RecordId id = IdOf(in.U8());
    if (operation % 4 == 0) {
      index.Drop(id);
      store.erase(id);
    } else if (operation % 4 == 1) {
      CheckFetched(index, store, id, versions[id] + operation / 128);
    } else {
      const std::uint64_t version = versions[id] += operation / 64;
      const Bytes& blob = BlobOf(id, version);
      index.Put(id, version, blob);
      store[id] = {version, blob};
    }
    PASSPORT_CHECK(index.count() == store.size());
    PASSPORT_CHECK((index.Find(id) != nullptr) == store.contains(id));
  }
  const Head head = HeadOf(index);
  for (std::uint8_t how = 0; how < 4; ++how) CheckLoading(store, head, how);
}

// Only this blob is the head.
void CheckSealedHead(ByteSpan input) {
  PASSPORT_CHECK(UnsealHead(fuzz::OwnSealer(), input).ok() == Equal(fuzz::SealedHead(), input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  CheckHead(input);
  CheckIndex(input);
  CheckSealedHead(input);
  return 0;
}
