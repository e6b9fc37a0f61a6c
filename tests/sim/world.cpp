#include "tests/sim/world.h"

#include <algorithm>

#include "trusted/json/json.h"

namespace passport::sim {
namespace {

constexpr std::uint64_t kRepairMs = 60'000;  // a failed pair setup is tried again after up to 40 s

std::vector<PartyIndex> AllOf(const Network& network) {
  std::vector<PartyIndex> out;
  for (const peer::ManifestRow& row : network.manifest().rows) out.push_back(row.party);
  return out;
}

Client ClientOf(Network& network, crypto::Rng& rng, std::string_view config) {
  network.Form();
  if (!network.RunUntil([&] { return Whole(network); }, kRepairMs))
    ADD_FAILURE() << "the network did not form: " << network.Health(kOne);
  return MakeClient(network, rng, config);
}

}  // namespace

World::World(const Options& options, std::string_view config)
    : network(options),
      rng(options.seed),
      client(ClientOf(network, rng, config)),
      address(Register(network, client, kOne, "alice")) {}

::testing::AssertionResult World::Restore() {
  network.tap = nullptr;
  network.delay_ms = nullptr;
  network.core_tap = nullptr;
  network.on_fetch = nullptr;
  for (const PartyIndex party : AllOf(network)) {
    network.Hang(party, false);
    network.SetClockAhead(party, 0);
    network.LimitResumes(party, std::nullopt);
    if (!network.up(party)) network.Start(party);
  }
  const bool whole = network.RunUntil([&] { return Whole(network); }, kRepairMs);
  network.log().clear();
  if (whole) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << network.Health(kOne) << network.Health(kTwo);
}

void World::Forgive() {
  for (int i = 0; i < 4; ++i) {  // each minute halves what is remembered
    network.Skip(60'000);
    network.Run(20);
  }
  for (const PartyIndex at : AllOf(network)) {
    for (const PartyIndex peer : AllOf(network)) {
      if (at == peer) continue;
      core::AdminStatement statement;
      statement.network = network.manifest().network_id;
      statement.node = at;
      statement.number = kUnixStartMs + ++statements;
      statement.expires_unix_ms = network.unix_ms() + 60'000;
      statement.argument = peer;
      statement.signer = at;
      statement.signature = network.operators().at(at).Sign(statement.SignedHash());
      EXPECT_EQ(network.Admin(at, statement), Status::kOk);
    }
  }
}

World::Account World::BeginWithAccount() {
  Forgive();
  EXPECT_TRUE(Restore());
  std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ranges::replace(name, '/', '-');
  std::string registered = Register(network, client, kOne, name);
  network.Run(100);
  network.log().clear();
  return {std::move(name), std::move(registered)};
}

std::string World::SignReply(PartyIndex gateway, std::string_view message) {
  return network.Ask(gateway, client.developer->PersonalSign("alice", AsBytes(message)));
}

::testing::AssertionResult World::Signs(PartyIndex gateway, std::string_view message) {
  return sim::Signs(network, client, gateway, "alice", address, message);
}

::testing::AssertionResult World::SignsEverywhere() {
  for (const PartyIndex gateway : AllOf(network)) {
    const auto outcome = Signs(gateway);
    if (!outcome) return outcome;
  }
  return ::testing::AssertionSuccess();
}

bool PeerFlag(Network& network, PartyIndex at, PartyIndex peer, std::string_view flag) {
  const auto health = json::Parse(network.Health(at)).value();
  const auto rows = health.Find("nodes")->AsArray().value();
  return std::ranges::any_of(rows, [&](const json::Value& row) {
    return row.GetU64("party").value() == peer.value && row.GetBool(flag).value();
  });
}

World::~World() = default;

template <bool kRelayed>
World& SharedWorld<kRelayed>::Instance() {
  static World instance(
      Options{.seed = kRelayed ? 12u : 11u, .relayed = kRelayed, .presign = {.total_max = 0}});
  return instance;
}
template class SharedWorld<false>;
template class SharedWorld<true>;

bool Whole(Network& network) {
  return std::ranges::all_of(AllOf(network), [&](const PartyIndex at) {
    if (!network.up(at)) return true;
    const auto health = json::Parse(network.Health(at)).value();
    const json::Value* nodes = health.Find("nodes");
    if (nodes == nullptr || health.GetString("status").value() == "unable") return false;
    return std::ranges::all_of(nodes->AsArray().value(), [&](const json::Value& row) {
      const PartyIndex peer{static_cast<std::uint16_t>(row.GetU64("party").value())};
      return !network.up(peer) || row.GetBool("ready").value();
    });
  });
}

}  // namespace passport::sim
