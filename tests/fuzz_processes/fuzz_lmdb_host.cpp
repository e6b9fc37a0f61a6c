// A store whose pages a disk has damaged: the host refuses it with an error, or reads, walks and changes it
// and leaves it sound. The input is a list of changes of a good file: place, bytes.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "edl/base/codec.h"
#include "untrusted/store/page_check.h"
#include "untrusted/store/records.h"

using namespace passport;
using host::store::Change;
using host::store::RecordStore;

namespace {

constexpr RecordStore::Limits kLimits{.map_bytes_start = 1 << 20, .map_bytes_max = 4 << 20};
constexpr std::uint8_t kRecords = 120;
constexpr std::size_t kChangesMax = 64;

RecordId Id(std::uint8_t number) {
  RecordId out;
  out.bytes.fill(number);
  return out;
}

// A folder of its own for this process, gone at its end.
class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "passport-fuzz-XXXXXX").string()) {
    PASSPORT_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string data() const { return path_ + "/data.mdb"; }
  void Clear() const {
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      std::filesystem::remove_all(entry.path());
  }

 private:
  std::string path_;
};

const Folder& Here() {
  static const Folder folder;
  return folder;
}

Bytes ReadData() {
  std::ifstream in(Here().data(), std::ios::binary);
  return ToBytes(std::string(std::istreambuf_iterator<char>(in), {}));
}

// Small and large records, on branch, leaf and overflow pages; some of them gone again, so that pages are
// free.
const Bytes& GoodFile() {
  static const Bytes file = [] {
    Here().Clear();
    {
      auto store = RecordStore::Open(Here().path(), kLimits);
      std::vector<Change> changes;
      for (std::uint8_t i = 0; i < kRecords; ++i)
        changes.push_back({Id(i), Bytes(i % 40 == 0 ? 9'000 : i, i)});
      PASSPORT_CHECK(store.ok() && store.value().Commit(changes).ok());
      for (std::uint8_t i = 0; i < kRecords; ++i)
        changes[i].record = i % 5 == 0 ? std::nullopt : std::optional(Bytes(60, i));
      PASSPORT_CHECK(store.value().Commit(changes).ok());
      const std::vector<Change> more = {{Id(200), Bytes(20'000, 1)}};
      PASSPORT_CHECK(store.value().Commit(more).ok());
    }
    return ReadData();
  }();
  return file;
}

Bytes Damaged(ByteSpan input) {
  Bytes out = GoodFile();
  Reader in(input);
  for (std::size_t i = 0; i < kChangesMax && in.remaining() > 0; ++i) {
    const std::size_t at = in.U32() % out.size();
    const std::uint8_t size = in.U8();
    if (size == 0xff) {  // the rest of the file is gone
      out.resize(std::max<std::size_t>(at, 1));
      continue;
    }
    const ByteSpan bytes = in.Raw(std::min<std::size_t>({size % 17u, in.remaining(), out.size() - at}));
    std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return out;
}

// Everything that a host does with a store.
void UseStore(RecordStore store) {
  std::optional<RecordId> after;
  for (std::size_t i = 0; i <= kRecords; ++i) {
    const auto records = store.Scan(after, 5'000);
    if (!records.ok() || records.value().empty()) break;
    PASSPORT_CHECK(!after || *after < records.value().front().id);
    after = records.value().back().id;
  }
  for (const int number : {1, 40, 200, 250})
    static_cast<void>(store.Read(Id(static_cast<std::uint8_t>(number))));
  const std::vector<Change> changes = {
      {Id(1), std::nullopt}, {Id(200), std::nullopt}, {Id(77), Bytes(3'000, 7)}, {Id(250), Bytes(5, 1)}};
  if (!store.Commit(changes).ok()) return;
  const auto written = store.Read(Id(77));
  PASSPORT_CHECK(written.ok() && written.value() == Bytes(3'000, 7));
  const auto dropped = store.Read(Id(200));
  PASSPORT_CHECK(dropped.ok() && !dropped.value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes file = Damaged({data, size});
  Here().Clear();
  std::ofstream(Here().data(), std::ios::binary) << AsText(file);
  const bool sound = host::store::PagesAreSound(file);
  auto store = RecordStore::Open(Here().path(), kLimits);
  PASSPORT_CHECK(sound || !store.ok());
  if (!store.ok()) {
    PASSPORT_CHECK(!store.error().what.empty() && !store.error().next.empty());
    return 0;
  }
  UseStore(std::move(store).value());
  PASSPORT_CHECK(host::store::PagesAreSound(ReadData()));  // LMDB itself leaves nothing that would be refused
  return 0;
}
