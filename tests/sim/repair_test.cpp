// A node that was away when a key was made, or has lost its share, is given it again by t others, without a
// client's or an operator's doing (rules.md 16; dkls23.md 7.8).
#include <gtest/gtest.h>

#include "tests/sim/repair_world.h"

namespace passport::sim {
namespace {

// Three nodes, of which two sign.
class Repair : public ::testing::Test {
 protected:
  Repair() : world(Instance()), network(world.network) {}
  void SetUp() override { ASSERT_TRUE(world.Restore() && world.Completes()); }
  RepairWorld& world;
  Network& network;

 private:
  static RepairWorld& Instance() {
    static RepairWorld instance(Options{.seed = 701});
    return instance;
  }
};

TEST_F(Repair, ANodeThatWasAwayGetsItsShareAndSignsWithEachOther) {
  const std::string address = world.RegisterWithout({kThree}, "away");
  EXPECT_NE(network.Health(kOne).find("1 keys lack a share on node(s) 3"), std::string::npos);
  world.StartAll({kThree});
  ASSERT_TRUE(world.Completes());
  EXPECT_EQ(network.Logged(Event::kRepairDone), 1u);
  EXPECT_EQ(network.Logged(Event::kRepairDone, kThree, 2), 1u) << "two helpers";
  EXPECT_EQ(network.Logged(Event::kRepairFailed), 0u);
  for (const PartyIndex party : {kOne, kTwo, kThree})
    EXPECT_NE(network.Health(party).find("\"status\":\"ok\""), std::string::npos) << network.Health(party);
  EXPECT_TRUE(world.SignsWithOnly({kOne, kThree}, "away", address));
  EXPECT_TRUE(world.SignsWithOnly({kTwo, kThree}, "away", address));

  network.log().clear();
  network.Kill(kThree);
  network.Start(kThree);
  ASSERT_TRUE(world.Completes());
  network.Run(2'000);
  EXPECT_EQ(network.Logged(Event::kRepairDone), 0u) << "the share was on the disk";
  EXPECT_EQ(network.Logged(Event::kShareStated), 0u);
}

TEST_F(Repair, OfManyKeysEachIsRepairedAndFewAtOneTime) {
  network.Kill(kThree);
  std::map<std::string, std::string> addresses;
  for (int i = 0; i < 9; ++i) {
    const std::string name = "many" + std::to_string(i);
    addresses[name] = Register(network, world.client, kOne, name);
  }
  std::set<RequestId> open;
  std::size_t most = 0;
  network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
    if (message.kind == MessageKind::kRepairInvite) open.insert(message.request);
    if (message.kind == MessageKind::kRepairSum) open.erase(message.request);
    most = std::max(most, open.size());
    return true;
  };
  network.log().clear();
  world.StartAll({kThree});
  ASSERT_TRUE(world.Completes());
  EXPECT_EQ(network.Logged(Event::kRepairDone, kThree), addresses.size());
  EXPECT_LE(most, 4u);
  network.Kill(kOne);
  for (const auto& [name, address] : addresses)
    EXPECT_TRUE(Signs(network, world.client, kThree, name, address)) << name;
}

// The only other set of helpers is the same one again, when both are there.
TEST_F(Repair, WithoutAnotherSetOfHelpersItWaitsUntilBothAreThere) {
  for (const MessageKind round : kRepairRounds) {
    const std::string name = "wait" + std::to_string(static_cast<int>(round));
    world.RegisterWithout({kThree}, name);
    bool seen = false;
    network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& message) {
      seen = seen || (message.kind == round && (from == kTwo || to == kTwo));
      return !(seen && (from == kTwo || to == kTwo));
    };
    world.StartAll({kThree});
    ASSERT_TRUE(network.RunUntil([&] { return seen; }, 20'000)) << name;
    network.Kill(kTwo);
    network.core_tap = nullptr;
    network.Run(3'000);
    EXPECT_EQ(network.Logged(Event::kRepairDone), 0u) << name;
    network.Start(kTwo);
    ASSERT_TRUE(world.Completes()) << name;
    EXPECT_EQ(network.Logged(Event::kRepairDone), 1u) << name;
  }
}

TEST_F(Repair, ANodeKilledInAnyRoundGetsItsShareAfterItsNextStart) {
  for (const MessageKind round : kRepairRounds) {
    const std::string name = "killed" + std::to_string(static_cast<int>(round));
    const std::string address = world.RegisterWithout({kThree}, name);
    bool seen = false;
    network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
      seen = seen || message.kind == round;
      return !seen;
    };
    world.StartAll({kThree});
    ASSERT_TRUE(network.RunUntil([&] { return seen; }, 20'000)) << name;
    network.Kill(kThree);
    network.core_tap = nullptr;
    network.Start(kThree);
    ASSERT_TRUE(world.Completes()) << name;
    if (round == MessageKind::kRepairSum) {
      EXPECT_TRUE(world.SignsWithOnly({kOne, kThree}, name, address));
    }
  }
}

// The disk after the crash is the one from before the last transaction, with the share or with the register.
TEST_F(Repair, AShareThatWasNotDurableIsMadeAgain) {
  const std::string address = world.RegisterWithout({kThree}, "lost");
  std::map<RecordId, Bytes> disk;
  network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
    if (message.kind == MessageKind::kRepairSum) disk = network.Disk(kThree);
    // The share is stored, and the others do not hear of it.
    return !(from == kThree && message.kind == MessageKind::kReplica &&
             network.Logged(Event::kRepairDone) > 0);
  };
  world.StartAll({kThree});
  ASSERT_TRUE(network.RunUntil([&] { return network.Logged(Event::kRepairDone) > 0; }, 20'000));
  EXPECT_NE(network.Health(kOne).find("lack a share on node(s) 3"), std::string::npos)
      << "it does not count as a holder before it has said so";
  network.Kill(kThree);
  network.Disk(kThree) = disk;
  network.core_tap = nullptr;
  network.log().clear();
  network.Start(kThree);
  ASSERT_TRUE(world.Completes());
  EXPECT_EQ(network.Logged(Event::kRepairDone, kThree), 1u);
  EXPECT_TRUE(world.SignsWithOnly({kTwo, kThree}, "lost", address));
}

TEST_F(Repair, AShareThatWasStoredAndNotSaidIsSaidAfterTheNextStart) {
  const std::string address = world.RegisterWithout({kThree}, "unsaid");
  network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
    return !(from == kThree && message.kind == MessageKind::kReplica &&
             network.Logged(Event::kRepairDone) > 0);
  };
  world.StartAll({kThree});
  ASSERT_TRUE(network.RunUntil([&] { return network.Logged(Event::kRepairDone) > 0; }, 20'000));
  network.Kill(kThree);
  network.core_tap = nullptr;
  network.log().clear();
  network.Start(kThree);
  ASSERT_TRUE(world.Completes());
  EXPECT_EQ(network.Logged(Event::kRepairDone), 0u);
  EXPECT_EQ(network.Logged(Event::kShareStated, kThree, 1), 1u);
  EXPECT_TRUE(world.SignsWithOnly({kTwo, kThree}, "unsaid", address));
}

// With the disk of an earlier day the node says that it has lost its share, and is given it again.
TEST_F(Repair, AShareThatWasLostWithTheDiskIsSaidToBeLostAndRepaired) {
  const std::map<RecordId, Bytes> before = network.Disk(kThree);
  const std::string address = Register(network, world.client, kOne, "rolled");
  network.Run(100);
  network.Kill(kThree);
  network.Disk(kThree) = before;
  network.log().clear();
  bool stated = false;
  network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
    stated = stated || network.Logged(Event::kShareStated, kThree, 0) > 0;
    EXPECT_TRUE(stated || !IsRepair(message.kind)) << "no repair of a share that the register says it holds";
    return true;
  };
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([&] { return network.Logged(Event::kRepairDone) > 0; }, 20'000));
  ASSERT_TRUE(world.Completes());
  EXPECT_EQ(network.Logged(Event::kShareStated, kThree, 0), 1u);
  EXPECT_EQ(network.Logged(Event::kShareStated, kThree, 1), 1u);
  EXPECT_TRUE(world.SignsWithOnly({kOne, kThree}, "rolled", address));
}

TEST_F(Repair, AKeyWithFewerHoldersThanTheThresholdIsGoneAndEveryNodeSaysSo) {
  std::map<PartyIndex, std::map<RecordId, Bytes>> before;
  for (const PartyIndex party : {kOne, kTwo}) before[party] = network.Disk(party);
  const std::string address = Register(network, world.client, kOne, "gone");
  network.Run(100);
  std::map<PartyIndex, std::map<RecordId, Bytes>> newest;
  for (const PartyIndex party : {kOne, kTwo}) {
    network.Kill(party);
    newest[party] = network.Disk(party);
    network.Disk(party) = before[party];
  }
  world.StartAll({kOne, kTwo});
  const auto all_say_so = [&] {
    return std::ranges::all_of(std::vector{kOne, kTwo, kThree}, [&](const PartyIndex party) {
      const std::string health = network.Health(party);
      return health.find("sign with 1 of its keys") != std::string::npos &&
             health.find("lack a share on node(s) 1, 2") != std::string::npos;
    });
  };
  ASSERT_TRUE(network.RunUntil(all_say_so, 20'000)) << network.Health(kThree);
  for (const PartyIndex gateway : {kOne, kThree}) {
    const std::string reply = network.Ask(
        gateway, world.client.developer->PersonalSign("gone", AsBytes(std::string_view("message"))));
    EXPECT_EQ(ErrorName(reply), "too_few_nodes");
    EXPECT_NE(reply.find("\"missing_nodes\":[1,2]"), std::string::npos) << reply;
  }
  EXPECT_EQ(network.Logged(Event::kRepairHelped), 0u);
  EXPECT_TRUE(world.SignsEverywhere()) << "with the key that they still have";

  network.Kill(kOne);  // its operator finds the newest copy
  network.Disk(kOne) = newest[kOne];
  network.Start(kOne);
  ASSERT_TRUE(world.Completes());
  EXPECT_TRUE(world.SignsWithOnly({kOne, kTwo}, "gone", address));
}

// Under the strict rule a record counts once both others have confirmed it (rules.md 6).
TEST(StrictRepair, WaitsUntilTheRegisterIsConfirmed) {
  RepairWorld world(Options{.seed = 702, .rollback = peer::RollbackRule::kStrict});
  Network& network = world.network;
  const std::map<RecordId, Bytes> before = network.Disk(kThree);
  const std::string address = Register(network, world.client, kOne, "strict");
  network.Run(100);
  network.Kill(kThree);
  network.Disk(kThree) = before;
  network.Kill(kTwo);
  network.log().clear();
  network.Start(kThree);
  network.Run(5'000);
  EXPECT_EQ(network.Logged(Event::kShareStated), 0u);
  EXPECT_EQ(network.Logged(Event::kRepairHelped), 0u);
  EXPECT_NE(network.Health(kThree).find("it waits for node(s) 2"), std::string::npos)
      << network.Health(kThree);
  network.Start(kTwo);
  ASSERT_TRUE(world.Completes());
  EXPECT_EQ(network.Logged(Event::kRepairDone, kThree), 1u);
  // The scope, too, is confirmed while both are there.
  EXPECT_TRUE(Signs(network, world.client, kThree, "strict", address));
  EXPECT_TRUE(world.SignsWithOnly({kOne, kThree}, "strict", address));
}

// rules.md 21: with t = n no share can be repaired.
TEST(RepairOfAll, WithoutEnoughOthersNobodyIsAsked) {
  RepairWorld world(Options{.n = 3, .t = 3, .seed = 703});
  Network& network = world.network;
  const std::map<RecordId, Bytes> before = network.Disk(kThree);
  Register(network, world.client, kOne, "all");
  network.Run(100);
  network.Kill(kThree);
  network.Disk(kThree) = before;
  std::size_t repairs = 0;
  network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
    if (IsRepair(message.kind)) ++repairs;
    return true;
  };
  network.Start(kThree);
  const auto said = [&] { return network.Health(kOne).find("sign with 1 of its keys") != std::string::npos; };
  EXPECT_TRUE(network.RunUntil(said, 20'000)) << network.Health(kOne);
  network.Run(3'000);
  EXPECT_EQ(repairs, 0u);
}

}  // namespace
}  // namespace passport::sim
