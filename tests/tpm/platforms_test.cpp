// The other providers through the locked program: a played configfs-tsm, and a device that is no Nitro Secure
// Module.
#include <fstream>

#include "tests/tpm/fixture.h"
#include "tests/unit/devices/fake_tsm.h"
#include "trusted/attest/evidence.h"

namespace passport::tpm_test {
namespace {

platform_link::Probe ProbeOf(attest::Provider provider, const Reply& started) {
  const Result<std::vector<platform_link::Probe>> probes = platform_link::ParseProbes(started.body);
  if (!started.ok || !probes.ok()) return {};
  for (const platform_link::Probe& probe : probes.value()) {
    if (probe.provider == static_cast<std::uint8_t>(provider)) return probe;
  }
  return {};
}

TEST(Platforms, SnpQuotesThroughConfigfs_UnderTheLock) {
  devices::FakeTsm kernel({.report = Bytes(1184, 5), .certificates = Bytes(6000, 6)});
  PlatformRun run("", {"--tsm", kernel.folder()});
  const Reply started = run.Start(crypto::HashSha256(Bytes{}));
  EXPECT_TRUE(ProbeOf(attest::Provider::kSnp, started).available);
  EXPECT_EQ(ProbeOf(attest::Provider::kTdx, started).text,
            "unavailable: configfs-tsm has the other provider");
  const Reply reply = run.Call(Op::kQuote, Bytes(64, 0x42));
  ASSERT_TRUE(reply.ok) << reply.text();
  const Result<attest::Evidence> evidence = attest::Evidence::Parse(reply.body);
  ASSERT_TRUE(evidence.ok());
  EXPECT_EQ(evidence.value().provider, attest::Provider::kSnp);
  EXPECT_EQ(evidence.value().quote, Bytes(1184, 5));
  EXPECT_EQ(kernel.asked(), Bytes(64, 0x42));
  EXPECT_EQ(run.End(), 0);
}

// A failed quote is a refusal, in development too: nothing weaker steps in.
TEST(Platforms, DeviceThatIsNoSecureModule_RefusesAndNothingStepsIn) {
  const std::string file = testing::TempDir() + "passport-no-nsm-" + std::to_string(getpid());
  std::ofstream(file) << "nothing";
  ASSERT_EQ(chmod(file.c_str(), 0666), 0);
  PlatformRun run("", {"--nsm", file});
  EXPECT_TRUE(ProbeOf(attest::Provider::kNitro, run.Start(crypto::HashSha256(Bytes{}), 1)).available);
  const Reply reply = run.Call(Op::kQuote, Bytes(64, 0x42));
  EXPECT_FALSE(reply.ok);
  EXPECT_NE(reply.text().find("does not answer: ENOTTY"), std::string::npos) << reply.text();
  EXPECT_EQ(run.End(), 0);
  unlink(file.c_str());
}

TEST(Platforms, OfThisMachine_SayWhyNot) {
  PlatformRun run;
  const Reply started = run.Start(crypto::HashSha256(Bytes{}));
  EXPECT_EQ(ProbeOf(attest::Provider::kSgx, started).text, "unavailable: needs an SGX build of the core");
  for (const attest::Provider provider :
       {attest::Provider::kSnp, attest::Provider::kTdx, attest::Provider::kNitro}) {
    const platform_link::Probe probe = ProbeOf(provider, started);
    std::printf("%s: %s\n", std::string(attest::NameOf(provider)).c_str(), probe.text.c_str());
    EXPECT_EQ(probe.available, !probe.text.starts_with("unavailable: ")) << probe.text;
  }
}

TEST(Platforms, BadCommandLines_EndTheProgram) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--tpm2"}, {"--tpm2", ""}, {"--unknown", "x"}, {"--uid", "0"}, {"--uid", "12x"}, {"extra"}})
    EXPECT_EQ(PlatformRun("", words).End(), 64) << words[0];
}

}  // namespace
}  // namespace passport::tpm_test
