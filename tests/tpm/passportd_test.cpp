// passportd with a TPM: the first start makes the root key, later ones get it back, and a changed machine
// does not start.
#include <filesystem>

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

}  // namespace
}  // namespace passport::tpm_test
