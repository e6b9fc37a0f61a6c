// The parts of passportd that need no second process: options, root keys, releases, derived keys.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "sealing/sealer.h"
#include "sealing/svn_chain.h"
#include "tests/unit/platform/folder.h"
#include "trusted/crypto/hash.h"
#include "trusted/launcher/keys.h"
#include "trusted/launcher/options.h"
#include "trusted/release/release.h"

namespace passport::launcher {
namespace {

Result<Options, Problem> Parse(std::vector<std::string> words) {
  words.insert(words.begin(), "passportd");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return ParseOptions(std::span<char* const>(argv).first(words.size()));
}

const std::string kHash(64, 'a');
const std::vector<std::string> kComplete = {"--enclave", "e", "--host",        "h",  "--root-key", "r",
                                            "--release", "f", "--release-key", kHash};

std::vector<std::string> Complete(const std::vector<std::string>& more) {
  std::vector<std::string> words = kComplete;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Options, TakeEveryOptionAndTheHostsArguments) {
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
                                       kHash,
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
  EXPECT_EQ(options.value().root.keyfile, "r");
  EXPECT_TRUE(options.value().root.make);
  EXPECT_EQ(options.value().enclave_uid, 7u);
  EXPECT_EQ(options.value().host_uid, 8u);
  EXPECT_EQ(options.value().data_dir, "d");
  EXPECT_EQ(options.value().pid_file, "p");
  EXPECT_EQ(ToHex(options.value().measurement.value()), kHash);
  EXPECT_TRUE(options.value().development);
  EXPECT_EQ(options.value().sessions_max, 16u);
  EXPECT_EQ(options.value().presignatures_max, 0u);
  EXPECT_EQ(options.value().host_arguments, (std::vector<std::string>{"--port", "1", "x"}));
}

TEST(Options, AreModestByDefault) {
  const auto options = Parse(kComplete);
  ASSERT_TRUE(options.ok());
  EXPECT_FALSE(options.value().development);
  EXPECT_FALSE(options.value().root.make);
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
                    Words{"--pid-file"}, Words{"--dev=yes"}, Words{"--require", ""},
                    Words{"--require", "seccomp,nothing"}, Words{"--without", "landlock"},
                    Words{"--platform-uid", "61001"}, Words{"--enclave-uid", "4294967295"},
                    Words{"--tpm2", "device:x"}, Words{"--tpm2", "device:x", "--tpm2-blob", "b"},
                    Words{"--tpm2-blob", "b"}, Words{"--tpm2-next", kHash}, Words{"--release-key", "00"},
                    Words{"--previous-root-key", "r"}, Words{"--key-epoch", "x"},
                    Words{"--previous-release-key", "none"}, Words{"--previous-credential", "c"},
                    Words{"--previous-release-key", "some", "--key-epoch", "1"},
                    Words{"--previous-tpm2-blob", "b", "--key-epoch", "1", "--platform", "p"},
                    Words{"--tpm2", "device:x", "--platform", "p"}));

TEST(Options, NameTheOneAtFault) {
  EXPECT_NE(Parse(Complete({"--nonsense", "--", "x"})).error().find("--nonsense"), std::string::npos);
  EXPECT_NE(Parse(Complete({"--host-uid", "q"})).error().find("--host-uid"), std::string::npos);
}

TEST(Options, NeedProgramsAndARootKey) {
  for (std::size_t missing = 0; missing < 3; ++missing) {
    Words words = kComplete;
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(2 * missing),
                words.begin() + static_cast<std::ptrdiff_t>(2 * missing + 2));
    EXPECT_FALSE(Parse(words).ok()) << missing;
  }
  EXPECT_TRUE(Parse({"--enclave", "e", "--host", "h", "--credential", "c", "--dev"}).ok());
}

// Unsigned enclaves get keys in development only.
TEST(Options, NeedAReleaseWithItsKeyOrDevelopment) {
  const Words bare(kComplete.begin(), kComplete.begin() + 6);
  Words words = bare;
  EXPECT_NE(Parse(words).error().find("--release"), std::string::npos);
  words.push_back("--dev");
  EXPECT_TRUE(Parse(words).ok());
  words.insert(words.end(), {"--release", "f"});
  EXPECT_FALSE(Parse(words).ok());
  words = bare;
  words.insert(words.end(), {"--dev", "--release-key", kHash});
  EXPECT_FALSE(Parse(words).ok());
}

