// Presignatures (dkls23.md 6.8; rules.md 28, 33, 37): made after a key's first use, used in one round trip,
// each once, and of no use once anything that they rest on has changed. That no core ever gives two shares on
// one nonce is checked by the network itself, in every test.
#include <gtest/gtest.h>

#include "tests/sim/presigning.h"

namespace passport::sim {
namespace {

TEST_F(Presigning, AWarmPoolSignsInOneRoundTrip) {
  Warm();
  const std::uint64_t hits = Count(kOne, "hits");
  std::vector<std::pair<PartyIndex, MessageKind>> said;
  network.core_tap = [&said](PartyIndex from, PartyIndex, PeerMessage& message) {
    said.emplace_back(from, message.kind);
    return true;
  };
  ASSERT_TRUE(world.Signs(kOne));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0], std::pair(kOne, MessageKind::kSignOnline));
  EXPECT_EQ(said[1].second, MessageKind::kSignRound3);
  EXPECT_EQ(Count(kOne, "hits"), hits + 1);
}

TEST_F(Presigning, TheFirstUseOfAKeyHasOneMadeAndALaterOneTwo) {
  const std::string address = Register(network, client, kOne, "carla");
  const auto signs = [&] { return Signs(network, client, kOne, "carla", address); };
  const std::uint64_t misses = Count(kOne, "misses");
  const std::uint64_t hits = Count(kOne, "hits");
  ASSERT_TRUE(signs());
  network.Run(100);
  EXPECT_EQ(Count(kOne, "misses"), misses + 1);
  const std::uint64_t made = Count(kOne, "made");
  ASSERT_TRUE(signs());
  network.Run(200);
  EXPECT_EQ(Count(kOne, "hits"), hits + 1);
  EXPECT_EQ(Count(kOne, "made"), made + 2);
  ASSERT_TRUE(signs());
  ASSERT_TRUE(signs()) << "before another one is made";
  EXPECT_EQ(Count(kOne, "hits"), hits + 3);
  EXPECT_EQ(Count(kOne, "misses"), misses + 1);
}

TEST_F(Presigning, ASignerThatHoldsNoneSaysSoAndTheClientWaitsForOneMoreRun) {
  Warm();
  network.core_tap = [](PartyIndex from, PartyIndex, PeerMessage& message) {
    if (from == kOne && message.kind == MessageKind::kSignOnline)
      message = WithOnline(message, [](core::SignOnline& online) { online.ssid[0] ^= 1; });
    return true;
  };
  network.log().clear();
  const std::uint64_t before = network.now_ms();
  EXPECT_TRUE(world.Signs(kOne));
  EXPECT_LT(network.now_ms() - before, 100u);
  EXPECT_GE(network.Logged(Event::kSignRetry, kOne), 1u);
  EXPECT_LE(network.Logged(Event::kSignRetry, kOne), 2u) << "each of two presignatures, then all rounds";
  EXPECT_EQ(network.Logged(Event::kPresignMiss, kOne), 1u);
}

TEST_F(Presigning, NothingOfItIsOnADiskAndARestartWithAnOlderOneFindsNone) {
  Warm();
  const std::map<RecordId, Bytes> disk = network.Disk(kOne);
  const std::uint64_t made = Count(kOne, "made");
  ASSERT_TRUE(world.Signs(kOne));
  network.Run(100);
  EXPECT_GT(Count(kOne, "made"), made);
  EXPECT_EQ(network.Disk(kOne), disk);
  network.Kill(kOne);
  network.Start(kOne);
  ASSERT_TRUE(world.Restore());
  EXPECT_EQ(Count(kOne, "pooled"), 0u);
  EXPECT_GT(Count(kTwo, "pair_lost") + Count(kThree, "pair_lost"), 0u);
  EXPECT_TRUE(world.Signs(kOne));
  EXPECT_EQ(Count(kOne, "misses"), 1u);
}

