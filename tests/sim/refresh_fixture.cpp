#include "tests/sim/refresh_fixture.h"

#include <algorithm>

#include "trusted/json/json.h"

namespace passport::sim {
namespace {

constexpr PartyIndex kAll[] = {kOne, kTwo, kThree};

}  // namespace

void RefreshFixture::SetUp() {
  RelayedTest::SetUp();
  if (addresses_.empty()) {
    addresses_["alice"] = world.address;
    addresses_["bob"] = Register(network, client, kTwo, "bob");
  }
}

core::AdminStatement RefreshFixture::Statement(PartyIndex leader) {
  network.Run(20);  // so that the number is above every one before
  core::AdminStatement out;
  out.network = network.manifest().network_id;
  out.node = leader;
  out.number = network.unix_ms();
  out.expires_unix_ms = out.number + 600'000;
  out.kind = core::AdminKind::kRefresh;
  out.signer = leader;
  Sign(out, leader);
  return out;
}

void RefreshFixture::Sign(core::AdminStatement& statement, PartyIndex signer) {
  statement.signature = network.operators().at(signer).Sign(statement.SignedHash());
}

void RefreshFixture::Order(PartyIndex leader) {
  ASSERT_EQ(network.Admin(leader, Statement(leader)), Status::kOk);
}

std::string RefreshFixture::State(PartyIndex leader) {
  const auto health = json::Parse(network.Health(leader)).value();
  const json::Value* refresh = health.Find("refresh");
  return refresh == nullptr || refresh->IsNull() ? "" : std::string(refresh->GetString("state").value());
}

::testing::AssertionResult RefreshFixture::Becomes(PartyIndex leader, std::string_view state,
                                                   std::uint64_t ms) {
  std::uint64_t next = 0;  // health is not asked for after every frame
  const auto there = [&] {
    if (!network.up(leader) || network.now_ms() < next) return false;
    next = network.now_ms() + 100;
    return State(leader) == state;
  };
  if (network.RunUntil(there, ms)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << network.Health(leader);
}

::testing::AssertionResult RefreshFixture::PairSigns(PartyIndex a, PartyIndex b) {
  for (const PartyIndex party : kAll) network.Hang(party, party != a && party != b);
  ::testing::AssertionResult out = ::testing::AssertionSuccess();
  for (const auto& [name, address] : addresses_) {
    if (out) out = sim::Signs(network, client, a, name, address);
  }
  for (const PartyIndex party : kAll) network.Hang(party, false);
  network.Run(50);
  return out;
}

::testing::AssertionResult RefreshFixture::EveryQuorumSigns() {
  for (const auto& [a, b] : {std::pair(kOne, kTwo), std::pair(kThree, kOne), std::pair(kTwo, kThree)}) {
    const auto signs = PairSigns(a, b);
    if (!signs) return ::testing::AssertionFailure() << a.value << b.value << ": " << signs.message();
  }
  return ::testing::AssertionSuccess();
}

std::set<RecordId> RefreshFixture::Shares(PartyIndex party) {
  std::set<RecordId> out;
  for (const auto& [id, blob] : network.Disk(party)) {
    if (policy::KindOf(id) == policy::RecordKind::kKeyShare) out.insert(id);
  }
  return out;
}

std::string RefreshFixture::Epochs() {
  std::set<std::string> said;
  for (const PartyIndex party : kAll) {
    const std::string health = network.Health(party);
    const std::size_t at = health.find("\"epochs\":");
    said.insert(health.substr(at, health.find('}', at) - at));
  }
  return said.size() == 1 ? *said.begin() : "differ";
}

}  // namespace passport::sim
