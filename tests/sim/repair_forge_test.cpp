// A core that lies about a repair: one that asks for what is not its own, a helper that replays, and what is
// learnt by asking often.
#include <gtest/gtest.h>

#include "tests/sim/repair_world.h"

namespace passport::sim {
namespace {

using core::RepairBegin;
using core::RepairEnd;
using core::RepairEndReason;
using core::RepairInvite;
using core::RepairJoin;
using Parties = std::vector<PartyIndex>;

// Of five nodes three sign; node 5 was away when a key was made. Its core says what the test wants: of what
// it says itself about repairs nothing arrives.
class ForgedRepair : public ::testing::Test {
 protected:
  struct Said {
    PartyIndex from;
    PartyIndex to;
    PeerMessage message;
  };

  ForgedRepair() : world(Instance()), network(world.network) {}
  void SetUp() override {
    ASSERT_TRUE(world.Restore());
    network.Skip(64'000);  // the longest rest after what the last test did
    ASSERT_TRUE(world.Completes());
    invite = {};
    name = "late" + std::to_string(Number()++);
    address = world.RegisterWithout({kFive}, name);
    network.core_tap = [this](PartyIndex from, PartyIndex to, PeerMessage& message) {
      if (!IsRepair(message.kind) || free) return true;
      if (from == kFive && message.kind == MessageKind::kRepairInvite)
        invite = RepairInvite::Parse(message.body).value();
      if (from != kFive) said.push_back({from, to, message});
      return from != kFive && to != kFive;
    };
    network.Start(kFive);
    ASSERT_TRUE(network.RunUntil([&] { return Whole(network) && invite.key != KeyId{}; }, 20'000));
    said.clear();
  }
  void TearDown() override { network.core_tap = nullptr; }

  std::vector<Said> Heard(MessageKind kind, const RequestId& id) const {
    std::vector<Said> out;
    for (const Said& each : said) {
      if (each.message.kind == kind && each.message.request == id) out.push_back(each);
    }
    return out;
  }
  std::size_t HeardEnds(RepairEndReason reason) const {
    return static_cast<std::size_t>(std::ranges::count_if(said, [&](const Said& each) {
      return each.message.kind == MessageKind::kRepairEnd &&
             RepairEnd::Parse(each.message.body).value().reason == reason;
    }));
  }
  // Of the real core's repairs. Those in which the test kept it silent have run out of time.
  std::size_t Failures() const {
    return network.Logged(Event::kRepairFailed) - FailuresFor(protocol::AbortReason::kTimeout);
  }
  std::size_t FailuresFor(protocol::AbortReason reason) const {
    return network.Logged(Event::kRepairFailed, kFive, static_cast<std::uint64_t>(reason));
  }
  // Whether any helper has joined, or sent anything that depends on its share.
  bool AnythingGiven() const {
    return std::ranges::any_of(said,
                               [](const Said& each) { return each.message.kind != MessageKind::kRepairEnd; });
  }
  RepairInvite With(const Parties& helpers) const { return {invite.account, invite.key, helpers}; }
  RequestId Request(PartyIndex of) { return core::MakeRequestId(of, network.rng()); }
  RequestId Invite(const RepairInvite& what, PartyIndex as = kFive) {
    const RequestId id = Request(as);
    for (const PartyIndex to : what.helpers) {
      if (to != as) network.Forge(as, to, {MessageKind::kRepairInvite, id, what.Encode()});
    }
    network.Run(20);
    return id;
  }
  RepairBegin BeginOf(const RequestId& id) const {
    std::map<PartyIndex, Hash32> nonces;
    for (const Said& each : Heard(MessageKind::kRepairJoin, id))
      nonces[each.from] = RepairJoin::Parse(each.message.body).value().nonce;
    RepairBegin out;
    for (const auto& [helper, nonce] : nonces) out.nonces.push_back(nonce);
    return out;
  }
  void Begin(const RequestId& id, const Parties& helpers, const RepairBegin& begin, PartyIndex as = kFive) {
    for (const PartyIndex to : helpers)
      network.Forge(as, to, {MessageKind::kRepairBegin, id, begin.Encode()});
    network.Run(20);
  }
  RequestId RunWith(const Parties& helpers) {
    const RequestId id = Invite(With(helpers));
    Begin(id, helpers, BeginOf(id));
    return id;
  }

  RepairWorld& world;
  Network& network;
  std::string name;
  std::string address;
  RepairInvite invite;
  std::vector<Said> said;
  bool free = false;  // the real core of node 5 is heard

 private:
  static int& Number() {
    static int number = 0;
    return number;
  }
  static RepairWorld& Instance() {
    static RepairWorld instance(Options{.n = 5, .t = 3, .seed = 711});
    return instance;
  }
};

TEST_F(ForgedRepair, NobodyJoinsForAKeyThatTheSenderHolds) {
  free = true;
  ASSERT_TRUE(world.Completes());
  free = false;
  Begin(Invite(With({kOne, kTwo, kThree})), {kOne, kTwo, kThree}, {0, {{}, {}, {}}});
  EXPECT_FALSE(AnythingGiven());
  EXPECT_EQ(HeardEnds(RepairEndReason::kDenied), 3u);
}

TEST_F(ForgedRepair, NobodyJoinsForAnotherIndexThanTheSenders) {
  // Node 4 in node 5's name, and in its own, although it holds its share.
  const RequestId id = Request(kFive);
  for (const PartyIndex to : {kOne, kTwo, kThree})
    network.Forge(kFour, to, {MessageKind::kRepairInvite, id, With({kOne, kTwo, kThree}).Encode()});
  network.Run(20);
  EXPECT_TRUE(said.empty());
  Invite(With({kOne, kTwo, kThree}), kFour);
  EXPECT_FALSE(AnythingGiven());
  EXPECT_EQ(HeardEnds(RepairEndReason::kDenied), 3u);
}

TEST_F(ForgedRepair, NobodyJoinsAnImpossibleSetOrForAKeyThatIsNotThere) {
  Invite(With({kOne, kTwo}));
  Invite(With({kOne, kTwo, kThree, kFour}));
  Invite(With({kOne, kTwo, kFive}));
  const RequestId id = Request(kFive);  // without the node that is asked
  network.Forge(kFive, kFour, {MessageKind::kRepairInvite, id, With({kOne, kTwo, kThree}).Encode()});
  network.Run(20);
  EXPECT_EQ(HeardEnds(RepairEndReason::kDenied), 2u + 4u + 1u);
  EXPECT_EQ(HeardEnds(RepairEndReason::kNotReady), 2u) << "node 5 itself is no holder";
  RepairInvite other = With({kOne, kTwo, kThree});
  other.key.bytes[0] ^= 1;
  Invite(other);
  other = With({kOne, kTwo, kThree});
  other.account.bytes[31] ^= 1;
  Invite(other);
  EXPECT_EQ(HeardEnds(RepairEndReason::kNotReady), 2u + 3u + 3u);
  other.account = policy::MakeRecordId(policy::RecordKind::kIdentity, {});
  Invite(other);
  EXPECT_EQ(HeardEnds(RepairEndReason::kDenied), 2u + 4u + 1u + 3u);
  EXPECT_FALSE(AnythingGiven());
}

TEST_F(ForgedRepair, NobodyBeginsForAnotherOrWithoutItsOwnNonce) {
  const Parties helpers = {kOne, kTwo, kThree};
  const RequestId id = Invite(With(helpers));
  const RepairBegin good = BeginOf(id);
  ASSERT_EQ(good.nonces.size(), 3u);
  Begin(id, helpers, good, kFour);
  EXPECT_TRUE(Heard(MessageKind::kRepairPart, id).empty()) << "not the lost node";
  for (std::size_t place = 0; place < 3; ++place) {
    RepairBegin replayed = good;
    replayed.nonces[place][0] ^= 1;
    network.Forge(kFive, helpers[place], {MessageKind::kRepairBegin, id, replayed.Encode()});
  }
  network.Run(20);
  EXPECT_TRUE(Heard(MessageKind::kRepairPart, id).empty());
  EXPECT_EQ(HeardEnds(RepairEndReason::kAborted), 3u);
  const RequestId later = Invite(With(helpers));
  RepairBegin of_epoch = BeginOf(later);
  of_epoch.epoch = 1;
  Begin(later, helpers, of_epoch);
  EXPECT_TRUE(Heard(MessageKind::kRepairPart, later).empty()) << "shares of another epoch";
}

TEST_F(ForgedRepair, AHelperSplitsItsShareOnceInARun) {
  const Parties helpers = {kOne, kTwo, kThree};
  const RequestId id = Invite(With(helpers));
  const RepairBegin begin = BeginOf(id);
  network.core_tap = [tap = network.core_tap](PartyIndex from, PartyIndex to, PeerMessage& message) {
    return tap(from, to, message) && message.kind != MessageKind::kRepairPart;
  };
  Begin(id, helpers, begin);
  Begin(id, helpers, begin);
  EXPECT_EQ(Heard(MessageKind::kRepairPart, id).size(), 6u);
}

// A run that is over does not come back to life, and another node ends nobody's.
TEST_F(ForgedRepair, WhatWasSaidInARunIsOfNoUseAfterIt) {
  const Parties helpers = {kOne, kTwo, kThree};
  const RequestId id = Invite(With(helpers));
  const RepairBegin begin = BeginOf(id);
  for (const PartyIndex to : helpers) {
    network.Forge(kFour, to, {MessageKind::kRepairEnd, id, RepairEnd{}.Encode()});
    network.Forge(kFour, to, {MessageKind::kRepairPart, id, Bytes(68)});  // not a helper
  }
  Begin(id, helpers, begin);
  EXPECT_EQ(Heard(MessageKind::kRepairSum, id).size(), 3u);
  said.clear();
  Begin(id, helpers, begin);
  EXPECT_FALSE(AnythingGiven());
  for (const PartyIndex to : helpers)
    network.Forge(kFive, to, {MessageKind::kRepairInvite, id, With(helpers).Encode()});
  network.Run(20);
  Begin(id, helpers, begin);
  EXPECT_TRUE(Heard(MessageKind::kRepairPart, id).empty()) << "the nonces are other ones";
}

// Whatever sets of helpers it asks, a node gets one number: its share. Every addend and every helper's sum is
// fresh.
TEST_F(ForgedRepair, AskingAgainWithOtherHelpersGivesTheSameShareAndNothingElse) {
  std::set<std::string> contexts;
  std::set<std::string> values;
  std::size_t count = 0;
  std::optional<curve::Scalar> share;
  for (const Parties& helpers : {Parties{kOne, kTwo, kThree}, Parties{kOne, kTwo, kFour},
                                 Parties{kTwo, kThree, kFour}, Parties{kOne, kTwo, kThree}}) {
    const RequestId id = RunWith(helpers);
    const std::vector<Said> parts = Heard(MessageKind::kRepairPart, id);
    const std::vector<Said> sums = Heard(MessageKind::kRepairSum, id);
    ASSERT_EQ(parts.size(), 6u);
    ASSERT_EQ(sums.size(), 3u);
    for (const Said& part : parts) values.insert(ToHex(part.message.body));
    curve::Scalar total;
    for (const Said& sum : sums) {
      const auto parsed = reshare::RepairSum::Parse(sum.message.body).value();
      contexts.insert(ToHex(parsed.header.context));
      values.insert(ToHex(ByteSpan(sum.message.body).subspan(36)));
      total = total + parsed.value.Expose();
    }
    count += parts.size() + sums.size();
    if (!share) share = total;
    EXPECT_EQ(ToHex(total.Encode()), ToHex(share->Encode()));
  }
  EXPECT_EQ(contexts.size(), 4u) << "no proposal twice";
  EXPECT_EQ(values.size(), count);
}

TEST_F(ForgedRepair, AHelperHelpsWithOneKeyOnlySoOften) {
  for (int i = 0; i < 10; ++i) RunWith({kOne, kTwo, kThree});
  for (const PartyIndex helper : {kOne, kTwo, kThree})
    EXPECT_EQ(network.Logged(Event::kRepairHelped, helper), 8u);
  EXPECT_EQ(HeardEnds(RepairEndReason::kLimited), 6u);
  network.Skip(600'000);
  network.Run(100);
  EXPECT_EQ(Heard(MessageKind::kRepairSum, RunWith({kOne, kTwo, kThree})).size(), 3u);
}

TEST_F(ForgedRepair, AHelperHasFewRunsOfOneNodeAndFewInvitationsInASecond) {
  for (int i = 0; i < 12; ++i) Invite(With({kOne, kTwo, kThree}));
  EXPECT_EQ(HeardEnds(RepairEndReason::kLimited), 3u * 4u) << "eight lie open";
  network.Run(6'000);
  said.clear();
  for (int i = 0; i < 40; ++i) {
    const RequestId id = Request(kFive);
    network.Forge(kFive, kOne, {MessageKind::kRepairInvite, id, With({kOne, kTwo, kThree}).Encode()});
    network.Forge(kFive, kOne, {MessageKind::kRepairEnd, id, RepairEnd{}.Encode()});
  }
  network.Run(10);
  EXPECT_GE(HeardEnds(RepairEndReason::kLimited), 8u);
}

// Addends and sums of an earlier run, told again in a later one before the true ones: the run fails, nobody
// is named, and another set of helpers is tried.
TEST_F(ForgedRepair, AddendsAndSumsOfAnotherRunFitNowhere) {
  for (const MessageKind kind : {MessageKind::kRepairPart, MessageKind::kRepairSum}) {
    const RequestId old = RunWith({kOne, kTwo, kThree});
    const std::vector<Said> replayed = Heard(kind, old);
    ASSERT_FALSE(replayed.empty());
    network.log().clear();
    std::set<RequestId> runs;
    const auto tap = network.core_tap;
    network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
      if (message.kind != MessageKind::kRepairBegin || !runs.empty()) return true;
      runs.insert(message.request);
      for (const Said& each : replayed)
        network.Forge(each.from, each.to, {kind, message.request, each.message.body});
      return true;
    };
    ASSERT_TRUE(world.Completes());
    EXPECT_EQ(network.Logged(Event::kRepairDone, kFive), 1u);
    EXPECT_GT(Failures(), 0u);
    const auto names = [](const Network::LogEntry& entry) {
      return entry.code == static_cast<std::uint16_t>(Event::kRepairFailed) && entry.party != 0 &&
             entry.value != static_cast<std::uint64_t>(protocol::AbortReason::kTimeout);
    };
    EXPECT_TRUE(std::ranges::none_of(network.log(), names));
    EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
    network.core_tap = tap;
    if (kind == MessageKind::kRepairSum) {
      EXPECT_TRUE(world.SignsWithOnly({kThree, kFour, kFive}, name, address));
    }
    TearDown();
    SetUp();
  }
}

TEST_F(ForgedRepair, ANodeThatIsNoHelperHasNoSay) {
  network.log().clear();
  std::set<RequestId> runs;
  std::map<RequestId, Parties> helpers;
  network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
    if (message.kind == MessageKind::kRepairInvite)
      helpers[message.request] = RepairInvite::Parse(message.body).value().helpers;
    if (message.kind != MessageKind::kRepairBegin || !runs.insert(message.request).second) return true;
    for (const PartyIndex from : {kOne, kTwo, kThree, kFour}) {
      if (std::ranges::find(helpers[message.request], from) == helpers[message.request].end())
        network.Forge(from, kFive, {MessageKind::kRepairEnd, message.request, RepairEnd{}.Encode()});
    }
    return true;
  };
  ASSERT_TRUE(world.Completes());
  EXPECT_FALSE(runs.empty());
  EXPECT_EQ(Failures(), 0u);
}

// What they say must fit the register too, which has the public key from t enclaves.
TEST_F(ForgedRepair, HelpersThatAgreeOnAnotherKeyAreNotBelieved) {
  using Spoil = void (*)(core::KeyFacets&);
  for (const Spoil spoil : {Spoil{[](core::KeyFacets& key) { key.commitments[0] = key.commitments[1]; }},
                            Spoil{[](core::KeyFacets& key) { key.commitments.pop_back(); }},
                            Spoil{[](core::KeyFacets& key) { key.epoch = 1; }},
                            Spoil{[](core::KeyFacets& key) { key.purpose = 2; }}}) {
    network.core_tap = [spoil](PartyIndex, PartyIndex, PeerMessage& message) {
      if (message.kind != MessageKind::kRepairJoin) return true;
      RepairJoin join = RepairJoin::Parse(message.body).value();
      spoil(join.key);
      message.body = join.Encode();
      return true;
    };
    network.Run(5'000);  // what has begun ends
    network.log().clear();
    network.Skip(64'000);
    ASSERT_TRUE(network.RunUntil([&] { return Failures() > 0; }, 20'000));
    EXPECT_EQ(Failures(), FailuresFor(protocol::AbortReason::kEquivocation));
    EXPECT_EQ(network.Logged(Event::kRepairHelped), 0u);
  }
  network.Run(5'000);
  network.core_tap = nullptr;
  network.Skip(64'000);
  EXPECT_TRUE(world.Completes());
}

// With a liar in every set there is nothing to be had, and the operator hears of it until the liar is gone.
TEST_F(ForgedRepair, WhileEverySetHasALiarTheOperatorIsTold) {
  network.Kill(kFour);
  network.log().clear();
  network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
    if (from == kTwo && message.kind == MessageKind::kRepairPart) ++message.body.back();
    return true;
  };
  const auto told = [&] {
    return network.Health(kFive).find("get its shares of 1 of its keys") != std::string::npos;
  };
  EXPECT_TRUE(network.RunUntil(told, 20'000)) << network.Health(kFive);
  network.Run(3'000);
  EXPECT_EQ(Failures(), 1u) << "it rests";
  EXPECT_FALSE(network.Health(kFive).find("\"banned\":true") != std::string::npos);
  network.core_tap = nullptr;
  network.Skip(60'000);
  EXPECT_TRUE(world.Completes());
}

}  // namespace
}  // namespace passport::sim
