// One core lies to the others about runs it leads or takes part in: requests go on without it.
#include <gtest/gtest.h>

#include "tests/sim/client.h"
#include "trusted/core/signing_messages.h"
#include "trusted/eth/message.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

class LyingPeer : public ::testing::Test {
 protected:
  LyingPeer() : network(Options{.relayed = true, .presign = {.total_max = 0}}), rng(78) {
    network.Form();
    EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000)) << network.Health(kOne);
  }
  Network network;
  crypto::SeededRng rng;
};

TEST_F(LyingPeer, ADealerThatAbortsEveryKeyGenerationIsLeftOut) {
  Client client = MakeClient(network, rng);
  for (const PartyIndex liar : {kTwo, kThree}) {
    network.core_tap = [liar](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (from != liar || message.kind != MessageKind::kKeygenCommitment) return true;
      const Hash32 context = dkg::Commitment::Parse(message.body).value().header.context;
      message = {MessageKind::kKeygenAbort, message.request, ToBytes(context)};
      return true;
    };
    const std::string name = "abort" + std::to_string(liar.value);
    const std::string address = Register(network, client, kOne, name);
    EXPECT_TRUE(Signs(network, client, kOne, name, address));
  }
}

// Where in an opening: its sender, a coefficient, what its sender heard from the others (blames nobody), the
// share.
TEST_F(LyingPeer, ADealerThatOpensWronglyIsLeftOut) {
  Client client = MakeClient(network, rng);
  const auto places = {+[](Bytes&) -> std::size_t { return 2; }, +[](Bytes&) -> std::size_t { return 40; },
                       +[](Bytes& body) -> std::size_t { return body.size() - 33; },
                       +[](Bytes& body) -> std::size_t { return body.size() - 1; }};
  for (const PartyIndex liar : {kTwo, kThree}) {
    std::size_t number = 0;
    for (const auto place : places) {
      network.core_tap = [liar, place](PartyIndex from, PartyIndex, PeerMessage& message) {
        if (from == liar && message.kind == MessageKind::kKeygenOpening)
          message.body.at(place(message.body)) ^= 1;
        return true;
      };
      const std::string name = std::to_string(liar.value) + " " + std::to_string(number++);
      const std::string address = Register(network, client, kOne, name);
      EXPECT_TRUE(Signs(network, client, kOne, name, address)) << name;
    }
  }
}

// The accuser is left out first, although it is honest; the liar is silent then.
TEST_F(LyingPeer, ADealerThatHasAnotherOneAccuseItIsLeftOutInTheEnd) {
  Client client = MakeClient(network, rng);
  bool silent = false;
  network.core_tap = [&silent](PartyIndex from, PartyIndex to, PeerMessage& message) {
    if (from == kThree && message.kind == MessageKind::kKeygenAbort) silent = true;
    if (from != kTwo || message.kind < MessageKind::kKeygenInvite || message.kind > MessageKind::kKeygenAbort)
      return true;
    if (to == kThree && message.kind == MessageKind::kKeygenOpening) message.body.back() ^= 1;
    return !silent;
  };
  const std::string address = Register(network, client, kOne, "accused");
  EXPECT_TRUE(Signs(network, client, kOne, "accused", address));
}

TEST_F(LyingPeer, ASignerThatBreaksOffEverySignatureIsReplaced) {
  Client client = MakeClient(network, rng);
  const std::string address = Register(network, client, kOne, "kurt");
  for (const PartyIndex liar : {kTwo, kThree}) {
    network.core_tap = [liar](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (from == liar && message.kind == MessageKind::kSignRound1) message.body.pop_back();
      return true;
    };
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(Signs(network, client, kOne, "kurt", address));
  }
}

TEST_F(LyingPeer, OnlyTheGatewayOfARequestInvitesAndOnlyAFewTimes) {
  Client client = MakeClient(network, rng);
  std::optional<PeerMessage> invite;
  Bytes context;
  std::size_t commitments = 0;
  network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
    if (message.kind == MessageKind::kKeygenInvite) invite = message;
    if (from == kThree && message.kind == MessageKind::kKeygenCommitment) {
      context = ToBytes(dkg::Commitment::Parse(message.body).value().header.context);
      ++commitments;
    }
    return message.kind != MessageKind::kKeygenConfirmation;  // so that the account stays reserved
  };
  EXPECT_EQ(ErrorName(network.Ask(kOne, client.developer->Register("ivan"))), "too_few_nodes");
  network.Run(20'000);
  ASSERT_TRUE(invite.has_value());
  ASSERT_GT(commitments, 0u);
  commitments = 0;
  network.Forge(kTwo, kThree, *invite);
  network.Run(100);
  EXPECT_EQ(commitments, 0u) << "not the gateway";
  for (int i = 0; i < 8; ++i) {
    network.Forge(kOne, kThree, *invite);
    network.Run(100);
    network.Forge(kOne, kThree, {MessageKind::kKeygenAbort, invite->request, context});
    network.Run(100);
  }
  EXPECT_GT(commitments, 0u);
  EXPECT_LE(commitments, 2u * 2u) << "to two dealers, two times more";
}

