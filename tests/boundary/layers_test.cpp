// Each layer of confinement left out on purpose: the start is refused where the layer is required, and
// claimed as off where it is not. Never silence.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/boundary/launcher_run.h"
#include "trusted/launcher/supervisor.h"

namespace passport::boundary {
namespace {

using launcher::End;
using platform::Layer;
using platform::LayerRow;

const Ending kRefused{false, static_cast<int>(End::kFinal)};

// The two that the enclave finds before it can tell passportd more than an exit code.
std::string RefusalOf(const LayerRow& row) {
  if (row.layer == Layer::kOwnDescriptors) return "descriptors other than the expected five";
  if (row.layer == Layer::kEmptyEnvironment) return "arguments or environment at start";
  return "the enclave refuses to run: layer " + std::string(row.name) + " is off";
}

RunOptions Without(std::vector<std::string> more) {
  return {.development = true, .more = std::move(more), .enclave = BOUNDARY_FAKE_ENCLAVE};
}

// What the arena's layers are made of is there or not before passportd's wishes are known.
bool CanBeLeftOut(const LayerRow& row) { return row.layer < static_cast<Layer>(35); }

class LeftOut : public testing::TestWithParam<LayerRow> {};

TEST_P(LeftOut, IsClaimedAsOffOrRefused) {
  if (!CanBeLeftOut(GetParam())) GTEST_SKIP() << "the arena is mapped before the first option is read";
  const std::string name(GetParam().name);
  RunOptions options = Without({"--without", name});
  options.host_mode = "link";
  options.host_words = {"0"};
  LauncherRun run(options);
  if (platform::kIndispensable.Has(GetParam().layer)) {
    run.AwaitLog(RefusalOf(GetParam()));
    EXPECT_EQ(run.AwaitEnd(), kRefused);
    return;
  }
  const std::string warning = run.AwaitLog("warning: layers of confinement that do not hold");
  EXPECT_NE((warning + ",").find(" " + name + " off,"), std::string::npos) << warning;
  run.AwaitHost("counter ");  // it runs
}

TEST_P(LeftOut, IsRefusedWhereItIsRequired) {
  if (!CanBeLeftOut(GetParam())) GTEST_SKIP() << "the arena is mapped before the first option is read";
  const std::string name(GetParam().name);
  LauncherRun run(Without({"--without", name, "--require", name}));
  run.AwaitLog(RefusalOf(GetParam()));
  EXPECT_EQ(run.AwaitEnd(), kRefused);
}

INSTANTIATE_TEST_SUITE_P(Of, LeftOut, testing::ValuesIn(platform::kLayers), [](const auto& instance) {
  std::string name(instance.param.name);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Layers, AreNotLeftOutInProduction) {
  if (!IsRoot()) GTEST_SKIP() << "without root all runs are of development";
  LauncherRun run({.more = {"--without", "landlock"}});
  run.AwaitLog("--without leaves protection out, which goes with --dev only");
  EXPECT_EQ(run.AwaitEnd(), (Ending{false, static_cast<int>(End::kBadOptions)}));
}

}  // namespace
}  // namespace passport::boundary
