// Making a network: thresholds, the first manifest, operator keys.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>
#include <set>

#include "tests/unit/cli/listening_port.h"
#include "tools/cli/command.h"
#include "tools/cli/devnet.h"
#include "tools/cli/files.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = testing::TempDir() + "passport-cli-XXXXXX";
    path = mkdtemp(name.data());
  }
  // A process that was refused may still be writing its pid file.
  ~Folder() {
    std::error_code error;
    for (int i = 0; i < 100 && fs::exists(path); ++i) fs::remove_all(path, error);
  }
  fs::path path;
};

NodePlan PlanOf(std::uint8_t number) {
  NodePlan out;
  out.facts.identity_key = crypto::Ed25519PublicKey{number, 1};
  out.facts.channel_key = crypto::X25519PublicKey{number, 2};
  out.facts.measurement = Hash32{number, 3};
  out.operator_key = crypto::Ed25519PublicKey{number, 4};
  out.peer_address = "127.0.0.1:1";
  out.api_address = "http://localhost:1";
  return out;
}

NetworkPlan TwoOfThree(peer::Profile profile) {
  NetworkPlan out;
  out.t = out.keygen_quorum = 2;
  out.profile = profile;
  for (std::uint8_t i = 1; i <= 3; ++i) out.nodes.push_back(PlanOf(i));
  return out;
}

TEST(Threshold, IsCheckedByTheRules) {
  for (const auto& [n, t] : {std::pair{3, 2}, {4, 3}, {5, 3}, {5, 4}, {64, 33}})
    EXPECT_EQ(CheckThreshold(static_cast<std::size_t>(n), static_cast<std::size_t>(t)), "");
  for (const auto& [n, t] : {std::pair{3, 1}, {3, 0}, {3, 4}, {4, 2}, {6, 3}, {65, 33}, {0, 2}})
    EXPECT_THROW(CheckThreshold(static_cast<std::size_t>(n), static_cast<std::size_t>(t)), UsageProblem);
  EXPECT_NE(CheckThreshold(3, 3).find("no node may be lost"), std::string::npos);
}

TEST(BuildManifest, MakesWhatOperatorsCanSign) {
  NetworkPlan plan = TwoOfThree(peer::Profile::kDevnet);
  crypto::SystemRng rng;
  std::vector<crypto::SigningKey> keys;
  for (NodePlan& node : plan.nodes) {
    keys.push_back(crypto::SigningKey::Generate(rng));
    node.operator_key = keys.back().public_key();
  }
  peer::SignedManifest manifest{BuildManifest(plan), {}};
  EXPECT_EQ(peer::VerifyGenesis(manifest).error(), Status::kManifestSigners);
  for (std::uint16_t i = 0; i < 3; ++i) manifest.Sign(PartyIndex{static_cast<std::uint16_t>(i + 1)}, keys[i]);
  EXPECT_TRUE(peer::VerifyGenesis(manifest).ok());
  EXPECT_TRUE(manifest.manifest.rows[0].measurements.empty());
  EXPECT_NE(BuildManifest(plan).network_id, manifest.manifest.network_id);
  const auto again = peer::ParseFile(EncodeManifestFile(manifest));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.value().manifest, manifest.manifest);
  EXPECT_EQ(again.value().signatures, manifest.signatures);
}

TEST(BuildManifest, ForProduction_NamesTheEnclaveOfEachNode) {
  const peer::Manifest manifest = BuildManifest(TwoOfThree(peer::Profile::kProduction));
  for (std::uint8_t i = 0; i < 3; ++i)
    EXPECT_EQ(manifest.rows[i].measurements,
              std::vector<Hash32>{(Hash32{static_cast<std::uint8_t>(i + 1), 3})});
}

TEST(BuildManifest, OfNodesThatMakeNoNetwork_SaysWhy) {
  NetworkPlan twice = TwoOfThree(peer::Profile::kDevnet);
  twice.nodes[2] = twice.nodes[1];
  EXPECT_THROW(BuildManifest(twice), Problem);
  NetworkPlan locked = TwoOfThree(peer::Profile::kDevnet);
  locked.nodes[1].facts.identity_key.reset();
  EXPECT_THROW(BuildManifest(locked), Problem);
  NetworkPlan taken = TwoOfThree(peer::Profile::kDevnet);
  taken.nodes[1].facts.network = EnclaveFacts::Network{};
  EXPECT_THROW(BuildManifest(taken), Problem);
  NetworkPlan silent = TwoOfThree(peer::Profile::kDevnet);
  silent.nodes[1].peer_address.clear();
  EXPECT_THROW(BuildManifest(silent), Problem);
}

std::string ProblemOf(const std::function<void()>& what) {
  try {
    what();
  } catch (const Problem& problem) {
    return problem.what();
  }
  return "";
}

TEST(Files, ThatAreNoneAreRefusedWithWhatToDo) {
  const Folder folder;
  EXPECT_NE(ProblemOf([&] { ReadFile(folder.path); }).find("it is a folder; give the name of a file in it"),
            std::string::npos);
  WriteNewFile(folder.path / "long", "x", 0600);
  fs::resize_file(folder.path / "long", (16u << 20) + 1);
  EXPECT_NE(ProblemOf([&] { ReadFile(folder.path / "long"); }).find("longer than 16 MiB"), std::string::npos);
  EXPECT_NE(ProblemOf([&] { ReadFile(folder.path / "none"); }).find("No such file"), std::string::npos);
  WriteNewFile(folder.path / "key", "x", 0600);
  EXPECT_NE(ProblemOf([&] { WriteNewFile(folder.path / "key", "y", 0600); }).find("give another name"),
            std::string::npos);
  EXPECT_EQ(ReadFile(folder.path / "key"), "x");
}

