// The record store: what was committed survives a kill, what failed left nothing, and each refusal says what
// to do.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "edl/base/codec.h"
#include "tests/unit/host/temp_folder.h"
#include "untrusted/store/page_check.h"
#include "untrusted/store/records.h"

namespace passport::host::store {
namespace {

RecordId Id(std::uint16_t number) {
  RecordId id;
  id.bytes[0] = 7;
  id.bytes[30] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[31] = static_cast<std::uint8_t>(number);
  return id;
}

Change Put(std::uint16_t number, std::size_t size, std::uint8_t fill) {
  return {Id(number), Bytes(size, fill)};
}

RecordStore OpenStore(const std::string& folder, const RecordStore::Limits& limits = {}) {
  auto store = RecordStore::Open(folder, limits);
  if (!store.ok()) throw std::runtime_error(store.error().Text());
  return std::move(store).value();
}

// A node's store cannot be rebuilt from its peers today (docs/adr/0006).
void ExpectTrueAdvice(const StoreError& error) {
  EXPECT_NE(error.next.find("restore the newest copy of the folder"), std::string::npos) << error.Text();
  EXPECT_NE(error.next.find("go on without it"), std::string::npos) << error.Text();
  EXPECT_EQ(error.next.find("rebuild"), std::string::npos) << error.Text();
}

void MakeUsedStore(const std::string& folder) {
  RecordStore store = OpenStore(folder);
  const std::vector<Change> batch = {Put(1, 10, 1)};
  ASSERT_TRUE(store.Commit(batch).ok());
}

TEST(Store, Reopen_FindsWhatWasCommitted) {
  const TempFolder temp;
  {
    RecordStore store = OpenStore(temp.File("data"));
    const std::vector<Change> batch = {Put(1, 10, 0xaa), Put(2, 0, 0), Put(3, 131072, 0xbb)};
    ASSERT_TRUE(store.Commit(batch).ok());
    const std::vector<Change> second = {{Id(1), std::nullopt}, Put(2, 5, 1), {Id(9), std::nullopt}};
    ASSERT_TRUE(store.Commit(second).ok());
  }
  RecordStore store = OpenStore(temp.File("data"));
  EXPECT_FALSE(store.Read(Id(1)).value().has_value());
  EXPECT_EQ(store.Read(Id(2)).value(), Bytes(5, 1));
  EXPECT_EQ(store.Read(Id(3)).value(), Bytes(131072, 0xbb));
}

TEST(Store, Commit_LaterChangeOfOneIdWins) {
  const TempFolder temp;
  RecordStore store = OpenStore(temp.File("data"));
  const std::vector<Change> batch = {Put(1, 3, 1), {Id(1), std::nullopt}, Put(1, 4, 2)};
  ASSERT_TRUE(store.Commit(batch).ok());
  EXPECT_EQ(store.Read(Id(1)).value(), Bytes(4, 2));
}

TEST(Store, Scan_GivesEveryRecordOnceInBoundedChunks) {
  const TempFolder temp;
  RecordStore store = OpenStore(temp.File("data"));
  std::vector<Change> batch;
  for (std::uint16_t i = 0; i < 500; ++i) batch.push_back(Put(i, 1000, static_cast<std::uint8_t>(i)));
  batch.push_back(Put(600, 131072, 3));
  ASSERT_TRUE(store.Commit(batch).ok());
  std::optional<RecordId> after;
  std::size_t seen = 0;
  std::size_t chunks = 0;
  for (;;) {
    const auto chunk = store.Scan(after, 100000);
    ASSERT_TRUE(chunk.ok());
    if (chunk.value().empty()) break;
    std::size_t size = 0;
    for (const Record& record : chunk.value()) {
      if (after) {
        EXPECT_LT(*after, record.id);
      }
      after = record.id;
      size += 36 + record.bytes.size();
      ++seen;
    }
    EXPECT_TRUE(size <= 100000 || chunk.value().size() == 1);
    ++chunks;
  }
  EXPECT_EQ(seen, 501u);
  EXPECT_EQ(chunks, 7u);
}

TEST(Store, Commit_GrowsTheMapBeyondItsStart) {
  const TempFolder temp;
  RecordStore store = OpenStore(temp.File("data"), {.map_bytes_start = 1 << 20, .map_bytes_max = 1 << 26});
  std::vector<Change> batch;
  for (std::uint16_t i = 0; i < 100; ++i) batch.push_back(Put(i, 100000, 9));
  ASSERT_TRUE(store.Commit(batch).ok());
  EXPECT_EQ(store.Read(Id(99)).value(), Bytes(100000, 9));
}

TEST(Store, Commit_OverTheLargestMapChangesNothingAndNamesTheOption) {
  const TempFolder temp;
  RecordStore store = OpenStore(temp.File("data"), {.map_bytes_start = 1 << 20, .map_bytes_max = 1 << 20});
  const std::vector<Change> first = {Put(1, 10, 1)};
  ASSERT_TRUE(store.Commit(first).ok());
  std::vector<Change> batch = {Put(1, 10, 2)};
  for (std::uint16_t i = 2; i < 100; ++i) batch.push_back(Put(i, 100000, 9));
  const auto refused = store.Commit(batch);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().next.find("--max-store-bytes"), std::string::npos);
  EXPECT_EQ(store.Read(Id(1)).value(), Bytes(10, 1));
  EXPECT_FALSE(store.Read(Id(2)).value().has_value());
  EXPECT_TRUE(store.Commit(first).ok());
}

// Commits batches of three until killed, telling `fd` the number of each batch after its commit.
[[noreturn]] void CommitForEver(const std::string& folder, int fd) {
  RecordStore store = OpenStore(folder);
  for (std::uint16_t i = 0;; ++i) {
    const auto fill = static_cast<std::uint8_t>(i);
    const std::vector<Change> batch = {Put(static_cast<std::uint16_t>(3 * i), 5000, fill),
                                       Put(static_cast<std::uint16_t>(3 * i + 1), 5000, fill),
                                       Put(static_cast<std::uint16_t>(3 * i + 2), 5000, fill)};
    if (!store.Commit(batch).ok() || write(fd, &i, sizeof i) != sizeof i) _exit(1);
  }
}

TEST(Store, Kill_LosesNoAcknowledgedBatchAndSplitsNone) {
  const TempFolder temp;
  for (int round = 0; round < 3; ++round) {
    const std::string folder = temp.File("data" + std::to_string(round));
    int pipe_fds[2];
    ASSERT_EQ(pipe(pipe_fds), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) CommitForEver(folder, pipe_fds[1]);
    close(pipe_fds[1]);
    std::uint16_t last = 0;
    const int wanted = 20 + 7 * round;
    for (int i = 0; i < wanted; ++i) ASSERT_EQ(read(pipe_fds[0], &last, sizeof last), 2);
    ASSERT_EQ(kill(child, SIGKILL), 0);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    while (read(pipe_fds[0], &last, sizeof last) == 2) {
    }
    close(pipe_fds[0]);
    RecordStore store = OpenStore(folder);
    const auto records = store.Scan(std::nullopt, std::size_t{1} << 30);
    ASSERT_TRUE(records.ok());
    EXPECT_EQ(records.value().size() % 3, 0u);
    EXPECT_GE(records.value().size(), 3u * (last + 1u));
    for (std::size_t i = 0; i < records.value().size(); ++i) {
      EXPECT_EQ(records.value()[i].bytes, Bytes(5000, static_cast<std::uint8_t>(i / 3)));
    }
  }
}

TEST(Store, Open_RefusesASecondOpenerInThisProcessAndInAnother) {
  const TempFolder temp;
  RecordStore store = OpenStore(temp.File("data"));
  const auto second = RecordStore::Open(temp.File("data"), {});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().what.find("in use by another"), std::string::npos);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(RecordStore::Open(temp.File("data"), {}).ok() ? 1 : 42);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST(Store, Open_RefusesAFileCutShort) {
  const TempFolder temp;
  {
    RecordStore store = OpenStore(temp.File("data"));
    const std::vector<Change> batch = {Put(1, 100000, 1), Put(2, 100000, 1)};
    ASSERT_TRUE(store.Commit(batch).ok());
  }
  std::filesystem::resize_file(temp.File("data/data.mdb"), 3 * 4096);
  const auto refused = RecordStore::Open(temp.File("data"), {});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().what.find("cut short"), std::string::npos);
  ExpectTrueAdvice(refused.error());
}