TEST_F(Presigning, ARestartOfTheSignerAndOfTheLeaderInTheMiddleCostNothing) {
  const auto [signer, online] = TakeOnline("lost with its signer");
  network.Kill(signer);
  network.Start(signer);
  ASSERT_TRUE(world.Restore());
  EXPECT_EQ(Tell(signer, {online}).shares, 0u);
  EXPECT_TRUE(world.Signs(kOne));

  Warm();
  bool asked = false;
  network.core_tap = [&asked](PartyIndex from, PartyIndex, PeerMessage& message) {
    asked = asked || message.kind == MessageKind::kSignOnline;
    return from == kOne || message.kind != MessageKind::kSignRound3;
  };
  network.Send(kOne, client.developer->PersonalSign("alice", AsBytes(std::string_view("lost"))));
  ASSERT_TRUE(network.RunUntil([&] { return asked; }, 1'000));
  network.Run(20);
  network.Kill(kOne);
  network.Start(kOne);
  ASSERT_TRUE(world.Restore());
  EXPECT_TRUE(world.SignsEverywhere());
}

TEST_F(Presigning, ARepeatedOnlineMessageGetsNoSecondShare) {
  const auto [signer, online] = TakeOnline("once");
  const Answers first = Tell(signer, {online});
  EXPECT_EQ(first.shares, 1u) << "it held the presignature all the time";
  PeerMessage renamed = online;
  renamed.request = RequestOf(kOne);
  const PeerMessage retried = WithOnline(online, [](core::SignOnline& o) { ++o.attempt; });
  const Answers again = Tell(signer, {online, renamed, retried});
  EXPECT_EQ(again.shares, 0u);
  ASSERT_EQ(again.refusals.size(), 3u);
  for (const core::SignRefuse& refusal : again.refusals)
    EXPECT_EQ(refusal.reason, core::RefuseReason::kUnknown);
}

// The leader lies: two messages that two clients have asked to be signed, one presignature.
TEST_F(Presigning, TwoMessagesWithOnePresignatureGetOneShare) {
  const auto [signer, one] = TakeOnline("one message");
  const auto [other_signer, another] = TakeOnline("another message");
  const Hash32 ssid = core::SignOnline::Parse(one.body).value().ssid;
  const PeerMessage crossed = WithOnline(another, [&](core::SignOnline& o) { o.ssid = ssid; });
  EXPECT_EQ(Tell(signer, {one, crossed}).shares, 1u);
  EXPECT_EQ(Tell(other_signer, {another}).shares, 1u) << "with its own";
}

// A message that may be signed with one key, a presignature of another one.
TEST_F(Presigning, APresignatureOfAnotherKeyGetsNoShare) {
  const auto [signer, of_alice] = TakeOnline("of alice");
  const std::string address = Register(network, client, kOne, "dora");
  std::optional<PeerMessage> of_dora;
  network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& heard) {
    if (from == kOne && heard.kind == MessageKind::kSignOnline) of_dora = heard;
    return true;
  };
  for (int i = 0; i < 4 && !of_dora; ++i) {
    ASSERT_TRUE(Signs(network, client, kOne, "dora", address));
    network.Run(100);
  }
  ASSERT_TRUE(of_dora.has_value());
  const Hash32 ssid = core::SignOnline::Parse(of_alice.body).value().ssid;
  PeerMessage crossed = WithOnline(*of_dora, [&](core::SignOnline& o) { o.ssid = ssid; });
  crossed.request = RequestOf(kOne);
  const Answers answers = Tell(signer, {crossed});
  EXPECT_EQ(answers.shares, 0u);
  ASSERT_EQ(answers.refusals.size(), 1u);
  EXPECT_EQ(answers.refusals[0].reason, core::RefuseReason::kUnknown);
}

TEST_F(Presigning, EvidenceThatASignerRefusesSpendsThePresignatureAndGetsNoShare) {
  const auto [signer, online] = TakeOnline("refused");
  PeerMessage forged = WithOnline(online, [](core::SignOnline& o) {
    const std::string body(AsText(o.evidence.body));
    const std::size_t place = body.find("0x");
    o.evidence.body[place + 2] = body[place + 2] == '1' ? '2' : '1';
    o.evidence.encrypted_user.pop_back();
  });
  forged.request = RequestOf(kOne);
  const Answers refused = Tell(signer, {forged, online});
  EXPECT_EQ(refused.shares, 0u);
  ASSERT_EQ(refused.refusals.size(), 2u);
  EXPECT_EQ(refused.refusals[0].reason, core::RefuseReason::kDecision);
  EXPECT_EQ(refused.refusals[1].reason, core::RefuseReason::kUnknown);
}

TEST_F(Presigning, OnlyItsLeaderCanSpendIt) {
  Warm();
  std::optional<Hash32> ssid;
  network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& heard) {
    if (from == kOne && heard.kind == MessageKind::kSignOnline && !ssid) {
      ssid = core::SignOnline::Parse(heard.body).value().ssid;
      PeerMessage stolen = heard;
      stolen.request = RequestOf(kThree);
      for (const PartyIndex at : {kOne, kTwo}) network.Forge(kThree, at, stolen);
      heard.kind = MessageKind::kTime;  // read before the leader's own
      heard.body = {};
    }
    return true;
  };
  EXPECT_TRUE(world.Signs(kOne));
  EXPECT_TRUE(ssid.has_value());
}

