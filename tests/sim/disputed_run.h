// Three of five nodes sign under a relay that knows what they say: node 1 leads, and a signer of its first
// attempt lies.
#pragma once

#include <algorithm>

#include "tests/sim/world.h"
#include "trusted/core/blame_messages.h"
#include "trusted/eth/message.h"
#include "trusted/sharing/quorum.h"

namespace passport::sim {

using core::MessageKind;
using core::PeerMessage;
using curve::Scalar;

inline constexpr std::string_view kText = "disputed";

// Node 1's first attempt, and the lies of one of its signers, who has that signer's keys and says something
// else in its place.
class DisputedRun : public ::testing::Test {
 protected:
  struct Attempt {
    RequestId request;
    std::vector<PartyIndex> quorum;  // node 1, the liar, the honest one
    PartyIndex liar;
    PartyIndex honest;
    std::optional<StolenKeys> keys;  // of the liar
    core::RecordRef scope;
    core::RecordRef account;
    std::map<PartyIndex, sign::SignedShare> shares;  // of the others than node 1, before any lie
  };
  using ShareLie = std::function<void(sign::SignatureShare&)>;
  using DefenceLie = std::function<void(sign::Defence&)>;

  DisputedRun() : world(Instance()), network(world.network), client(world.client) {}
  void SetUp() override {
    const World::Account own = world.BeginWithAccount();
    username_ = own.name;
    address_ = own.address;
    // Through another gateway: the public key, out of a signature.
    const std::string reply = network.Ask(kFour, client.developer->PersonalSign(username_, AsBytes(kText)));
    const Bytes signature = ParseHex(ResultText(reply).substr(2)).value();
    public_key_ = curve::RecoverEcdsa(digest_, {Scalar::Parse(ByteSpan(signature).first(32)).value(),
                                                Scalar::Parse(ByteSpan(signature).subspan(32, 32)).value(),
                                                static_cast<std::uint8_t>(signature[64] - 27)})
                      .value();
    network.Run(200);
    network.log().clear();
    network.core_tap = [this](PartyIndex from, PartyIndex to, PeerMessage& message) {
      return Tap(from, to, message);
    };
  }

  void TearDown() override { network.core_tap = nullptr; }

  // The client's view: its signature is good whatever happens among the nodes.
  ::testing::AssertionResult SignsAll() {
    const std::uint64_t begun_ms = network.now_ms();
    const auto outcome = Signs(network, client, kOne, username_, address_, kText);
    if (outcome && network.now_ms() > begun_ms + 500) return ::testing::AssertionFailure() << "too late";
    network.Run(50);
    return outcome;
  }

  bool Tap(PartyIndex from, PartyIndex to, PeerMessage& message) {
    if (from == kOne) OnLeader(message);
    Shift(from, to, message);
    if (message.kind == MessageKind::kPresignReady && to == kOne)
      made_[core::PresignReady::Parse(message.body).value().ssid] = message.request;
    if (message.kind == MessageKind::kSignRound3 && to == kOne) OnShare(from, message);
    if (message.kind < MessageKind::kSignDispute || message.kind > MessageKind::kSignEvidence) return true;
    seen[message.kind].emplace_back(to, message);
    if (message.kind == MessageKind::kSignDispute && to == attempt.liar && defence_lie)
      AskAboutTheTrueShare(message);
    if (message.kind == MessageKind::kSignDefence && from == attempt.liar) {
      if (silent) return false;
      if (defence_lie) Falsify(message);
    }
    return true;
  }

  // The first attempt begins with an invitation, or with a message about a presignature whose signers were
  // invited before.
  void OnLeader(const PeerMessage& message) {
    if (message.kind == MessageKind::kPresignInvite)
      quorums_[message.request] = core::PresignInvite::Parse(message.body).value().quorum;
    if (message.request == attempt.request) return;
    if (message.kind == MessageKind::kSignInvite) {
      const auto invite = core::SignInvite::Parse(message.body).value();
      quorums_[message.request] = invite.quorum;
      Name(message.request, invite.quorum, invite.scope, invite.account);
    }
    if (message.kind == MessageKind::kSignOnline) {
      const auto online = core::SignOnline::Parse(message.body).value();
      Name(message.request, quorums_.at(made_.at(online.ssid)), online.scope, online.account);
    }
  }
  void Name(const RequestId& request, const std::vector<PartyIndex>& quorum, const core::RecordRef& scope,
            const core::RecordRef& account) {
    ASSERT_EQ(quorum.size(), 3u);
    ASSERT_EQ(quorum[0], kOne);
    attempt = {request, quorum, quorum[1], quorum[2], network.Steal(quorum[1]), scope, account, {}};
  }

  // The liar's psi to the honest signer, in a run for a client or for the pool.
  void Shift(PartyIndex from, PartyIndex to, PeerMessage& message) {
    const auto quorum = quorums_.find(message.request);
    if (message.kind != wrong_psi_in || quorum == quorums_.end()) return;
    if (from != quorum->second[1] || to != quorum->second[2]) return;
    core::SignRound round = core::SignRound::Parse(message.body).value();
    sign::Multiplication said = sign::Multiplication::Parse(round.message).value();
    said.psi = said.psi + kSeven;
    round.message = said.Encode();
    round.signature = network.Steal(from).identity.Sign(sign::Statement(sign::Show(said)));
    message.body = round.Encode();
  }

