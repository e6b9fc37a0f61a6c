// Options: one definition, three sources, and no unknown name accepted from any of them.
#include "untrusted/config/config.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/host/temp_folder.h"

namespace passport::host::config {
namespace {

Config Good(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  const auto parsed = Parse(arguments, environment);
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error());
  return std::get<Config>(parsed.value());
}
std::string Bad(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  const auto parsed = Parse(arguments, environment);
  EXPECT_FALSE(parsed.ok());
  return parsed.ok() ? "" : parsed.error();
}

TEST(Config, Parse_DefaultsAreBothLoopbackAddresses) {
  const Config config = Good({"--data-dir", "d"});
  EXPECT_EQ(config.data_dir, "d");
  EXPECT_EQ(config.api_port, 9545);
  EXPECT_EQ(config.api_bind, (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(config.manifest, "");
  EXPECT_EQ(config.record, "");
  EXPECT_EQ(Good({"--data-dir", "d", "--record", "file"}).record, "file");
  EXPECT_EQ(config.quickstart, "");
  EXPECT_EQ(Good({"--data-dir", "d", "--quickstart", "page"}).quickstart, "page");
  EXPECT_EQ(config.log_file, "");
  EXPECT_EQ(config.log_max_bytes, 16u << 20);
  EXPECT_EQ(Good({"--data-dir", "d", "--log-max-bytes", "4096"}).log_max_bytes, 4096u);
  EXPECT_NE(Bad({"--data-dir", "d", "--log-max-bytes", "4095"}).find("--log-max-bytes"), std::string::npos);
}

TEST(Config, Parse_FlagsWinOverEnvironmentWinsOverFile) {
  const TempFolder temp;
  std::ofstream(temp.File("host.ini")) << "data-dir = file\napi-port = 1\nmax-queue = 3\nmanifest = file\n";
  const Config config =
      Good({"--config", temp.File("host.ini"), "--data-dir=flag"}, {{"PASSPORT_DATA_DIR", "environment"},
                                                                    {"PASSPORT_API_PORT", "2"},
                                                                    {"PASSPORT_API_BIND", "::1,10.0.0.1"}});
  EXPECT_EQ(config.data_dir, "flag");
  EXPECT_EQ(config.api_port, 2);
  EXPECT_EQ(config.max_queue, 3u);
  EXPECT_EQ(config.manifest, "file");
  EXPECT_EQ(config.api_bind, (std::vector<std::string>{"::1", "10.0.0.1"}));
}

TEST(Config, Parse_UnknownNamesAreErrorsFromEverySource) {
  EXPECT_NE(Bad({"--data-dir", "d", "--max-conections", "5"}).find("max-conections"), std::string::npos);
  EXPECT_NE(Bad({"--data-dir", "d", "stray"}).find("see passport-host --help"), std::string::npos);
  EXPECT_NE(Bad({"--data", "d"}).find("data"), std::string::npos);  // no abbreviations
  EXPECT_NE(Bad({"--data-dir", "d"}, {{"PASSPORT_MAX_QEUE", "1"}}).find("PASSPORT_MAX_QEUE"),
            std::string::npos);
  const TempFolder temp;
  std::ofstream(temp.File("host.ini")) << "max-qeue = 1\n";
  EXPECT_NE(Bad({"--data-dir", "d", "--config", temp.File("host.ini")}).find("max-qeue"), std::string::npos);
  EXPECT_NE(Bad({"--data-dir", "d", "--config", temp.File("none")}).find("cannot read"), std::string::npos);
}

TEST(Config, Parse_ValuesOutOfRangeAreErrors) {
  EXPECT_NE(Bad({}).find("--data-dir is missing"), std::string::npos);
  for (const char* flag :
       {"--api-port=65536", "--api-port=-1", "--api-port=x", "--max-connections=0", "--max-requests=0",
        "--max-queue=0", "--max-queue=-1", "--max-request-ms=0", "--max-request-ms=-1",
        "--max-store-bytes=-1", "--max-request-ms=-1", "--max-store-bytes=5", "--max-store-bytes=-1",
        "--max-address-rate=-1", "--max-scope-rate=-1", "--max-new-key-rate=-1", "--peer-listen=nonsense"}) {
    EXPECT_NE(Bad({"--data-dir", "d", flag}), "") << flag;
  }
  Bad({"--data-dir", "d", "--data-dir", "e"});
}

TEST(Config, Parse_HelpNamesEveryOption) {
  const auto parsed = Parse({"--help"}, {});
  ASSERT_TRUE(parsed.ok());
  const std::string text = std::get<HelpText>(parsed.value()).text;
  for (const char* name : {"--config", "--data-dir", "--manifest", "--api-port", "--api-bind",
                           "--peer-listen", "--max-connections", "--max-store-bytes"}) {
    EXPECT_NE(text.find(name), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace passport::host::config