// What node 2 asks node 1 for, and what node 1 answers.
class PresignInvites : public Presigning {
 protected:
  void SetUp() override {
    std::optional<PeerMessage> seen;
    network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& heard) {
      if (from == kTwo && to == kOne && heard.kind == MessageKind::kPresignInvite) seen = heard;
      return true;
    };
    for (int i = 0; i < 3 && !seen; ++i) {
      ASSERT_TRUE(world.Signs(kTwo));
      network.Run(100);
    }
    ASSERT_TRUE(seen.has_value());
    good = core::PresignInvite::Parse(seen->body).value();
    network.core_tap = [this](PartyIndex from, PartyIndex, PeerMessage& heard) {
      joined += from == kOne && heard.kind == MessageKind::kPresignJoin ? 1u : 0u;
      refused += from == kOne && heard.kind == MessageKind::kPresignRefuse ? 1u : 0u;
      return true;
    };
  }
  PeerMessage AskFor(const core::PresignInvite& invite) {
    return {MessageKind::kPresignInvite, RequestOf(kTwo), invite.Encode()};
  }

  core::PresignInvite good;
  std::size_t joined = 0;
  std::size_t refused = 0;
};

// Whoever asks for a presignature is looked up in the signer's own records.
TEST_F(PresignInvites, OnlyAnActiveKeyByTheSameRecordsWithItsLeaderIsPresigned) {
  using Change = std::function<void(core::PresignInvite&)>;
  const Change lies[] = {[](auto& i) { i.key.bytes[3] ^= 1; },
                         [](auto& i) { i.path[0] = 1; },
                         [](auto& i) {
                           i.quorum = {kOne, kThree};
                         },
                         [](auto& i) {
                           i.quorum = {kTwo, kThree};
                         },
                         [](auto& i) {
                           i.quorum = {kOne, kTwo, kThree};
                         },
                         [](auto& i) { i.quorum = {kOne}; },
                         [](auto& i) { ++i.scope.version; },
                         [](auto& i) { i.scope.hash[0] ^= 1; },
                         [](auto& i) { i.scope = i.account; },
                         [](auto& i) { ++i.account.version; },
                         [](auto& i) { i.account.hash[0] ^= 1; },
                         [](auto& i) { i.account.id.bytes[9] ^= 1; },
                         [](auto& i) { i.account = i.scope; }};
  for (const Change& lie : lies) {
    core::PresignInvite invite = good;
    lie(invite);
    network.Forge(kTwo, kOne, AskFor(invite));
  }
  network.Forge(kTwo, kOne, {MessageKind::kPresignInvite, RequestOf(kThree), good.Encode()});
  network.Run(20);
  EXPECT_EQ(joined, 0u);
  EXPECT_EQ(refused, std::size(lies));
}