TEST(Options, NameRequiredLayers) {
  using platform::Layer;
  using platform::LayerSet;
  EXPECT_EQ(Parse(kComplete).value().Required(), platform::kStrict);
  EXPECT_EQ(Parse(Complete({"--dev"})).value().Required(), platform::kIndispensable);
  EXPECT_EQ(Parse(Complete({"--require", "landlock,l1-flush"})).value().Required(),
            (LayerSet{Layer::kLandlock, Layer::kL1Flush}));
  EXPECT_EQ(Parse(Complete({"--dev", "--without=landlock"})).value().without, LayerSet{Layer::kLandlock});
}

TEST(Options, TellOfEveryOptionInTheHelp) {
  for (const char* option :
       {"--enclave FILE", "--make-root-key", "--tpm2-blob FILE", "--require LAYERS", "--dev"})
    EXPECT_NE(Usage().find(option), std::string::npos) << option;
}

using platform::Folder;

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

TEST_F(Folder, AFifoIsRefusedAndNotWaitedFor) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_NE(LoadRootKey(Path("fifo"), false).error().find("not a file"), std::string::npos);
  EXPECT_TRUE(ReadSmallFile(Path("fifo"), 64).empty());
}

class Roots : public Folder {
 protected:
  Sources With(const std::string& keyfile, const std::string& credential) {
    Sources sources;
    if (!keyfile.empty()) sources.keyfile = Path(keyfile);
    sources.credential = credential;
    return sources;
  }
  Result<Root, Problem> Load(const Sources& sources) {
    setenv("CREDENTIALS_DIRECTORY", name_.c_str(), 1);
    Helper none;
    Result<Root, Problem> root = LoadRoot(sources, none);
    unsetenv("CREDENTIALS_DIRECTORY");
    return root;
  }
};

TEST_F(Roots, AKeyFileAloneIsTheRootItself) {
  Write("key", std::string(32, 'k'), 0600);
  const auto root = Load(With("key", ""));
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(AsText(root.value().key.Expose()), std::string(32, 'k'));
  EXPECT_EQ(root.value().source_mask, sealing::kSourceKeyfile);
}

// By another path, too: nothing would be sealed again, and a file that is needed would be destroyed.
TEST_F(Roots, TheKeyBeforeIsAnotherOne) {
  Write("key", std::string(32, 'k'), 0600);
  Write("copy", std::string(32, 'k'), 0400);
  Write("other", std::string(32, 'o'), 0400);
  const auto check = [this](const Sources& before) {
    const auto now = Load(With("key", ""));
    return CheckPrevious(before, now.value(), Load(before).value());
  };
  EXPECT_TRUE(check(With("other", "")).ok());
  EXPECT_TRUE(check(With("key", "other")).ok()) << "it was one of two sources";
  for (const char* same : {"key", "copy"}) {
    const auto refused = check(With(same, ""));
    ASSERT_FALSE(refused.ok()) << same;
    EXPECT_NE(refused.error().find("--previous-root-key"), std::string::npos);
  }
  const auto now = Load(With("key", ""));
  EXPECT_TRUE(CheckPrevious(Sources{}, now.value(), now.value()).ok()) << "only the signer changes";
}

TEST_F(Roots, EverySourceIsPartOfTheRoot) {
  Write("key", std::string(32, 'k'), 0600);
  Write("cred", std::string(32, 'c'), 0400);
  Write("other", std::string(32, 'o'), 0400);
  const auto both = Load(With("key", "cred"));
  ASSERT_TRUE(both.ok()) << both.error();
  EXPECT_EQ(both.value().source_mask, kSourceKeyfile | kSourceCredential);
  const std::set<ByteArray<32>> roots = {both.value().key.Expose(),
                                         Load(With("key", "other")).value().key.Expose(),
                                         Load(With("other", "cred")).value().key.Expose(),
                                         Load(With("cred", "key")).value().key.Expose(),
                                         Load(With("", "cred")).value().key.Expose(),
                                         Load(With("key", "")).value().key.Expose()};
  EXPECT_EQ(roots.size(), 6u);
  // HKDF-SHA256 over "keyfile" || LE32 32 || k... || "credential" || LE32 32 || c...
  EXPECT_EQ(ToHex(both.value().key.Expose()),
            "897d6221c2e91c7ace7636223a8abcb9affe4c13ad6e29c44ff7f09a39f4ffb4");
}

