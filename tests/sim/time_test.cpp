// Hosts with wrong clocks, and a core that lies about the time (rules.md 23): a lie can only make an enclave
// refuse.
#include <gtest/gtest.h>

#include "edl/base/uuid.h"
#include "tests/sim/world.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

constexpr std::int64_t kDay = 86'400'000;
constexpr std::uint64_t kTold = core::NetworkTime::kTellMs + 100;  // by then everybody has told everybody

// Of the operator of a node to it, made now, for as long.
core::AdminStatement Statement(Network& network, PartyIndex node, std::uint64_t life_ms) {
  core::AdminStatement out;
  out.network = network.manifest().network_id;
  out.node = node;
  out.number = network.unix_ms();
  out.expires_unix_ms = network.unix_ms() + life_ms;
  out.argument = node == kTwo ? kThree : kTwo;
  out.signer = node;
  out.signature = network.operators().at(node).Sign(out.SignedHash());
  return out;
}

// So that the enclave has never seen another clock.
void RestartWithClock(Network& network, PartyIndex party, std::int64_t ahead_ms) {
  network.Kill(party);
  network.SetClockAhead(party, ahead_ms);
  network.Start(party);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  network.Run(kTold);
}

class HostClocks : public PlainTest {
 protected:
  void SetUp() override {
    PlainTest::SetUp();
    network.Run(kTold);  // all clocks are right again, everywhere
  }
  // Given to node 1 by a host that turns its clock back, when it has expired: by so little that its number is
  // not too far ahead.
  Status TakeExpired(const core::AdminStatement& statement) {
    network.SetClockAhead(kOne, -60'000);
    network.Run(20);
    return network.Admin(kOne, statement);
  }
};

TEST_F(HostClocks, AStatementCountsUntilItExpires) {
  const core::AdminStatement statement = Statement(network, kOne, 2'000);
  const core::AdminStatement later = Statement(network, kTwo, 2'000);
  network.Run(1'900);
  EXPECT_EQ(network.Admin(kOne, statement), Status::kOk);
  network.Run(200);
  EXPECT_EQ(network.Admin(kTwo, later), Status::kPeerReplay);
}

TEST_F(HostClocks, AHostThatTurnsItsClockBackMakesNoStatementValidAgain) {
  const core::AdminStatement statement = Statement(network, kOne, 2'000);
  network.Run(2'100);
  EXPECT_EQ(TakeExpired(statement), Status::kPeerReplay);
}

TEST_F(HostClocks, NorOneThatCutsItsEnclaveOffToo) {
  const core::AdminStatement statement = Statement(network, kOne, 2'000);
  network.Run(2'100 + kTold);
  network.Kill(kTwo);
  network.Kill(kThree);
  EXPECT_EQ(TakeExpired(statement), Status::kPeerReplay);
  network.Kill(kOne);
  network.Start(kOne);
  EXPECT_EQ(TakeExpired(statement), Status::kPeerReplay) << "it has heard nobody";
}

TEST_F(HostClocks, AHostWithItsClockAheadIsRefusedStatementsAlone) {
  network.SetClockAhead(kOne, kDay);
  network.Run(kTold);
  EXPECT_EQ(network.Admin(kOne, Statement(network, kOne, 2'000)), Status::kPeerReplay);
  EXPECT_EQ(network.Admin(kTwo, Statement(network, kTwo, 2'000)), Status::kPeerReplay)
      << "of two peers the later one counts";
  EXPECT_TRUE(world.SignsEverywhere());
  network.SetClockAhead(kOne, 0);
  network.Run(kTold);
  for (const PartyIndex node : {kOne, kTwo})
    EXPECT_EQ(network.Admin(node, Statement(network, node, 2'000)), Status::kOk);
}

TEST_F(HostClocks, OneWrongClockOfThreeStopsNoRegistration) {
  for (const std::int64_t ahead_ms : {kDay, -kDay}) {
    RestartWithClock(network, kTwo, ahead_ms);
    for (const PartyIndex gateway : {kOne, kTwo, kThree}) {
      const std::string username = std::to_string(ahead_ms) + "/" + std::to_string(gateway.value);
      const std::string address = Register(network, client, gateway, username);
      EXPECT_TRUE(Signs(network, client, gateway, username, address));
    }
  }
}

class Reservations : public RelayedTest {
 protected:
  // Node 2 says that it is so much later than it is.
  void Lie(std::uint64_t ahead_ms) { lie_ms_ = ahead_ms; }
  // Takes the name through a gateway, and lets the key generation fail.
  void Reserve(PartyIndex gateway, std::string_view username) {
    network.core_tap = [this](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (from == kTwo && message.kind == MessageKind::kTime && lie_ms_) {
        const std::uint64_t said = core::TimeReport::Parse(message.body).value().unix_ms;
        message.body = core::TimeReport{said + *lie_ms_}.Encode();
      }
      return !stalled_ || message.kind != MessageKind::kKeygenCommitment;
    };
    network.Run(kTold);
    stalled_ = true;
    const std::string reply = network.Ask(gateway, client.developer->Register(username), 30'000);
    EXPECT_NE(ErrorName(reply), "registration_pending") << reply;
    EXPECT_EQ(reply.find("account_id"), std::string::npos) << reply;
    stalled_ = false;
  }
  std::string Again(PartyIndex gateway, std::string_view username) {
    return network.Ask(gateway, client.developer->Register(username));
  }

 private:
  std::optional<std::uint64_t> lie_ms_;
  bool stalled_ = false;
};

TEST_F(Reservations, EndAfterHalfAMinute) {
  const std::uint64_t before = network.now_ms();
  Reserve(kOne, "half-a-minute");
  EXPECT_EQ(ErrorName(Again(kThree, "half-a-minute")), "registration_pending");
  EXPECT_TRUE(network.RunUntil([&] { return network.now_ms() >= before + 45'000; }, 60'000));
  EXPECT_NE(Again(kThree, "half-a-minute").find("account_id"), std::string::npos);
}

TEST_F(Reservations, OnePeerThatLiesAboutTheTimeEndsNoneEarly) {
  for (const std::uint64_t ahead_ms : {std::uint64_t{kDay}, 0 - std::uint64_t{kDay}}) {
    const std::string username = "lie" + std::to_string(ahead_ms);
    Lie(ahead_ms);
    Reserve(kOne, username);
    for (const PartyIndex gateway : {kOne, kThree})
      EXPECT_EQ(ErrorName(Again(gateway, username)), "registration_pending") << ahead_ms;
  }
}

TEST_F(Reservations, NorDoesAHostWithAWrongClock) {
  for (const std::int64_t ahead_ms : {kDay, -kDay}) {
    const std::string username = "host" + std::to_string(ahead_ms);
    Reserve(kOne, username);
    network.SetClockAhead(kTwo, ahead_ms);
    network.Run(kTold);
    for (const PartyIndex gateway : {kOne, kTwo, kThree})
      EXPECT_EQ(ErrorName(Again(gateway, username)), "registration_pending") << ahead_ms;
    network.SetClockAhead(kTwo, 0);
  }
}

// Node 2 raises the ballot of a name as far as the time allows, at node 1 alone, and then says nothing of
// records: node 3, by whose own clock that is far in the future, takes the one above it all the same.
TEST_F(Reservations, AHostWithALateClockRefusesNoBallot) {
  constexpr std::string_view kName = "outbid";
  RestartWithClock(network, kThree, -kDay);
  const RecordId id = policy::AccountRecordId(ScopeId{ParseUuid(client.scope).value()}, kName);
  const replica::Ballot raised{network.unix_ms() << 20, kTwo};
  network.Forge(kTwo, kOne,
                {MessageKind::kReplica, {}, replica::EncodeMessage(replica::Prepare{id, raised, 0})});
  network.Run(20);
  network.core_tap = [](PartyIndex from, PartyIndex, PeerMessage& message) {
    return from != kTwo || message.kind != MessageKind::kReplica;
  };
  const std::string address = Register(network, client, kOne, kName);
  EXPECT_TRUE(Signs(network, client, kOne, kName, address));
}

}  // namespace
}  // namespace passport::sim