  void OnShare(PartyIndex from, PeerMessage& message) {
    auto round = core::SignRound3::Parse(message.body).value();
    if (message.request != attempt.request || round.attempt != 1) return;
    const StolenKeys keys = network.Steal(from);
    sign::SignatureShare share = sign::SignatureShare::Parse(round.share).value();
    const Hash32 receipt =
        core::ReceiptDigest({message.request, digest_, attempt.scope, attempt.account, share.ssid,
                             round.setups, keys.boot, network.manifest().Hash()});
    attempt.shares.insert_or_assign(from, sign::SignedShare{share, receipt, round.signature});
    EXPECT_TRUE(crypto::VerifyEd25519(keys.identity.public_key(), sign::Statement(share, receipt, digest_),
                                      round.signature));
    if (from != attempt.liar || !share_lie) return;
    share_lie(share);
    round.share = share.Encode();
    round.signature = SignAs(keys, share, receipt).signature;
    message.body = round.Encode();
  }
  sign::SignedShare SignAs(const StolenKeys& keys, const sign::SignatureShare& share, const Hash32& receipt) {
    return {share, receipt, keys.identity.Sign(sign::Statement(share, receipt, digest_))};
  }

  // The liar's core has given another share than the one that is disputed, and would say nothing about that:
  // it is made to defend its own, against an honest signer's that spoils the signature.
  void AskAboutTheTrueShare(PeerMessage& message) {
    auto dispute = core::SignDispute::Parse(message.body).value();
    for (sign::SignedShare& share : dispute.shares) {
      if (share.share.from == attempt.liar) share = attempt.shares.at(attempt.liar);
      if (share.share.from != attempt.honest) continue;
      share.share.w = share.share.w + kSeven;
      share = SignAs(network.Steal(attempt.honest), share.share, share.receipt);
    }
    message.body = dispute.Encode();
  }
  void Falsify(PeerMessage& message) {
    auto answer = core::SignDefence::Parse(message.body).value();
    defence_lie(answer.defence);
    answer.defence.signature = attempt.keys->identity.Sign(answer.defence.Statement(Dispute()));
    message.body = answer.Encode();
  }
  sign::Dispute Dispute() const {
    return {attempt.quorum, attempt.shares.at(attempt.liar).share.ssid, public_key_, digest_};
  }
  core::SignDefence DefenceOf(PartyIndex party) {
    for (const auto& [to, message] : seen[MessageKind::kSignDefence]) {
      auto answer = core::SignDefence::Parse(message.body).value();
      if (answer.defence.own.share.from == party) return answer;
    }
    ADD_FAILURE() << party.value << " gave none";
    return {};
  }

  // By every node but the liar, of the liar alone; the pair is burned where the node took part.
  void ExpectProved(sign::Lie lie) {
    for (const PartyIndex node : {kOne, kTwo, kThree, kFour, kFive}) {
      if (node == attempt.liar) continue;
      const bool took_part = node == kOne || node == attempt.honest;
      EXPECT_EQ(network.Logged(Event::kSignLie, node, static_cast<std::uint64_t>(lie)), 1u) << node.value;
      EXPECT_EQ(network.Logged(Event::kPairBurned, node), took_part ? 1u : 0u) << node.value;
    }
    for (const Network::LogEntry& entry : network.log()) {
      const bool names = entry.code == static_cast<std::uint16_t>(Event::kSignLie) ||
                         entry.code == static_cast<std::uint16_t>(Event::kPairBurned);
      if (names) {
        EXPECT_EQ(entry.party, attempt.liar.value);
      }
    }
  }
  void ExpectNothingProved() {
    EXPECT_EQ(network.Logged(Event::kSignLie), 0u);
    EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
    EXPECT_TRUE(seen[MessageKind::kSignEvidence].empty());
  }

  World& world;
  Network& network;
  Client& client;
  const Scalar kSeven = Scalar::FromU64(7);
  Attempt attempt;
  std::optional<MessageKind> wrong_psi_in;  // this round
  ShareLie share_lie;
  DefenceLie defence_lie;
  bool silent = false;  // the liar
  std::map<MessageKind, std::vector<std::pair<PartyIndex, PeerMessage>>>
      seen;  // of the blame round, by receiver
  const Digest digest_ = eth::PersonalMessageDigest(AsBytes(kText));
  curve::Point public_key_;
  std::string username_;
  std::string address_;

 private:
  std::map<RequestId, std::vector<PartyIndex>> quorums_;  // of runs that node 1 has begun
  std::map<Hash32, RequestId> made_;                      // presignatures

  static World& Instance() {
    static World instance(Options{.n = 5, .t = 3, .seed = 8, .relayed = true});
    return instance;
  }
};

}  // namespace passport::sim