TEST_F(Roots, ASourceThatIsNotThereIsNamed) {
  Write("key", std::string(32, 'k'), 0600);
  const auto no_credential = Load(With("key", "cred"));
  ASSERT_FALSE(no_credential.ok());
  EXPECT_NE(no_credential.error().find("/cred"), std::string::npos) << no_credential.error();
  Sources tpm = With("key", "");
  tpm.tpm2_blob = Path("blob");
  EXPECT_NE(Load(tpm).error().find("blob"), std::string::npos);
  Write("blob", "sealed", 0600);
  EXPECT_NE(Load(tpm).error().find("passport-platform does not run"), std::string::npos);
}

class ReleaseFile : public Folder {
 protected:
  ReleaseFile() {
    release_.measurement = kImage;
    release_.svn = 3;
    release_.build = "passport 1";
    options_.release_path = Path("release");
    options_.release_key = key_.public_key();
  }
  std::string Refusal(const std::string& text) {
    Write("release", text, 0644);
    const auto checked = CheckRelease(options_, kImage);
    return checked.ok() ? "" : checked.error();
  }
  std::string RefusalOfSigned() {
    release_.Sign(key_);
    return Refusal(release_.Encode());
  }
  static constexpr Hash32 kImage = {1, 2, 3};
  crypto::SigningKey key_{crypto::SecretKey32(ByteArray<32>{9})};
  release::Release release_;
  Options options_;
};

TEST_F(ReleaseFile, GivesSignerProductAndVersion) {
  ASSERT_EQ(RefusalOfSigned(), "");
  const auto checked = CheckRelease(options_, kImage);
  ASSERT_TRUE(checked.ok());
  EXPECT_EQ(checked.value(), (platform::Release{crypto::HashSha256(key_.public_key()), 1, 3, "passport 1"}));
  const auto none = CheckRelease(Options(), kImage);
  EXPECT_EQ(none.value(), platform::Release{.svn = kSvnUnsigned});
}

TEST_F(ReleaseFile, OfAnotherImageProductOrVersionIsRefused) {
  release_.measurement[31] ^= 1;
  EXPECT_NE(RefusalOfSigned().find("is of another image"), std::string::npos);
  release_.measurement = kImage;
  release_.product_id = 2;
  EXPECT_NE(RefusalOfSigned().find("is of product 2"), std::string::npos);
  release_.product_id = 1;
  release_.svn = release::kSvnMax + 1;
  EXPECT_NE(RefusalOfSigned().find("above the highest"), std::string::npos);
  release_.svn = release::kSvnMax;
  EXPECT_EQ(RefusalOfSigned(), "");
}

TEST_F(ReleaseFile, OfAnotherSignerIsRefused) {
  release_.Sign(crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{8})));
  EXPECT_NE(Refusal(release_.Encode()).find("not by the key of --release-key"), std::string::npos);
  release_.signer = key_.public_key();  // the right name under the wrong signature
  EXPECT_NE(Refusal(release_.Encode()).find("does not verify"), std::string::npos);
}

TEST_F(ReleaseFile, ThatIsAbsentCutOrChangedIsRefused) {
  EXPECT_NE(CheckRelease(options_, kImage).error().find("cannot read the release file"), std::string::npos);
  release_.Sign(key_);
  const std::string good = release_.Encode();
  for (const std::size_t size : {std::size_t{1}, good.size() / 2, good.size() - 1})
    EXPECT_NE(Refusal(good.substr(0, size)).find("damaged"), std::string::npos) << size;
  EXPECT_NE(Refusal(good + "\n").find("damaged"), std::string::npos);
  // Every bit of it: tests/unit/release.
  for (std::size_t at = 0; at < good.size(); at += 7) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_NE(Refusal(changed), "") << at;
  }
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
                                        DeriveProductKey(root, {.svn = 1}).Expose(),
                                        DeriveProductKey(root, {.svn = 2}).Expose(),
                                        DeriveProductKey(other_root, {.svn = 1}).Expose(),
                                        DeriveProductKey(root, {Hash32{1}, 1, 1, ""}).Expose(),
                                        DeriveProductKey(root, {Hash32{2}, 1, 1, ""}).Expose(),
                                        DeriveProductKey(root, {Hash32{1}, 2, 1, ""}).Expose(),
                                        root.Expose()};
  EXPECT_EQ(keys.size(), 10u);
  EXPECT_EQ(DeriveUniqueKey(root, measurement).Expose(), DeriveUniqueKey(root, measurement).Expose());
}

