// What GET /health and GET /enclave say to an operator: why a node does not serve, who is away, what a legacy
// request is worth.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/sim/world.h"
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
  EXPECT_NE(health.find("\"status\":\"degraded\""), std::string::npos) << health;
  EXPECT_NE(health.find("\"away\":[{\"party\":3,\"why\":\"node 3 is not connected\",\"do\":\"start node 3"),
            std::string::npos)
      << health;
}

// "ok" is only said when nothing is wrong anywhere: monitoring looks at nothing else.
TEST_F(Health, IsOkOnlyWhileEveryNodeIsThere) {
  const auto status = [this] {
    return std::string(json::Parse(network.Health(kOne)).value().GetString("status").value());
  };
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 10'000));
  EXPECT_EQ(status(), "ok");
  network.Kill(kThree);
  network.Run(100);
  EXPECT_EQ(status(), "degraded");
  network.Kill(kTwo);
  network.Run(100);
  EXPECT_EQ(status(), "unable");
}

TEST_F(Health, APeerWhoseEnclaveHangsDoesNotAnswerThoughItsLinkIsUp) {
  network.Hang(kTwo, true);
  network.Hang(kThree, true);
  network.Run(core::NetworkTime::kFreshMs + 1'000);
  const std::string hung = network.Health(kOne);
  EXPECT_NE(hung.find("\"status\":\"unable\""), std::string::npos) << hung;
  EXPECT_NE(hung.find("\"what\":\"sign\",\"why\":\"2 nodes are needed, 1 are ready\",\"do\":\"look at the "
                      "log of node(s) 2, 3"),
            std::string::npos)
      << hung;
  EXPECT_NE(hung.find("node 2 is connected and has said nothing for 15 s"), std::string::npos) << hung;
  EXPECT_FALSE(PeerFlag(network, kOne, kTwo, "answers"));
  EXPECT_FALSE(PeerFlag(network, kOne, kTwo, "ready"));
  EXPECT_TRUE(PeerFlag(network, kOne, kTwo, "connected"));
  network.Hang(kTwo, false);
  network.Hang(kThree, false);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 10'000)) << network.Health(kOne);
  EXPECT_NE(network.Health(kOne).find("\"status\":\"ok\""), std::string::npos) << network.Health(kOne);
}

// A node that runs is not to be started.
TEST_F(Health, WaitsForANodeThatIsConnectedAndNotReady) {
  network.Kill(kThree);
  network.Kill(kTwo);
  network.LimitResumes(kOne, 0);
  network.Start(kTwo);
  network.Run(1'000);
  const std::string health = network.Health(kOne);
  EXPECT_NE(
      health.find("\"do\":\"start node(s) 3 or mend the network between them; wait until node(s) 2 and this "
                  "node are set up\""),
      std::string::npos)
      << health;
  network.LimitResumes(kOne, std::nullopt);
}

class ColdStart : public ::testing::Test {
 protected:
  explicit ColdStart(peer::RollbackRule rule = peer::RollbackRule::kStrict)
      : world(Options{.seed = 87, .rollback = rule}), network(world.network) {
    for (const PartyIndex party : {kOne, kTwo, kThree}) network.Kill(party);
    network.Start(kOne);
    network.Start(kTwo);
    network.Run(5'000);
  }
  World world;
  Network& network;
};

TEST_F(ColdStart, SaysWhatWaitsForTheMissingNodeAndWhoCanDoWithoutIt) {
  for (const PartyIndex node : {kOne, kTwo}) {
    const std::string health = network.Health(node);
    EXPECT_NE(health.find("\"status\":\"unable\""), std::string::npos) << health;
    EXPECT_NE(
        health.find("\"can\":[],\"cannot\":[{\"what\":\"sign, register accounts, create and update scopes\""),
        std::string::npos)
        << health;
    EXPECT_NE(health.find("it waits for node(s) 3\""), std::string::npos) << health;
    EXPECT_NE(health.find("passport admin resume"), std::string::npos) << health;
    EXPECT_EQ(health.find("envelope key"), std::string::npos) << health;
  }
  const std::string reply = world.SignReply(kOne);
  EXPECT_EQ(ErrorName(reply), "too_few_nodes");
  EXPECT_NE(reply.find("\"missing_nodes\":[3]"), std::string::npos) << reply;
  EXPECT_NE(reply.find("passport admin resume"), std::string::npos) << reply;
}

TEST_F(ColdStart, EndsWhenTheMissingNodeIsBack) {
  network.Start(kThree);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 20'000));
  network.Run(1'000);
  EXPECT_NE(network.Health(kOne).find("\"status\":\"ok\""), std::string::npos) << network.Health(kOne);
  EXPECT_TRUE(world.SignsEverywhere());
}

// What it has used since its start it may go on using.
TEST_F(ColdStart, OfANodeThatKnowsTheEnvelopeKeyLeavesSigningToItsRecords) {
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 20'000));
  ASSERT_TRUE(world.SignsEverywhere());
  network.Kill(kThree);
  network.Run(100);
  const std::string health = network.Health(kOne);
  EXPECT_NE(health.find("\"status\":\"degraded\""), std::string::npos) << health;
  EXPECT_NE(
      health.find("\"can\":[\"sign\"],\"cannot\":[{\"what\":\"register accounts, create scopes, or use those "
                  "that were not used since its start\""),
      std::string::npos)
      << health;
  EXPECT_TRUE(world.Signs(kOne));
  EXPECT_EQ(ErrorName(network.Ask(kOne, world.client.developer->Register("new"))), "too_few_nodes");
}

struct WeakColdStart : ColdStart {
  WeakColdStart() : ColdStart(peer::RollbackRule::kWeak) {}
};

TEST_F(WeakColdStart, NeedsOneOtherOnly) {
  const std::string health = network.Health(kOne);
  EXPECT_NE(
      health.find("\"can\":[\"sign\",\"register accounts\",\"create and update scopes\"],\"cannot\":[]"),
      std::string::npos)
      << health;
  EXPECT_TRUE(world.Signs(kOne));
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
  std::vector<std::uint64_t> ValuesAtHello(Event event) {
    edl::Effects effects;
    EXPECT_EQ(core.HandleHello({}, effects), Status::kOk);
    std::vector<std::uint64_t> out;
    for (const edl::Effect& effect : effects.list) {
      const auto* log = std::get_if<edl::LogEffect>(&effect);
      if (log != nullptr && log->code == static_cast<std::uint16_t>(event)) out.push_back(log->value);
    }
    return out;
  }
  std::uint64_t MissingAtHello() { return ValuesAtHello(Event::kLayersMissing).at(0); }
  std::vector<std::uint64_t> LayersAtHello() { return ValuesAtHello(Event::kLayer); }
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
  // Number and state of each, for metrics; the mode is no layer.
  EXPECT_EQ(partial.LayersAtHello(), (std::vector<std::uint64_t>{0x118, 0x303, 0x404, 0x216}));
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