// The signatures cover the encoded manifest only, and people read the lines before it.
TEST(ManifestShow, TellsOfCommentLinesThatSayWhatIsNotSigned) {
  const Folder folder;
  const peer::SignedManifest manifest{BuildManifest(TwoOfThree(peer::Profile::kDevnet)), {}};
  const std::string file = EncodeManifestFile(manifest);
  const auto show = [&](const std::string& text) {
    WriteFile(folder.path / "manifest", text, 0644);
    testing::internal::CaptureStdout();
    EXPECT_NE(ManifestShow({"manifest show", "", ManifestShow}, {folder.path / "manifest"}), 0);
    return testing::internal::GetCapturedStdout();
  };
  EXPECT_EQ(show(file).find("comment lines"), std::string::npos);
  std::string changed = file;
  const std::size_t at = changed.find("operator ");
  changed[at + 9] = changed[at + 9] == 'a' ? 'b' : 'a';
  ASSERT_TRUE(peer::ParseFile(changed).ok());
  EXPECT_NE(show(changed).find("comment lines"), std::string::npos);
}

// What `devnet up` makes of a folder that was used before.
class OldFolder : public testing::Test {
 protected:
  // An enclave to be signed, and no passportd to start.
  OldFolder() { WriteNewFile(programs_.path / "passport-enclave", "enclave", 0755); }
  std::string Up(const DevnetWish& wish = {}) const {
    return ProblemOf([&] {
      Devnet(
          folder_.path, [](const std::string&) {}, DevnetPrograms::In(programs_.path))
          .Up(wish);
    });
  }
  std::set<std::string> Files() const {
    std::set<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path)) out.insert(entry.path());
    return out;
  }
  const Folder folder_;
  const Folder programs_;
};

TEST_F(OldFolder, WithNodesAndNoManifest_IsLeftAsItIs) {
  fs::create_directories(folder_.path / "node-2" / "data");
  const auto before = Files();
  const std::string refusal = Up();
  EXPECT_NE(refusal.find("has nodes, but no"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("put the file back"), std::string::npos) << refusal;
  EXPECT_EQ(Files(), before);
}

// Killed before the manifest was written: nothing is lost by another try.
TEST_F(OldFolder, OfAFirstStartThatWasCutOff_IsTriedAgain) {
  fs::create_directories(folder_.path / "node-1");
  WriteNewFile(folder_.path / "first-start", "", 0644);
  DevnetWish wish;
  wish.base_port = ListeningPort().number();
  const std::string refusal = Up(wish);
  EXPECT_EQ(refusal.find("has nodes, but no"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("passportd ended with exit code"), std::string::npos) << refusal;
}

TEST_F(OldFolder, WhoseNodesLostTheirRecords_StartsNoneOfThemAnew) {
  NetworkPlan plan = TwoOfThree(peer::Profile::kDevnet);
  WriteNewFile(folder_.path / "manifest", EncodeManifestFile({BuildManifest(plan), {}}), 0644);
  fs::create_directories(folder_.path / "node-2" / "data");
  MakeOperatorKey(folder_.path / "release.key");
  const std::string refusal = Up();
  EXPECT_NE(refusal.find("node-2/data"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("restore the newest copy of its data folder"), std::string::npos) << refusal;
  EXPECT_EQ(refusal.find("manifest init"), std::string::npos) << refusal;
  EXPECT_FALSE(fs::exists(folder_.path / "node-2" / "launcher.pid"));
}

TEST(DevnetUp, ThatIsRefused_LeavesNoFolder) {
  const Folder folder;
  const ListeningPort taken;
  DevnetWish wish;
  wish.base_port = taken.number();
  const std::string refusal = ProblemOf([&] {
    Devnet(
        folder.path / "net", [](const std::string&) {}, DevnetPrograms::In("/none"))
        .Up(wish);
  });
  EXPECT_NE(refusal.find("is in use by another program"), std::string::npos) << refusal;
  EXPECT_FALSE(fs::exists(folder.path / "net"));
}

TEST(OperatorKey, IsKeptForItsOwnerAndNeverReplaced) {
  const Folder folder;
  const fs::path path = folder.path / "1.key";
  const crypto::SigningKey made = MakeOperatorKey(path);
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(LoadOperatorKey(path).public_key(), made.public_key());
  EXPECT_THROW(MakeOperatorKey(path), Problem);
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_THROW(LoadOperatorKey(path), Problem);
}

TEST(OperatorKey, FromAFileThatIsNone_IsRefused) {
  const Folder folder;
  const std::string digits(64, 'a');
  int number = 0;
  for (const std::string& text :
       {std::string(), digits, "passport-operator-key-1\n" + digits.substr(1),
        "passport-operator-key-1\n" + digits + "0", "passport-operator-key-1\nx" + digits}) {
    const fs::path path = folder.path / std::to_string(++number);
    WriteNewFile(path, text, 0600);
    EXPECT_THROW(LoadOperatorKey(path), Problem) << text;
  }
  EXPECT_THROW(LoadOperatorKey(folder.path / "none"), Problem);
}

TEST(OperatorKey, PublicPart_IsTakenAsTextOrFromAFile) {
  const Folder folder;
  const std::string digits(64, 'a');
  WriteNewFile(folder.path / "a.pub", digits + "\n", 0644);
  EXPECT_EQ(ToHex(ParseOperatorPublicKey(digits)), digits);
  EXPECT_EQ(ToHex(ParseOperatorPublicKey(folder.path / "a.pub")), digits);
  EXPECT_THROW(ParseOperatorPublicKey(digits.substr(2)), Problem);
  EXPECT_THROW(ParseOperatorPublicKey(std::string(64, 'x')), Problem);
}

}  // namespace
}  // namespace passport::cli
