// A network whose operators give it attestation policies.
#pragma once

#include "tests/sim/world.h"
#include "trusted/core/policy_statement.h"

namespace passport::sim {

inline Hash32 ImageOf(std::uint8_t last) {
  Hash32 out{};
  out[31] = last;
  return out;
}

inline std::string PolicyFile(unsigned version, const std::string& providers = R"("none":{})",
                              const std::string& more = "", unsigned age_s = 600, std::uint8_t image = 1) {
  return R"({"version":)" + std::to_string(version) + R"(,"providers":{)" + providers +
         R"(},"measurements":[")" + ToHex(ImageOf(image)) + R"("],"evidence_age_max_s":)" +
         std::to_string(age_s) + more + "}";
}

inline void SignPolicy(Network& network, core::PolicyStatement& statement,
                       const std::vector<PartyIndex>& by) {
  statement.signatures.clear();
  for (const PartyIndex party : by)
    statement.signatures.emplace(party, network.operators().at(party).Sign(statement.SignedHash()));
}

inline core::PolicyStatement SignedPolicy(Network& network, const std::string& file,
                                          const std::vector<PartyIndex>& by) {
  core::PolicyStatement out;
  out.network = network.manifest().network_id;
  out.number = network.unix_ms();
  out.expires_unix_ms = out.number + 60'000;
  out.file = file;
  SignPolicy(network, out, by);
  return out;
}

// Every enclave has the layer seccomp but those that lack it, and all have one image.
class Policies : public ::testing::Test {
 protected:
  explicit Policies(Options options = {}) : network(std::move(options)) {
    network.on_start = [this](PartyIndex party, core::CoreConfig& config) {
      config.measurement = ImageOf(image);
      config.confinement = {{"seccomp", lacking.contains(party) ? "off" : "applied"}};
    };
    for (const PartyIndex party : kAll) network.LimitResumes(party, 0);  // no setups: sessions are enough
    network.Form();
    EXPECT_TRUE(AllMeet());
  }
  // Whether every node comes to have a session with every other.
  ::testing::AssertionResult AllMeet() {
    const auto met = [this] {
      return std::ranges::all_of(kAll, [this](PartyIndex at) {
        return std::ranges::all_of(kAll,
                                   [&](PartyIndex peer) { return PeerFlag(network, at, peer, "connected"); });
      });
    };
    if (network.RunUntil(met, 10'000)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << network.Health(kOne);
  }
  Status Give(PartyIndex party, const std::string& file, const std::vector<PartyIndex>& by = {kOne, kTwo}) {
    network.Run(10);  // another number than the statement before
    return network.Admin(party, SignedPolicy(network, file, by));
  }
  void GiveAll(const std::string& file) {
    for (const PartyIndex party : kAll) EXPECT_EQ(Give(party, file), Status::kOk);
  }
  std::uint64_t VersionAt(PartyIndex party) {
    const auto answer = json::Parse(network.Evidence(party, {})).value();
    return answer.Find("readable")->GetU64("policy_version").value();
  }
  // Whether GET /health of a node names this as something that it cannot do, for a reason with these words.
  bool Says(PartyIndex party, std::string_view what, std::string_view why) {
    const auto health = json::Parse(network.Health(party)).value();
    return std::ranges::any_of(health.Find("cannot")->AsArray().value(), [&](const json::Value& each) {
      return each.GetString("what").value().starts_with(what) &&
             each.GetString("why").value().find(why) != std::string_view::npos;
    });
  }

  static constexpr std::array kAll = {kOne, kTwo, kThree};
  Network network;
  std::set<PartyIndex> lacking;
  std::uint8_t image = 1;
};

}  // namespace passport::sim
