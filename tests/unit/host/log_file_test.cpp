// The log file: bounded, with one previous file, whatever stands in its way.
#include "untrusted/metrics/log_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/host/temp_folder.h"

namespace passport::host::metrics {
namespace {

class LogFileTest : public testing::Test {
 protected:
  // "" if there is none.
  std::string Content(const std::string& name) const {
    std::ifstream file(temp.File(name));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  LogFile Open(std::uint64_t bytes_max) const {
    auto opened = LogFile::Open(temp.File("log"), bytes_max);
    EXPECT_TRUE(opened.ok());
    return std::move(opened).value();
  }
  const TempFolder temp;
};

TEST_F(LogFileTest, BeyondItsSizeItBeginsAnewAndKeepsOnePreviousFile) {
  LogFile log = Open(30);
  for (const char* line : {"line one..\n", "line two..\n"}) log.Append(line);
  EXPECT_EQ(Content("log"), "line one..\nline two..\n");
  EXPECT_EQ(Content("log.1"), "");
  log.Append("line three\n");
  EXPECT_EQ(Content("log"), "line three\n");
  EXPECT_EQ(Content("log.1"), "line one..\nline two..\n");
  for (const char* line : {"line four.\n", "line five.\n"}) log.Append(line);
  EXPECT_EQ(Content("log"), "line five.\n");
  EXPECT_EQ(Content("log.1"), "line three\nline four.\n");
}

TEST_F(LogFileTest, OfAnEarlierStartIsContinuedAndCounts) {
  Open(30).Append("twenty bytes it has\n");
  LogFile log = Open(30);
  log.Append("short\n");
  EXPECT_EQ(Content("log"), "twenty bytes it has\nshort\n");
  log.Append("no room\n");
  EXPECT_EQ(Content("log"), "no room\n");
}

TEST_F(LogFileTest, StaysBoundedForManyLines) {
  LogFile log = Open(1000);
  for (int i = 0; i < 1000; ++i) log.Append("event number " + std::to_string(i) + "\n");
  EXPECT_LE(Content("log").size(), 1000u);
  EXPECT_LE(Content("log.1").size(), 1000u);
  EXPECT_TRUE(Content("log").ends_with("event number 999\n"));
}

TEST_F(LogFileTest, ThatCannotBeMovedAwayIsEmptied) {
  std::filesystem::create_directories(temp.File("log.1/full"));
  LogFile log = Open(30);
  for (int i = 0; i < 10; ++i) log.Append("twenty bytes it has\n");
  EXPECT_EQ(Content("log"), "twenty bytes it has\n");
  EXPECT_FALSE(std::filesystem::exists(temp.File("log.new")));
}

TEST_F(LogFileTest, ALineLongerThanTheBoundIsWrittenAlone) {
  LogFile log = Open(10);
  log.Append("a\n");
  log.Append("longer than the bound\n");
  EXPECT_EQ(Content("log"), "longer than the bound\n");
}

TEST_F(LogFileTest, ThatCannotBeOpenedIsNamed) {
  const auto none = LogFile::Open(temp.File("no/log"), 10);
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().find("no/log: No such file or directory; correct --log-file"), std::string::npos);
  std::filesystem::create_symlink("elsewhere", temp.File("link"));
  EXPECT_FALSE(LogFile::Open(temp.File("link"), 10).ok());
  EXPECT_FALSE(LogFile::Open("/dev/null", 10).ok()) << "which a rotation would move away";
}

}  // namespace
}  // namespace passport::host::metrics