TEST(Keys, OfAnOlderVersionFollowFromANewerOne) {
  const crypto::SecretKey32 root(ByteArray<32>{1});
  for (const Hash32& signer : {Hash32{}, Hash32{7}}) {
    const auto key_of = [&](std::uint32_t svn) { return DeriveProductKey(root, {signer, 1, svn, ""}); };
    EXPECT_EQ(sealing::LowerSvnKey(key_of(2), 1).Expose(), key_of(1).Expose());
    EXPECT_EQ(sealing::LowerSvnKey(key_of(sealing::kSvnMax), sealing::kSvnMax).Expose(), key_of(0).Expose());
  }
}

TEST(Keys, BeforeAnotherSignerAreThoseThatTheEnclaveHadThen) {
  const crypto::SecretKey32 root(ByteArray<32>{1});
  const Hash32 signer{5};
  const platform::Release now{Hash32{7}, 1, 3, "now"};
  Options options;
  EXPECT_EQ(ReleaseBefore(options, now), now);
  EXPECT_FALSE(options.HasPrevious());
  options.previous_release_key = signer;
  EXPECT_TRUE(options.HasPrevious());
  const platform::Release signed_before{crypto::HashSha256(signer), 1, 2, "before"};
  EXPECT_EQ(sealing::LowerSvnKey(DeriveProductKey(root, ReleaseBefore(options, now)), 1).Expose(),
            DeriveProductKey(root, signed_before).Expose());
  // The enclave of now being unsigned, too.
  EXPECT_EQ(DeriveProductKey(root, ReleaseBefore(options, {.svn = kSvnUnsigned})).Expose(),
            DeriveProductKey(root, {crypto::HashSha256(signer), 1, kSvnUnsigned, ""}).Expose());
  options.previous_release_key = Hash32{};
  EXPECT_EQ(sealing::LowerSvnKey(DeriveProductKey(root, ReleaseBefore(options, now)), 2).Expose(),
            DeriveProductKey(root, {.svn = kSvnUnsigned}).Expose());
}

TEST(Options, NameWhatWasBefore) {
  const auto options = Parse(Complete({"--key-epoch", "2", "--previous-root-key", "old",
                                       "--previous-credential", "c", "--previous-tpm2-blob", "b",
                                       "--previous-release-key", "none", "--tpm2", "t", "--platform", "p"}));
  ASSERT_TRUE(options.ok()) << options.error();
  EXPECT_EQ(options.value().previous.keyfile, "old");
  EXPECT_EQ(options.value().previous.credential, "c");
  EXPECT_EQ(options.value().previous.tpm2_blob, "b");
  EXPECT_EQ(options.value().previous_release_key, Hash32{});
  const auto signer = Parse(Complete({"--key-epoch", "1", "--previous-release-key", kHash}));
  ASSERT_TRUE(signer.ok());
  EXPECT_EQ(ToHex(*signer.value().previous_release_key), kHash);
  EXPECT_TRUE(signer.value().previous.empty());
}

// Records of nodes that exist were sealed under these: they never change.
TEST(Keys, AreThoseOfEarlierBuilds) {
  const crypto::SecretKey32 root(ByteArray<32>{1});
  EXPECT_EQ(ToHex(DeriveProductKey(root, {.svn = 1}).Expose()),
            "9d7aadeaef575ce440c99c114149285abdef24e9b95820151802629356111ff7");
  EXPECT_EQ(ToHex(DeriveProductKey(root, {Hash32{7}, 1, 3, ""}).Expose()),
            "23783b5a5b93f53e7b9f0b52ccf1d4f8cc7e2b1b8badafac8b120cc0db0c59ae");
}

}  // namespace
}  // namespace passport::launcher
