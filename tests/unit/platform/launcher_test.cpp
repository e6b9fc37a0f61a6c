// The parts of passportd that need no second process: options, keys, image, exit reasons.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "sealing/svn_chain.h"
#include "trusted/crypto/hash.h"
#include "trusted/launcher/exit_reason.h"
#include "trusted/launcher/image.h"
#include "trusted/launcher/keys.h"
#include "trusted/launcher/options.h"
#include "trusted/platform/exit_codes.h"

namespace passport::launcher {
namespace {

Result<Options, Problem> Parse(std::vector<std::string> words) {
  words.insert(words.begin(), "passportd");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return ParseOptions(std::span<char* const>(argv).first(words.size()));
}

const std::vector<std::string> kComplete = {"--enclave", "e", "--host", "h", "--root-key", "r"};

std::vector<std::string> Complete(const std::vector<std::string>& more) {
  std::vector<std::string> words = kComplete;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Options, TakeEveryOptionAndTheHostsArguments) {
  const std::string hash(64, 'a');
  const auto options = Parse(Complete({"--make-root-key",
                                       "--enclave-uid",
                                       "7",
                                       "--host-uid",
                                       "8",
                                       "--data-dir",
                                       "d",
                                       "--pid-file",
                                       "p",
                                       "--measurement",
                                       hash,
                                       "--sessions-max",
                                       "16",
                                       "--presignatures-max",
                                       "0",
                                       "--dev",
                                       "--",
                                       "--port",
                                       "1",
                                       "x"}));
  ASSERT_TRUE(options.ok()) << options.error();
  EXPECT_EQ(options.value().enclave_path, "e");
  EXPECT_EQ(options.value().host_path, "h");
  EXPECT_EQ(options.value().root_key_path, "r");
  EXPECT_TRUE(options.value().make_root_key);
  EXPECT_EQ(options.value().enclave_uid, 7u);
  EXPECT_EQ(options.value().host_uid, 8u);
  EXPECT_EQ(options.value().data_dir, "d");
  EXPECT_EQ(options.value().pid_file, "p");
  EXPECT_EQ(ToHex(options.value().measurement.value()), hash);
  EXPECT_TRUE(options.value().development);
  EXPECT_EQ(options.value().sessions_max, 16u);
  EXPECT_EQ(options.value().presignatures_max, 0u);
  EXPECT_EQ(options.value().host_arguments, (std::vector<std::string>{"--port", "1", "x"}));
}

TEST(Options, AreModestByDefault) {
  const auto options = Parse(kComplete);
  ASSERT_TRUE(options.ok());
  EXPECT_FALSE(options.value().development);
  EXPECT_FALSE(options.value().make_root_key);
  EXPECT_FALSE(options.value().sessions_max.has_value());
  EXPECT_FALSE(options.value().presignatures_max.has_value());
  EXPECT_EQ(options.value().enclave_uid, 61001u);
  EXPECT_EQ(options.value().host_uid, 61002u);
  EXPECT_TRUE(options.value().host_arguments.empty());
}

class BadOptions : public testing::TestWithParam<std::vector<std::string>> {};
TEST_P(BadOptions, AreRefused) { EXPECT_FALSE(Parse(Complete(GetParam())).ok()); }
using Words = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(
    Each, BadOptions,
    testing::Values(Words{"--unknown"}, Words{"-x"}, Words{"stray"}, Words{"--host-uid", "0"},
                    Words{"--host-uid", "1x"}, Words{"--host-uid", "-1"}, Words{"--host-uid", ""},
                    Words{"--host-uid", "4294967296"}, Words{"--host-uid", "61001"},
                    Words{"--measurement", "00"}, Words{"--measurement", std::string(64, 'g')},
                    Words{"--sessions-max", "15"}, Words{"--sessions-max", "65537"},
                    Words{"--sessions-max", "20x"}, Words{"--presignatures-max", "65537"},
                    Words{"--presignatures-max", "-1"}, Words{"--data-dir", ""}, Words{"--enclave", ""},
                    Words{"--pid-file"}));

TEST(Options, NameTheOneAtFault) {
  EXPECT_NE(Parse(Complete({"--nonsense", "--", "x"})).error().find("--nonsense"), std::string::npos);
  EXPECT_NE(Parse(Complete({"--host-uid", "q"})).error().find("--host-uid"), std::string::npos);
}

TEST(Options, NeedThreeFiles) {
  for (std::size_t missing = 0; missing < 3; ++missing) {
    Words words = kComplete;
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(2 * missing),
                words.begin() + static_cast<std::ptrdiff_t>(2 * missing + 2));
    EXPECT_FALSE(Parse(words).ok()) << missing;
  }
}

class Folder : public testing::Test {
 protected:
  Folder() { PASSPORT_CHECK(mkdtemp(name_.data()) != nullptr); }
  ~Folder() override { std::filesystem::remove_all(name_); }
  std::string Path(const std::string& file) const { return name_ + "/" + file; }
  void Write(const std::string& file, const std::string& text, mode_t mode) const {
    std::ofstream(Path(file)) << text;
    PASSPORT_CHECK(chmod(Path(file).c_str(), mode) == 0);
  }
  std::string name_ = testing::TempDir() + "passport-launcher-XXXXXX";
};

TEST_F(Folder, RootKeyIsMadeOnceAndOnlyWhenAsked) {
  EXPECT_FALSE(LoadRootKey(Path("key"), false).ok());
  const auto made = LoadRootKey(Path("key"), true);
  const auto again = LoadRootKey(Path("key"), true);
  const auto loaded = LoadRootKey(Path("key"), false);
  ASSERT_TRUE(made.ok() && again.ok() && loaded.ok());
  EXPECT_EQ(made.value().Expose(), again.value().Expose());
  EXPECT_EQ(made.value().Expose(), loaded.value().Expose());
  EXPECT_NE(made.value().Expose(), ByteArray<32>{});
  struct stat info;
  ASSERT_EQ(stat(Path("key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0400u);
}

TEST_F(Folder, RootKeyThatOthersCanReadIsRefused) {
  const std::string key(32, 'k');
  for (const mode_t mode : {0640u, 0604u, 0420u, 0777u}) {
    Write("key", key, mode);
    EXPECT_FALSE(LoadRootKey(Path("key"), false).ok()) << mode;
  }
  Write("key", key, 0600);
  EXPECT_TRUE(LoadRootKey(Path("key"), false).ok());
}

TEST_F(Folder, RootKeyOfAnotherSizeIsRefused) {
  for (const std::size_t size : {0u, 31u, 33u, 64u}) {
    Write("key", std::string(size, 'k'), 0600);
    EXPECT_FALSE(LoadRootKey(Path("key"), false).ok()) << size;
  }
}

TEST_F(Folder, RootKeyBehindALinkIsRefused) {
  Write("key", std::string(32, 'k'), 0600);
  std::filesystem::create_symlink(Path("key"), Path("link"));
  EXPECT_FALSE(LoadRootKey(Path("link"), false).ok());
  EXPECT_FALSE(LoadRootKey(name_, false).ok());
}

TEST_F(Folder, RootKeyOfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  Write("key", std::string(32, 'k'), 0600);
  ASSERT_EQ(chown(Path("key").c_str(), 12345, 12345), 0);
  EXPECT_FALSE(LoadRootKey(Path("key"), false).ok());
}

// A second passportd of one node would overwrite the pid file of the first and start a second enclave of it.
TEST_F(Folder, RootKeyIsLockedByOneAtATime) {
  Write("key", std::string(32, 'k'), 0600);
  EXPECT_FALSE(LockRootKey(Path("absent")).ok());
  {
    const auto first = LockRootKey(Path("key"));
    ASSERT_TRUE(first.ok());
    const auto second = LockRootKey(Path("key"));
    ASSERT_FALSE(second.ok());
    EXPECT_NE(second.error().find("in use by another passportd"), std::string::npos) << second.error();
    EXPECT_TRUE(LoadRootKey(Path("key"), false).ok());
  }
  EXPECT_TRUE(LockRootKey(Path("key")).ok());
}

TEST(Keys, DependOnRootMeasurementAndVersion) {
  const crypto::SecretKey32 root(ByteArray<32>{1});
  const crypto::SecretKey32 other_root(ByteArray<32>{2});
  const Hash32 measurement{3};
  Hash32 one_bit_more = measurement;
  one_bit_more[31] ^= 1;
  const std::set<ByteArray<32>> keys = {DeriveUniqueKey(root, measurement).Expose(),
                                        DeriveUniqueKey(root, one_bit_more).Expose(),
                                        DeriveUniqueKey(other_root, measurement).Expose(),
                                        DeriveProductKey(root, 1).Expose(),
                                        DeriveProductKey(root, 2).Expose(),
                                        DeriveProductKey(other_root, 1).Expose(),
                                        root.Expose()};
  EXPECT_EQ(keys.size(), 7u);
  EXPECT_EQ(DeriveUniqueKey(root, measurement).Expose(), DeriveUniqueKey(root, measurement).Expose());
}

TEST(Keys, OfAnOlderVersionFollowFromANewerOne) {
  const crypto::SecretKey32 root(ByteArray<32>{1});
  EXPECT_EQ(sealing::LowerSvnKey(DeriveProductKey(root, 2), 1).Expose(), DeriveProductKey(root, 1).Expose());
  EXPECT_EQ(sealing::LowerSvnKey(DeriveProductKey(root, sealing::kSvnMax), sealing::kSvnMax).Expose(),
            DeriveProductKey(root, 0).Expose());
}

TEST_F(Folder, ImageIsMeasuredAndCannotBeChanged) {
  const std::string content(200'000, 'i');
  Write("image", content, 0755);
  const auto image = MeasureImage(Path("image"));
  ASSERT_TRUE(image.ok()) << image.error();
  if (image.value().memfd_error != 0) GTEST_SKIP() << "this kernel refuses executable memfds";
  EXPECT_EQ(image.value().measurement, crypto::HashSha256(AsBytes(content)));
  const int fd = image.value().file.get();
  EXPECT_LT(pwrite(fd, "x", 1, 0), 0);
  EXPECT_LT(ftruncate(fd, 0), 0);
  EXPECT_LT(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
  struct stat info;
  ASSERT_EQ(fstat(fd, &info), 0);
  EXPECT_EQ(info.st_size, 200'000);
  EXPECT_EQ(info.st_mode & 0222, 0u);
}

TEST_F(Folder, ImageMustBeAFile) {
  EXPECT_FALSE(MeasureImage(name_).ok());
  EXPECT_FALSE(MeasureImage(Path("none")).ok());
}

TEST(ExitReason, HasWordsForEveryCode) {
  std::set<std::string> texts;
  const int codes[] = {0, 64, 65, 66, 67, 68, 69, 70, 71, 72, 90, 91, 92};
  for (const int code : codes) texts.insert(std::string(platform::DescribeExit(code)));
  EXPECT_EQ(texts.size(), std::size(codes));
  EXPECT_FALSE(texts.contains("unknown exit code"));
  EXPECT_EQ(platform::DescribeExit(99), "unknown exit code");
}

TEST(ExitReason, TellsAPolicyViolationFromABug) {
  EXPECT_NE(DescribeEnd(Program::kEnclave, {true, SIGSYS}).find("outside the allowlist"), std::string::npos);
  EXPECT_NE(DescribeEnd(Program::kEnclave, {true, SIGSEGV}).find("bug"), std::string::npos);
  EXPECT_NE(DescribeEnd(Program::kHost, {true, SIGKILL}).find("SIGKILL"), std::string::npos);
}

TEST(ExitReason, IsFinalWhereAnotherStartEndsTheSame) {
  for (const int code : {64, 66, 67, 68, 90, 91})
    EXPECT_TRUE(EndIsFinal(Program::kEnclave, {false, code})) << code;
  for (const int code : {0, 1, 65, 69, 70, 71, 72})
    EXPECT_FALSE(EndIsFinal(Program::kEnclave, {false, code})) << code;
  for (const int code : {2, 90, 91, 92}) EXPECT_TRUE(EndIsFinal(Program::kHost, {false, code})) << code;
  for (const int code : {0, 1, 65, 68}) EXPECT_FALSE(EndIsFinal(Program::kHost, {false, code})) << code;
  for (const int signal : {SIGSYS, SIGSEGV, SIGKILL}) {
    EXPECT_FALSE(EndIsFinal(Program::kEnclave, {true, signal}));
    EXPECT_FALSE(EndIsFinal(Program::kHost, {true, signal}));
  }
}

}  // namespace
}  // namespace passport::launcher