TEST_F(PresignInvites, ALeaderHasSoManyRunsAndBeginsSoManyInASecond) {
  for (int i = 0; i < 20; ++i) network.Forge(kTwo, kOne, AskFor(good));
  network.Run(20);
  EXPECT_EQ(joined, core::PresignConfig{}.runs_of_one_max);
  EXPECT_TRUE(world.Signs(kOne));
  network.Run(core::PresignConfig{}.run_ms);

  joined = 0;
  while (network.now_ms() % 1'000 != 0) network.Run(0);
  core::PresignInvite bad = good;
  bad.path[0] = 1;
  for (std::size_t i = 0; i < core::PresignConfig{}.begun_per_second; ++i)
    network.Forge(kTwo, kOne, AskFor(bad));
  const PeerMessage one_more = AskFor(good);
  network.Forge(kTwo, kOne, one_more);
  network.Run(100);
  EXPECT_EQ(joined, 0u) << "too many in one second";
  network.Run(1'000);
  network.Forge(kTwo, kOne, one_more);
  network.Run(20);
  EXPECT_EQ(joined, 1u);
  network.Run(core::PresignConfig{}.run_ms);
}

TEST_F(Presigning, AFailedCheckWhileOneIsMadeBurnsThePairAndWhatWasMadeWithIt) {
  Warm();
  PartyIndex liar;
  network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& message) {
    if (to != kOne || message.kind != MessageKind::kPresignRound2 || liar.value != 0) return true;
    liar = from;
    core::SignRound round = core::SignRound::Parse(message.body).value();
    sign::Multiplication said = sign::Multiplication::Parse(round.message).value();
    said.gamma_nonce = said.gamma_key;
    round.message = said.Encode();
    round.signature = network.Steal(from).identity.Sign(sign::Statement(sign::Show(said)));
    message.body = round.Encode();
    return true;
  };
  const std::uint64_t lost = Count(kOne, "pair_lost");
  ASSERT_TRUE(world.Signs(kOne));
  network.Run(100);
  ASSERT_NE(liar.value, 0u);
  EXPECT_EQ(network.Logged(Event::kPairBurned, kOne), 1u);
  EXPECT_GE(Count(kOne, "pair_lost"), lost);
  network.core_tap = nullptr;
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  EXPECT_TRUE(world.SignsEverywhere());
  network.Skip(core::PresignConfig{}.rest_ms);
  network.Run(20);
  Warm();
}

TEST_F(Presigning, AnotherVersionOfTheScopeDropsThem) {
  Warm();
  const std::uint64_t misses = Count(kOne, "misses");
  const std::uint64_t dropped = Count(kOne, "record_changed");
  const std::string updated = network.Ask(
      kTwo, client::UpdateScope(client.key, client.scope, R"({"name":"test","description":"new"})"));
  ASSERT_NE(updated.find("result"), std::string::npos) << updated;
  network.Run(100);
  EXPECT_GT(Count(kOne, "record_changed"), dropped);
  EXPECT_TRUE(world.Signs(kOne));
  EXPECT_EQ(Count(kOne, "misses"), misses + 1);
}

TEST_F(Presigning, AfterADayTheyAreDropped) {
  Warm();
  const std::uint64_t misses = Count(kOne, "misses");
  network.Skip(core::PresignConfig{}.lifetime_ms);
  network.Run(1'100);
  EXPECT_EQ(Count(kOne, "pooled"), 0u);
  EXPECT_GT(Count(kOne, "expired"), 0u);
  EXPECT_TRUE(world.Signs(kOne));
  EXPECT_EQ(Count(kOne, "misses"), misses + 1);
}

// rules.md 33, with a pool as small as its accounts are few; tests/unit/policy has 10,000 keys.
TEST(PresignShares, AScopeThatUsesManyKeysLeavesAnotherOneItsHits) {
  Network network(Options{.seed = 33, .presign = {.total_max = 24, .scope_min = 4}});
  crypto::SeededRng rng(33);
  network.Form();
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 10'000));
  Client victim = MakeClient(network, rng);
  Client hostile = MakeClient(network, rng);
  std::map<std::string, std::string> victims;
  std::map<std::string, std::string> others;
  for (int i = 0; i < 2; ++i) {
    const std::string name = "v" + std::to_string(i);
    victims[name] = Register(network, victim, kOne, name);
  }
  for (int i = 0; i < 8; ++i) {
    const std::string name = "h" + std::to_string(i);
    others[name] = Register(network, hostile, kOne, name);
  }
  const auto hits_of_victim = [&](bool with_hostile) {
    std::size_t hits = 0;
    for (int round = 0; round < 3; ++round) {
      for (const auto& [name, address] : victims) {
        const std::size_t before = network.Logged(Event::kPresignHit, kOne);
        EXPECT_TRUE(Signs(network, victim, kOne, name, address));
        hits += network.Logged(Event::kPresignHit, kOne) - before;
      }
      network.Run(50);
      if (!with_hostile) continue;
      for (const auto& [name, address] : others) EXPECT_TRUE(Signs(network, hostile, kOne, name, address));
      network.Run(50);
    }
    return hits;
  };
  EXPECT_EQ(hits_of_victim(false), 4u) << "all but the first use of each key";
  EXPECT_EQ(hits_of_victim(true), 6u);
  EXPECT_GT(network.Logged(Event::kPresignEvicted, kOne), 0u) << "the hostile scope did fill its share";
}

}  // namespace
}  // namespace passport::sim
