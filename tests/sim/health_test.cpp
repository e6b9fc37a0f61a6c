// What GET /health and GET /enclave say to an operator: why a node does not serve, who is away, what a legacy
// request is worth.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/sim/client.h"
#include "trusted/json/json.h"

namespace passport::sim {
namespace {

class Health : public ::testing::Test {
 protected:
  Health() : network({}) {
    network.Form();
    EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000)) << network.Health(kOne);
  }
  // What node 3 says after a start on the records that `change` left.
  template <class F>
  std::string AfterStartOn(F&& change) {
    network.Kill(kThree);
    change(network.Disk(kThree));
    network.Start(kThree);
    return network.Health(kThree);
  }
  Network network;
};

void ExpectRefused(const std::string& health, const std::string& why, const std::string& next) {
  EXPECT_NE(health.find("\"status\":\"unable\",\"phase\":\"boot\""), std::string::npos) << health;
  EXPECT_NE(health.find(why), std::string::npos) << health;
  EXPECT_NE(health.find(next), std::string::npos) << health;
  EXPECT_EQ(health.find("manifest init"), std::string::npos) << health;
}

TEST_F(Health, RecordsOfAnotherRootKeyAreNamedWithTheFlagThatMendsIt) {
  // The same as a wrong key file: records and key do not belong together.
  const std::string health = AfterStartOn([&](auto& disk) { disk = network.Disk(kTwo); });
  ExpectRefused(health, "cannot be opened with this node's key", "--root-key file that belongs to this data");
}

TEST_F(Health, ARecordThatWasChangedOnTheDiskIsNotAMissingManifest) {
  const std::string health = AfterStartOn([](auto& disk) { disk.rbegin()->second.back() ^= 1; });
  ExpectRefused(health, "cannot be opened with this node's key", "restore the newest copy");
}

TEST_F(Health, AMissingRecordIsARollback) {
  const std::string health = AfterStartOn([](auto& disk) { disk.erase(std::prev(disk.end())); });
  ExpectRefused(health, "older than those this enclave last left, or some are missing",
                "restore the newest copy");
}

TEST_F(Health, ANewNodeWaitsForItsManifest) {
  const std::string health = AfterStartOn([](auto& disk) { disk.clear(); });
  EXPECT_NE(health.find("the node has no manifest"), std::string::npos) << health;
  EXPECT_NE(health.find("\"phase\":\"waiting_for_manifest\""), std::string::npos) << health;
}

TEST_F(Health, NamesTheNodeThatIsAwayWhileAllElseWorks) {
  EXPECT_NE(network.Health(kOne).find("\"away\":[]"), std::string::npos) << network.Health(kOne);
  network.Kill(kThree);
  network.Run(100);
  const std::string health = network.Health(kOne);
  EXPECT_NE(health.find("\"status\":\"ok\""), std::string::npos) << health;
  EXPECT_NE(health.find("\"away\":[{\"party\":3,\"why\":\"node 3 is not connected\",\"do\":\"start node 3"),
            std::string::npos)
      << health;
}

// An enclave without a network whose platform found these layers.
struct LoneCore {
  explicit LoneCore(std::vector<core::Claim> confinement)
      : core({.keys = {rng.Key(), rng.Key(), 1}, .build = "test", .confinement = std::move(confinement)},
             rng) {}
  std::string Health() {
    edl::Effects effects;
    EXPECT_EQ(core.HandleStatus({.token = 1}, effects), Status::kOk);
    return std::string(AsText(std::get<edl::ReplyEffect>(effects.list.back()).body));
  }
  // What hello reports; the host makes a metric of it.
  std::optional<std::uint64_t> MissingAtHello() {
    edl::Effects effects;
    EXPECT_EQ(core.HandleHello({}, effects), Status::kOk);
    for (const edl::Effect& effect : effects.list) {
      const auto* log = std::get_if<edl::LogEffect>(&effect);
      if (log != nullptr && log->code == static_cast<std::uint16_t>(Event::kLayersMissing)) return log->value;
    }
    return std::nullopt;
  }
  crypto::SystemRng rng;
  core::Core core;
};

TEST(Confinement, ThatIsMissingIsNamedInHealthAndCountedForMetrics) {
  LoneCore partial({{"mode", "development"},
                    {"seccomp", "applied"},
                    {"separate-uid", "off"},
                    {"pid-namespace", "not applicable"},
                    {"landlock", "unavailable (ENOSYS)"}});
  const std::string health = partial.Health();
  EXPECT_NE(health.find("\"confinement_missing\":[\"separate-uid\",\"landlock\"]"), std::string::npos)
      << health;
  EXPECT_EQ(partial.MissingAtHello(), 2u);
}

TEST(Confinement, ThatIsWholeLeavesTheListEmpty) {
  LoneCore whole({{"mode", "production"}, {"seccomp", "applied"}});
  EXPECT_NE(whole.Health().find("\"confinement_missing\":[]"), std::string::npos) << whole.Health();
  EXPECT_EQ(whole.MissingAtHello(), 0u);
}

std::string WordsOf(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  for (std::string word; in >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
}

// rules.md 1: the same words everywhere.
TEST_F(Health, TheEnclaveTheReadmeAndTheThreatModelSayTheSameOfLegacyRequests) {
  const auto enclave = json::Parse(network.Enclave(kOne));
  ASSERT_TRUE(enclave.ok());
  const std::string binding(enclave.value().GetString("request_binding").value());
  EXPECT_TRUE(binding.starts_with("In legacy mode whoever has seen one valid header set"));
  for (const char* file : {"README.md", "docs/threat-model.md"}) {
    std::ifstream in(std::string(PASSPORT_SOURCE_DIR) + "/" + file);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    EXPECT_NE(WordsOf(text).find(binding), std::string::npos) << file;
  }
}

}  // namespace
}  // namespace passport::sim