TEST_F(LyingPeer, ASignerThatClaimsNewerRecordsWithoutSendingThemIsReplaced) {
  Client client = MakeClient(network, rng);
  const std::string address = Register(network, client, kOne, "judy");
  std::size_t lies = 0;
  network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
    if (from != kTwo || message.kind != MessageKind::kSignJoin) return true;
    const auto join = core::SignJoin::Parse(message.body);
    EXPECT_TRUE(join.ok());
    const core::SignRefuse refuse{join.value().attempt, core::RefuseReason::kNewer, 0};
    message = {MessageKind::kSignRefuse, message.request, refuse.Encode()};
    ++lies;
    return true;
  };
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Signs(network, client, kOne, "judy", address));
  EXPECT_GT(lies, 0u);
}

// rules.md 36: in each signature the first other signer names other setups than it used. Either its receipt
// is good for what it says, signed with its own key, or it is the one that it made before.
class LyingReceipts : public LyingPeer, public ::testing::WithParamInterface<bool> {};

TEST_P(LyingReceipts, ASignerThatNamesOtherSetupsIsReplaced) {
  Client client = MakeClient(network, rng);
  const std::string address = Register(network, client, kOne, "rita");
  const std::string message = "message";
  const std::function<void(std::vector<core::UsedSetup>&)> lies[] = {
      [](auto& setups) { setups.at(0).id.bytes[5] ^= 1; },
      [](auto& setups) { setups.at(0).peer = PartyIndex{9}; }, [](auto& setups) { setups.clear(); },
      [](auto& setups) { setups.push_back(setups.at(0)); }};
  for (const auto& lie : lies) {
    std::optional<core::SignInvite> invite;
    std::size_t lied = 0;
    network.log().clear();
    network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& heard) {
      if (heard.kind == MessageKind::kSignInvite) invite = core::SignInvite::Parse(heard.body).value();
      if (heard.kind != MessageKind::kSignRound3 || lied++ > 0) return true;
      auto round = core::SignRound3::Parse(heard.body).value();
      const StolenKeys keys = network.Steal(from);
      const Digest digest = eth::PersonalMessageDigest(AsBytes(message));
      const sign::SignatureShare share = sign::SignatureShare::Parse(round.share).value();
      const core::ReceiptFacts facts{
          heard.request, digest,    invite.value().scope,     invite.value().account, share.ssid,
          round.setups,  keys.boot, network.manifest().Hash()};
      const auto statement = [&](const core::ReceiptFacts& said) {
        return sign::Statement(share, core::ReceiptDigest(said), digest);
      };
      EXPECT_TRUE(crypto::VerifyEd25519(keys.identity.public_key(), statement(facts), round.signature));
      core::ReceiptFacts false_facts = facts;
      lie(false_facts.setups);
      round.setups = false_facts.setups;
      if (GetParam()) round.signature = keys.identity.Sign(statement(false_facts));
      heard.body = round.Encode();
      return true;
    };
    EXPECT_TRUE(Signs(network, client, kOne, "rita", address, message));
    EXPECT_EQ(lied, 2u) << "the liar, then another signer";
    EXPECT_EQ(network.Logged(Event::kSignRetry, kOne), 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(Signed, LyingReceipts, ::testing::Bool());

// Nodes that are connected and silent are named as soon as nodes that are away.
TEST_F(LyingPeer, SilentNodesAreNamedWithinTwoSecondsAfterARestart) {
  Client client = MakeClient(network, rng);
  const std::string address = Register(network, client, kOne, "kim");
  Register(network, client, kOne, "leo");
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.Kill(party);
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.Start(party);
  ASSERT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000)) << network.Health(kOne);
  EXPECT_TRUE(Signs(network, client, kOne, "kim", address)) << "its records are confirmed now";
  network.Hang(kTwo, true);
  network.Hang(kThree, true);
  const Bytes message = ToBytes(std::string_view("silent"));
  for (const auto& request :
       {client.developer->PersonalSign("kim", message), client.developer->PersonalSign("leo", message),
        client.developer->Addresses("leo"), client.developer->Register("mia")}) {
    const std::uint64_t before = network.now_ms();
    const std::string refused = network.Ask(kOne, request);
    EXPECT_EQ(ErrorName(refused), "too_few_nodes");
    EXPECT_NE(refused.find("\"missing_nodes\":[2,3]"), std::string::npos) << refused;
    EXPECT_LT(network.now_ms() - before, 2'000u);
  }
}

}  // namespace
}  // namespace passport::sim