// A new store would be a node of another identity, which nobody asked for.
TEST(Store, Open_RefusesAFolderThatLostItsRecordsAndChangesNothing) {
  using std::filesystem::copy_options;
  const TempFolder temp;
  OpenStore(temp.File("new"));
  const auto lose = [&](const std::string& name, const std::function<void(const std::string& file)>& damage) {
    const std::string file = temp.File(name) + "/data.mdb";
    MakeUsedStore(temp.File(name));
    damage(file);
    const bool there = std::filesystem::exists(file);
    const auto size = there ? std::filesystem::file_size(file) : 0;
    for (int i = 0; i < 2; ++i) {
      const auto refused = RecordStore::Open(temp.File(name), {});
      ASSERT_FALSE(refused.ok()) << name;
      EXPECT_NE(refused.error().what.find("are gone"), std::string::npos) << refused.error().Text();
      ExpectTrueAdvice(refused.error());
      EXPECT_EQ(std::filesystem::exists(file), there) << name;
      if (there) {
        EXPECT_EQ(std::filesystem::file_size(file), size) << name;
      }
    }
  };
  lose("cut", [](const std::string& file) { std::filesystem::resize_file(file, 0); });
  lose("removed", [](const std::string& file) { std::filesystem::remove(file); });
  lose("replaced", [&](const std::string& file) {
    std::filesystem::copy_file(temp.File("new/data.mdb"), file, copy_options::overwrite_existing);
  });
}

