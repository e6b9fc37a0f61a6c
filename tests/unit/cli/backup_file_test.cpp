// A backup as a file: read whole or not at all, and never written over or through anything.
#include "tools/cli/backup_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "edl/base/codec.h"
#include "tests/golden/golden.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

constexpr const char* kGoldenFile = "backup-file-v1.bin";

class BackupFileTest : public testing::Test {
 protected:
  BackupFileTest() { EXPECT_NE(mkdtemp(folder_.data()), nullptr); }
  ~BackupFileTest() override { fs::remove_all(folder_); }
  fs::path Path(const char* name) const { return fs::path(folder_) / name; }
  static std::vector<Bytes> Pieces() {
    return {golden::ReadGolden("quorum-key-v1.bin"), Bytes(300, 1), Bytes(sealing::kBackupChunkBytesMax, 2)};
  }
  static void Write(const fs::path& path, const std::vector<Bytes>& pieces) {
    BackupFileWriter file(path);
    for (const Bytes& piece : pieces) file.Add(piece);
    file.Finish();
  }
  // Why it is refused; empty if it is read to its end.
  static std::string WhyNot(const std::string& content) {
    std::istringstream in(content);
    try {
      BackupFileReader reader(in, "b");
      while (reader.NextChunk()) continue;
      return {};
    } catch (const Problem& problem) {
      return problem.what();
    }
  }
  std::size_t Files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  std::string folder_ = testing::TempDir() + "passport-backup-XXXXXX";
};

TEST_F(BackupFileTest, GivesBackWhatWasWritten) {
  const std::vector<Bytes> pieces = Pieces();
  Write(Path("b"), pieces);
  EXPECT_EQ(Files(), 1u);
  struct stat info {};
  ASSERT_EQ(stat(Path("b").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  OpenBackup file(Path("b"));
  EXPECT_EQ(file->key().Encode(), pieces[0]);
  EXPECT_EQ(file->NextChunk(), pieces[1]);
  EXPECT_EQ(file->NextChunk(), pieces[2]);
  EXPECT_EQ(file->NextChunk(), std::nullopt);
}

TEST_F(BackupFileTest, OfAnEarlierBuildIsRead) {
  if (golden::Writing() && !fs::exists(PASSPORT_SOURCE_DIR "/tests/golden/backup-file-v1.bin"))
    Write(PASSPORT_SOURCE_DIR "/tests/golden/backup-file-v1.bin", {Pieces()[0], Bytes(3, 1), Bytes(4, 2)});
  std::istringstream in(std::string(AsText(golden::ReadGolden(kGoldenFile))));
  BackupFileReader reader(in, kGoldenFile);
  EXPECT_EQ(reader.key().Encode(), Pieces()[0]);
  EXPECT_EQ(reader.NextChunk(), Bytes(3, 1));
  EXPECT_EQ(reader.NextChunk(), Bytes(4, 2));
  EXPECT_EQ(reader.NextChunk(), std::nullopt);
}

TEST_F(BackupFileTest, CutAnywhereIsRefused) {
  const std::string good(AsText(golden::ReadGolden(kGoldenFile)));
  EXPECT_EQ(WhyNot(good), "");
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_NE(WhyNot(good.substr(0, size)), "") << size;
  EXPECT_NE(WhyNot(good + "x").find("something was added at its end"), std::string::npos);
  std::string other = good;
  other[0] = 'q';
  EXPECT_NE(WhyNot(other).find("no file of `passport backup export`"), std::string::npos);
  const std::string head = good.substr(0, good.size() - 4 - 8 - 3);
  for (const std::size_t size : {sealing::kBackupChunkBytesMax + 1, std::size_t{UINT32_MAX}}) {
    const Bytes length = Writer().U32(static_cast<std::uint32_t>(size)).Take();
    EXPECT_NE(WhyNot(head + std::string(AsText(length)) + std::string(20'000, 'x')), "");
  }
}

TEST_F(BackupFileTest, OverwritesNothingAndLeavesNothingHalf) {
  const fs::path path = Path("b");
  WriteNewFile(path, "mine", 0600);
  EXPECT_THROW(BackupFileWriter{path}, Problem);
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_THROW(BackupFileWriter{Path("fifo")}, Problem);
  fs::create_symlink(Path("nowhere"), Path("link"));
  EXPECT_THROW(BackupFileWriter{Path("link")}, Problem);
  EXPECT_THROW(BackupFileWriter{Path("no/folder")}, Problem);
  EXPECT_EQ(ReadFile(path), "mine");
  {
    BackupFileWriter left(Path("left"));
    left.Add(Bytes(5, 1));
    EXPECT_THROW(BackupFileWriter{Path("left")}, Problem);  // another run of it
  }
  EXPECT_EQ(Files(), 3u);
  BackupFileWriter late(Path("late"));
  WriteNewFile(Path("late"), "came meanwhile", 0600);
  EXPECT_THROW(late.Finish(), Problem);
  EXPECT_EQ(ReadFile(Path("late")), "came meanwhile");
}

TEST_F(BackupFileTest, IsARegularFile) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  for (const fs::path& path : {Path("fifo"), Path("none"), fs::path(folder_), fs::path("/dev/zero")})
    EXPECT_THROW(OpenBackup{path}, Problem) << path;
}

}  // namespace
}  // namespace passport::cli
