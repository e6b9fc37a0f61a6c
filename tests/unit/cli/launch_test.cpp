// How a devnet's nodes are started: apart from each other as root, and never with a new key for old records.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "tools/cli/devnet.h"
#include "tools/cli/node_launch.h"
#include "tools/cli/problem.h"
#include "trusted/peer/manifest.h"

namespace passport::cli {
namespace {

class Launch : public testing::Test {
 protected:
  Launch() {
    std::string name = testing::TempDir() + "passport-launch-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~Launch() override { fs::remove_all(folder_); }

  void MakeRecords(uid_t owner) {
    fs::create_directory(folder_ / "data");
    WriteNewFile(folder_ / "data" / "data.mdb", "sealed", 0600);
    if (geteuid() == 0) {
      ASSERT_EQ(chown((folder_ / "data").c_str(), owner, owner), 0);
    }
  }
  void MakeKey() { WriteNewFile(folder_ / "root.key", std::string(32, 'k'), 0400); }
  std::string Refusal(uid_t self) const {
    try {
      CheckNodeFolder(folder_, 1, self);
    } catch (const Problem& problem) {
      return problem.what();
    }
    return "";
  }
  bool Has(uid_t self, const std::string& option) const {
    const std::vector<std::string> options =
        LauncherOptions(folder_, 1, self, self == 0 ? std::optional(release_) : std::nullopt);
    return std::ranges::find(options, option) != options.end();
  }

  const DevnetRelease release_ = {"release", "aa"};
  const uid_t self_ = geteuid();
  const uid_t host_ = self_ == 0 ? UsersOf(1, 0)->host : self_;
  fs::path folder_;
};

TEST_F(Launch, AsRootEveryProcessOfEveryNodeHasAUidOfItsOwn) {
  std::set<uid_t> all = {0};
  for (std::uint16_t party = 1; party <= peer::kPartiesMax; ++party) {
    const NodeUsers users = UsersOf(party, 0).value();
    for (const uid_t uid : {users.enclave, users.host, users.platform, users.verifier})
      EXPECT_TRUE(all.insert(uid).second) << party;
  }
  EXPECT_FALSE(Has(0, "--dev"));
  EXPECT_TRUE(Has(0, "--enclave-uid") && Has(0, "--host-uid") && Has(0, "--release"));
}

TEST_F(Launch, NotAsRootTheLossOfUidsIsAccepted) {
  EXPECT_FALSE(UsersOf(1, 1000).has_value());
  EXPECT_TRUE(Has(1000, "--dev"));
  EXPECT_FALSE(Has(1000, "--enclave-uid"));
}

TEST_F(Launch, ARootKeyIsMadeForANewNodeOnly) {
  EXPECT_TRUE(Has(self_, "--make-root-key"));
  fs::create_directory(folder_ / "data");
  EXPECT_TRUE(Has(self_, "--make-root-key"));
  EXPECT_EQ(Refusal(self_), "");
  fs::remove(folder_ / "data");
  MakeRecords(host_);
  EXPECT_FALSE(Has(self_, "--make-root-key"));
}

TEST_F(Launch, TheHostCanWriteItsLogAndNothingBesideIt) {
  MakeLogFolder(folder_ / "log", 1, self_);
  struct stat info {};
  ASSERT_EQ(stat((folder_ / "log").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, host_);
  EXPECT_EQ(info.st_mode & 0777, 0755u);
}

TEST_F(Launch, RecordsWithoutTheirRootKeyAreRefusedByName) {
  MakeRecords(host_);
  const std::string refusal = Refusal(self_);
  EXPECT_NE(refusal.find((folder_ / "root.key").string() + " is missing"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("put the file back"), std::string::npos) << refusal;
  MakeKey();
  EXPECT_EQ(Refusal(self_), "");
}

TEST_F(Launch, RecordsOfAnotherUserAreRefusedByUid) {
  MakeKey();
  MakeRecords(host_);
  const std::string refusal = Refusal(4242);
  EXPECT_NE(refusal.find("belongs to uid " + std::to_string(host_)), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("to belong to uid 4242"), std::string::npos) << refusal;
}

}  // namespace
}  // namespace passport::cli