TEST(Store, Open_TakesAFolderWhoseFirstStartWasCutOff) {
  const TempFolder temp;
  OpenStore(temp.File("data"));  // and no record was committed
  EXPECT_FALSE(std::filesystem::exists(temp.File("data/used")));
  std::filesystem::resize_file(temp.File("data/data.mdb"), 0);
  MakeUsedStore(temp.File("data"));
  EXPECT_TRUE(std::filesystem::exists(temp.File("data/used")));
  std::filesystem::remove(temp.File("data/used"));  // killed after the first commit and before its mark
  EXPECT_EQ(OpenStore(temp.File("data")).Read(Id(1)).value(), Bytes(10, 1));
  EXPECT_TRUE(std::filesystem::exists(temp.File("data/used")));
}

TEST(Store, Open_RefusesAForeignFile) {
  const TempFolder temp;
  std::filesystem::create_directory(temp.File("data"));
  const int fd = open(temp.File("data/data.mdb").c_str(), O_CREAT | O_WRONLY, 0600);
  const std::string text(20000, 'x');
  ASSERT_EQ(write(fd, text.data(), text.size()), 20000);
  close(fd);
  const auto refused = RecordStore::Open(temp.File("data"), {});
  ASSERT_FALSE(refused.ok());
  ExpectTrueAdvice(refused.error());
}

// LMDB would follow each of these numbers to wherever it says, or end the process.
TEST(Store, Open_RefusesDamagedPages) {
  const TempFolder temp;
  {
    RecordStore store = OpenStore(temp.File("data"));
    std::vector<Change> batch;
    for (std::uint16_t i = 0; i < 200; ++i) batch.push_back(Put(i, 100, 1));
    batch.push_back(Put(500, 100'000, 2));
    ASSERT_TRUE(store.Commit(batch).ok());
    for (std::uint16_t i = 0; i < 20; ++i) batch[i].record.reset();
    ASSERT_TRUE(store.Commit(std::span(batch).first(20)).ok());
  }
  std::ifstream in(temp.File("data/data.mdb"), std::ios::binary);
  const Bytes good = ToBytes(std::string(std::istreambuf_iterator<char>(in), {}));
  ASSERT_TRUE(PagesAreSound(good));
  const auto number = [&good](std::size_t at) { return Reader(ByteSpan(good).subspan(at)).U64(); };
  // Of the newest meta page: the roots of both trees and the last page.
  const std::size_t meta = number(16 + 128) > number(4096 + 16 + 128) ? 16 : 4096 + 16;
  const std::size_t root = number(meta + 112) * 4096;
  const std::pair<std::size_t, Bytes> damages[] = {
      {meta + 64, {0xff, 0xff, 0, 0, 0, 0, 0, 1}},      // root of the free pages
      {meta + 112, {0, 0, 0, 0, 0, 1, 0, 0}},           // root of the records
      {meta + 112, {1, 0, 0, 0, 0, 0, 0, 0}},           // a meta page as root
      {meta + 120, {0xff, 0xff, 0xff, 0, 0, 0, 0, 0}},  // last page beyond the file
      {meta + 76, {40, 0}},                             // depth
      {root + 10, {0x20, 0}},                           // kind of a page
      {root + 12, {0xf0, 0x0f}},                        // nodes of a page
      {root + 14, {0, 0}},                              // end of its free space
      {root + 16, {0xff, 0xff}},                        // place of a node
  };
  for (const auto& [at, bytes] : damages) {
    Bytes bad = good;
    std::ranges::copy(bytes, bad.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_FALSE(PagesAreSound(bad)) << at;
    std::ofstream(temp.File("data/data.mdb"), std::ios::binary) << AsText(bad);
    const auto refused = RecordStore::Open(temp.File("data"), {});
    ASSERT_FALSE(refused.ok()) << at;
    ExpectTrueAdvice(refused.error());
  }
}

TEST(Store, Open_RefusesAMissingParentFolder) {
  const TempFolder temp;
  const auto refused = RecordStore::Open(temp.File("absent/data"), {});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().next.find("--data-dir"), std::string::npos);
}

TEST(Store, FullDisk_IsExplainedAndKeepsWhatWasThere) {
  const TempFolder temp;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    RecordStore store = OpenStore(temp.File("data"));
    const std::vector<Change> small = {Put(1, 10, 1)};
    if (!store.Commit(small).ok()) _exit(1);
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{65536, 65536};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(2);
    const std::vector<Change> big = {Put(1, 10, 2), Put(2, 131072, 2), Put(3, 131072, 2)};
    const auto refused = store.Commit(big);
    if (refused.ok()) _exit(3);
    _exit(refused.error().next.find("free space") != std::string::npos ? 42 : 4);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 42);
  RecordStore store = OpenStore(temp.File("data"));
  EXPECT_EQ(store.Read(Id(1)).value(), Bytes(10, 1));
  EXPECT_FALSE(store.Read(Id(3)).value().has_value());
}

}  // namespace
}  // namespace passport::host::store
