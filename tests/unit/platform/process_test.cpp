// Measured images and the ends of children in words.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "tests/unit/platform/folder.h"
#include "trusted/crypto/hash.h"
#include "trusted/platform/exit_codes.h"
#include "trusted/process/exit_reason.h"
#include "trusted/process/image.h"

namespace passport::process {
namespace {

using platform::Layer;
using ImageFolder = platform::Folder;

TEST_F(ImageFolder, IsMeasuredAndCannotBeChanged) {
  const std::string content(200'000, 'i');
  Write("image", content, 0755);
  const auto image = MeasureImage("image", Path("image"));
  ASSERT_TRUE(image.ok()) << image.error();
  if (image.value().sealed.state != platform::State::kApplied)
    GTEST_SKIP() << "this kernel refuses executable memfds";
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

TEST_F(ImageFolder, MustBeAFile) {
  EXPECT_FALSE(MeasureImage("image", name_).ok());
  EXPECT_FALSE(MeasureImage("image", Path("none")).ok());
}

TEST_F(ImageFolder, IsNotSealedOrReadableWhereThatIsLeftOut) {
  Write("image", "i", 0755);
  const auto file = MeasureImage("image", Path("image"), {Layer::kSealedImage});
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file.value().sealed.state, platform::State::kOff);
  EXPECT_EQ(file.value().measurement, crypto::HashSha256(AsBytes("i")));
  const auto readable = MeasureImage("image", Path("image"), {Layer::kExecuteOnlyImage});
  ASSERT_TRUE(readable.ok());
  struct stat info;
  ASSERT_EQ(fstat(readable.value().file.get(), &info), 0);
  if (readable.value().sealed.state == platform::State::kApplied) {
    EXPECT_EQ(info.st_mode & 0777, 0555u);
  }
}

TEST_F(ImageFolder, ThatOthersCanChangeIsNotStartedFromItsFile) {
  Write("image", "i", 0777);
  EXPECT_FALSE(MeasureImage("image", Path("image"), {Layer::kSealedImage}).ok());
}

TEST(ExitReason, HasWordsForEveryCode) {
  std::set<std::string> texts;
  const int codes[] = {0, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 76, 77, 90, 91, 92};
  for (const int code : codes) texts.insert(std::string(platform::DescribeExit(code)));
  EXPECT_EQ(texts.size(), std::size(codes));
  EXPECT_FALSE(texts.contains("unknown exit code"));
  EXPECT_EQ(platform::DescribeExit(99), "unknown exit code");
}

struct Ended {
  Program program;
  ExitReason reason;
  const char* words;  // in its description
  bool final;
};

// The whole taxonomy: boundary.md 2.8.
constexpr Ended kEnds[] = {
    {Program::kEnclave, {true, SIGSYS}, "killed by SIGSYS: policy violation", false},
    {Program::kEnclave, {true, SIGSEGV}, "a bug, or a failed internal check, which ends process 1", false},
    {Program::kEnclave, {true, SIGABRT}, "a failed internal check", false},
    {Program::kEnclave, {true, SIGILL}, "a failed internal check", false},
    {Program::kEnclave, {true, SIGTRAP}, "a failed internal check", false},
    {Program::kEnclave, {true, SIGBUS}, "a bug", false},
    {Program::kEnclave, {true, SIGFPE}, "a bug", false},
    {Program::kEnclave, {true, SIGKILL}, "by the operator or for lack of memory", false},
    {Program::kEnclave, {true, SIGXFSZ}, "a resource limit", false},
    {Program::kEnclave, {true, SIGTERM}, "the enclave ended: killed by SIGTERM", false},
    {Program::kEnclave, {false, 0}, "exit code 0: orderly end, secrets wiped", false},
    {Program::kEnclave, {false, 64}, "arguments or environment at start", true},
    {Program::kEnclave, {false, 65}, "the host broke the frame format", false},
    {Program::kEnclave, {false, 66}, "descriptors other than the expected five", true},
    {Program::kEnclave, {false, 67}, "launch information missing", true},
    {Program::kEnclave, {false, 68}, "a required layer of confinement is missing", true},
    {Program::kEnclave, {false, 69}, "failed its self-test", false},
    {Program::kEnclave, {false, 70}, "the channel to the host failed", false},
    {Program::kEnclave, {false, 71}, "did not take the READY message", false},
    {Program::kEnclave, {false, 72}, "the core could not start", false},
    {Program::kEnclave, {false, 90}, "between fork and exec", true},
    {Program::kEnclave, {false, 91}, "could not be executed", true},
    {Program::kEnclave, {false, 1}, "exit code 1: unknown exit code", false},
    {Program::kVerifier,
     {true, SIGSYS},
     "passport-verifier ended: killed by SIGSYS: policy violation",
     false},
    {Program::kVerifier, {false, 68}, "a required layer of confinement is missing", true},
    {Program::kHost, {true, SIGSEGV}, "the host ended: killed by SIGSEGV: a bug; report", false},
    {Program::kHost, {true, SIGKILL}, "by the operator or for lack of memory", false},
    {Program::kHost, {false, 0}, "the host ended: exit code 0", false},
    {Program::kHost, {false, 1}, "exit code 1", false},
    {Program::kHost, {false, 2}, "its arguments or configuration are wrong", true},
    {Program::kHost, {false, 65}, "exit code 65", false},
    {Program::kHost, {false, 90}, "between fork and exec", true},
    {Program::kHost, {false, 91}, "could not be executed", true},
    {Program::kHost, {false, 92}, "cannot use the data folder", true},
    {Program::kPlatform, {true, SIGABRT}, "passport-platform ended: killed by SIGABRT", false},
    {Program::kPlatform, {false, 2}, "its arguments or configuration are wrong", true},
};

class End : public testing::TestWithParam<Ended> {};
TEST_P(End, IsToldAndJudged) {
  const std::string text = DescribeEnd(GetParam().program, GetParam().reason);
  EXPECT_NE(text.find(GetParam().words), std::string::npos) << text;
  EXPECT_EQ(EndIsFinal(GetParam().program, GetParam().reason), GetParam().final) << text;
}
INSTANTIATE_TEST_SUITE_P(Of, End, testing::ValuesIn(kEnds));

}  // namespace
}  // namespace passport::process
