// passportd with a TPM: the first start makes the root key, later ones get it back, and a changed machine
// does not start.
#include <filesystem>
#include <sstream>

#include "tests/boundary/launcher_run.h"
#include "tests/tpm/fixture.h"

namespace passport::tpm_test {
namespace {

using boundary::LauncherRun;

class Passportd : public TpmTest {
 protected:
  std::string blob() { return tpm().folder() + "/blob"; }
  boundary::RunOptions Options(const std::vector<std::string>& more = {}) {
    boundary::RunOptions out;
    out.more = {"--platform", PASSPORT_PLATFORM, "--tpm2", tpm().Name(), "--tpm2-blob", blob()};
    out.more.insert(out.more.end(), more.begin(), more.end());
    return out;
  }
  static void Stop(LauncherRun& run) {
    run.Signal(SIGTERM);
    EXPECT_EQ(run.AwaitEnd(), (boundary::Ending{false, 0}));
  }
};

TEST_F(Passportd, SealsItsRootKeyFirst_AndUnsealsItLater_AlsoAfterAReboot) {
  {
    LauncherRun first(Options());
    first.AwaitStarted();
    EXPECT_TRUE(std::filesystem::exists(blob()));
    Stop(first);
  }
  const std::string sealed = boundary::ReadFile(blob());
  for (const bool reboot : {false, true}) {
    if (reboot) tpm().Reboot();
    LauncherRun later(Options());
    later.AwaitStarted();
    Stop(later);
    EXPECT_EQ(boundary::ReadFile(blob()), sealed);
  }
}

TEST_F(Passportd, OnAChangedMachine_DoesNotStartAndSaysWhy) {
  {
    LauncherRun first(Options());
    first.AwaitStarted();
    Stop(first);
  }
  Extend(4);
  LauncherRun changed(Options());
  changed.AwaitLog("PCR 4 differs: undo the change of firmware, boot loader");
  EXPECT_EQ(changed.AwaitEnd(), (boundary::Ending{false, 3}));
}

TEST_F(Passportd, WithoutItsTpm_DoesNotStart) {
  tpm().PowerOff();
  LauncherRun run(Options());
  run.AwaitLog("cannot reach the TPM swtpm:path=");
  EXPECT_EQ(run.AwaitEnd(), (boundary::Ending{false, 3}));
  EXPECT_FALSE(std::filesystem::exists(blob()));
}

TEST_F(Passportd, SealsForTheNextImage) {
  LauncherRun run(Options({"--tpm2-next", ToHex(Measurement("next"))}));
  run.AwaitStarted();
  Stop(run);
  tpm().Reboot();
  PlatformRun next(tpm().Name());
  ASSERT_TRUE(next.Start(Measurement("next")).ok);
  const std::string sealed = boundary::ReadFile(blob() + ".next");
  EXPECT_TRUE(next.Call(Op::kUnseal, AsBytes(sealed)).ok);
  EXPECT_FALSE(next.Call(Op::kUnseal, AsBytes(boundary::ReadFile(blob()))).ok);
}

// What the enclave gets, told by one that keeps nothing: words after "product", and after "before".
struct Given {
  std::string counter, product, before, sources_before;
  explicit Given(const std::string& line) {
    std::istringstream words(line);
    for (std::string name, value; words >> name >> value;) {
      if (name == "counter") counter = value;
      if (name == "product") product = value;
      if (name == "before") before = value;
      if (name == "sources") sources_before = value;  // the last one
    }
  }
};

class FormerKeys : public Passportd {
 protected:
  // With a key file that stays and the fake enclave.
  Given Start(std::vector<std::string> more) {
    boundary::LauncherRun run(Run(std::move(more)));
    const Given given(run.AwaitHost("counter"));
    Stop(run);
    return given;
  }
  boundary::RunOptions Run(std::vector<std::string> more) {
    more.insert(more.end(), {"--root-key", key(), "--platform", PASSPORT_PLATFORM});
    return {
        .host_mode = "link", .more = std::move(more), .enclave = BOUNDARY_FAKE_ENCLAVE, .host_words = {"0"}};
  }
  std::string key() { return tpm().folder() + "/key"; }
  std::vector<std::string> WithTpm(const std::string& file, const std::string& epoch) {
    return {"--tpm2", tpm().Name(), "--tpm2-blob", file, "--key-epoch", epoch};
  }
};

std::vector<std::string> operator+(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// The way through an update of the firmware: without the TPM while the registers change, then with it again.
// Each start has the keys of the one before, and no other way leads on.
TEST_F(FormerKeys, LeadAroundAChangeOfTheMachine) {
  const std::string second = blob() + "2";
  const Given file = Start({});
  const Given both = Start(WithTpm(blob(), "1") + std::vector<std::string>{"--previous-root-key", key()});
  EXPECT_EQ(both.before, file.product);
  EXPECT_EQ(both.sources_before, "1");
  EXPECT_NE(both.product, file.product);
  const std::vector<std::string> leave = {
      "--tpm2", tpm().Name(),           "--key-epoch", "2", "--previous-root-key",
      key(),    "--previous-tpm2-blob", blob()};
  const Given left = Start(leave);
  EXPECT_EQ(left.product, file.product);
  EXPECT_EQ(left.before, both.product);
  EXPECT_EQ(left.sources_before, "3");
  EXPECT_NE(left.counter, "none");  // it judges the store once more

  Extend(0);  // new firmware
  for (const std::vector<std::string>& late :
       {leave, WithTpm(blob(), "3") + std::vector<std::string>{"--previous-root-key", key()}}) {
    boundary::LauncherRun run(Run(late));
    run.AwaitLog("PCR 0 differs");
    EXPECT_EQ(run.AwaitEnd(), (boundary::Ending{false, 3}));
  }
  const Given again = Start(WithTpm(second, "3") + std::vector<std::string>{"--previous-root-key", key()});
  EXPECT_EQ(again.before, file.product);
  EXPECT_NE(again.product, both.product);
  EXPECT_EQ(Start(WithTpm(second, "3")).product, again.product);
}

}  // namespace
}  // namespace passport::tpm_test
