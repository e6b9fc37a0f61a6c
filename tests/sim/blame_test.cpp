// The blame round (docs/protocols.md) among cores, three of five: who has spoilt a signature is proved to
// every node, whoever cannot be proved to have done it is blamed for nothing, and the client gets its
// signature.
#include <gtest/gtest.h>

#include "tests/sim/disputed_run.h"

namespace passport::sim {
namespace {

class Blame : public DisputedRun {};

TEST_F(Blame, AGoodSignatureHasNoBlameRound) {
  EXPECT_TRUE(SignsAll());
  EXPECT_TRUE(seen.empty());
}

// The liar's core has told the honest signer one psi, as everybody reads, and remembers another one.
TEST_F(Blame, AWrongPsiThatIsDeniedIsTwoWords) {
  wrong_psi_in = MessageKind::kSignRound2;
  EXPECT_TRUE(SignsAll());
  ExpectProved(sign::Lie::kTwoWords);
  EXPECT_EQ(network.Logged(Event::kSignRetry, kOne), 1u);
}

TEST_F(Blame, AWrongPsiThatIsOwnedUpToHasNoDefence) {
  wrong_psi_in = MessageKind::kSignRound2;
  defence_lie = [this](sign::Defence& defence) {
    sign::SignedShown& said = defence.exchanges.at(attempt.honest).sent;
    said.shown.psi = said.shown.psi + kSeven;
    said.signature = attempt.keys->identity.Sign(sign::Statement(said.shown));
  };
  EXPECT_TRUE(SignsAll());
  ExpectProved(sign::Lie::kDefence);
}

TEST_F(Blame, AWrongShareHasNoDefence) {
  for (const auto part : {&sign::SignatureShare::u, &sign::SignatureShare::w}) {
    network.log().clear();
    share_lie = [&](sign::SignatureShare& share) { share.*part = share.*part + kSeven; };
    defence_lie = [&](sign::Defence& defence) {
      share_lie(defence.own.share);
      defence.own = SignAs(*attempt.keys, defence.own.share, defence.own.receipt);
    };
    EXPECT_TRUE(SignsAll());
    ExpectProved(sign::Lie::kDefence);
    share_lie = nullptr;
    ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  }
}

TEST_F(Blame, AShareDefendedOtherThanItWasSentIsTwoWords) {
  share_lie = [&](sign::SignatureShare& share) { share.u = share.u + kSeven; };
  defence_lie = [](sign::Defence&) {};
  EXPECT_TRUE(SignsAll());
  ExpectProved(sign::Lie::kTwoWords);
}

// The words of round 2 wait with the presignature.
TEST_F(Blame, ALieInAPresignatureIsProvedWhenItIsUsed) {
  wrong_psi_in = MessageKind::kPresignRound2;
  ASSERT_TRUE(SignsAll());
  network.Run(300);
  EXPECT_EQ(network.Logged(Event::kSignAborted), 0u);
  network.log().clear();
  EXPECT_TRUE(SignsAll());
  EXPECT_EQ(network.Logged(Event::kSignRetry, kOne), 1u);
  ExpectProved(sign::Lie::kTwoWords);
}

TEST_F(Blame, ASilentSignerIsLeftOutAndBlamedForNothing) {
  share_lie = [&](sign::SignatureShare& share) { share.u = share.u + kSeven; };
  silent = true;
  EXPECT_TRUE(SignsAll());
  network.Run(1'600);
  ExpectNothingProved();
  EXPECT_EQ(network.Logged(Event::kSignUndefended, kOne), 1u);
  EXPECT_EQ(network.Logged(Event::kSignUndefended), 1u);
  EXPECT_EQ(seen[MessageKind::kSignDefence].size(), 1u) << "the honest signer's; node 1's own is on no wire";
  // The next signature does without it, and with those who have defended theirs.
  const PartyIndex before = attempt.liar;
  const PartyIndex cleared = attempt.honest;
  share_lie = nullptr;
  network.log().clear();
  EXPECT_TRUE(SignsAll());
  EXPECT_FALSE(sharing::Contains(attempt.quorum, before));
  EXPECT_TRUE(sharing::Contains(attempt.quorum, cleared));
  EXPECT_EQ(network.Logged(Event::kSignRetry), 0u);
}

// A leader that wants to learn more about a signature which came out well: whatever it says of its own share.
TEST_F(Blame, NobodyDefendsAGoodSignature) {
  const std::string reply = network.Ask(kOne, client.developer->PersonalSign(username_, AsBytes(kText)));
  const Scalar s =
      Scalar::Parse(ByteSpan(ParseHex(ResultText(reply).substr(2)).value()).subspan(32, 32)).value();
  ASSERT_EQ(attempt.shares.size(), 2u);
  const sign::SignedShare& one = attempt.shares.at(attempt.liar);
  const sign::SignedShare& two = attempt.shares.at(attempt.honest);
  // Any share of its own that makes up for what it is not known to be.
  sign::SignatureShare own{kOne, one.share.ssid, Scalar::FromU64(1), {}};
  own.w = s * (own.u + one.share.u + two.share.u) - one.share.w - two.share.w;
  const StolenKeys keys = network.Steal(kOne);
  const core::SignDispute good{1, {SignAs(keys, own, {}), one, two}};
  network.Forge(kOne, attempt.honest, {MessageKind::kSignDispute, attempt.request, good.Encode()});
  network.Run(20);
  EXPECT_TRUE(seen[MessageKind::kSignDefence].empty());
  EXPECT_EQ(network.Logged(Event::kDisputeRefused, attempt.honest), 1u);
  // And it has had its one answer, also if it now says that it has spoilt the signature itself.
  own.w = own.w + kSeven;
  core::SignDispute spoilt = good;
  spoilt.shares[0] = SignAs(keys, own, {});
  network.Forge(kOne, attempt.honest, {MessageKind::kSignDispute, attempt.request, spoilt.Encode()});
  network.Run(20);
  EXPECT_TRUE(seen[MessageKind::kSignDefence].empty());
  // The other signer has not been asked: only the run's leader may, about that run and attempt.
  PeerMessage question{MessageKind::kSignDispute, attempt.request, spoilt.Encode()};
  network.Forge(kFour, attempt.liar, question);
  question.request.bytes[15] ^= 1;
  network.Forge(kOne, attempt.liar, question);
  question.request = attempt.request;
  question.body[0] ^= 2;
  network.Forge(kOne, attempt.liar, question);
  network.Run(20);
  EXPECT_TRUE(seen[MessageKind::kSignDefence].empty());
  question.body[0] ^= 2;
  network.Forge(kOne, attempt.liar, question);
  network.Run(20);
  EXPECT_EQ(seen[MessageKind::kSignDefence].size(), 1u);
  ExpectNothingProved();
}

// A leader that spoils its own share gets the defences, and shows them around under another key: they are of
// no use against those who gave them.
TEST_F(Blame, ALeaderThatLiesAboutTheRunProvesNothing) {
  ASSERT_TRUE(SignsAll());
  const sign::SignedShare& one = attempt.shares.at(attempt.liar);
  const sign::SignedShare& two = attempt.shares.at(attempt.honest);
  const sign::SignedShare own =
      SignAs(network.Steal(kOne), {kOne, one.share.ssid, Scalar::FromU64(1), Scalar::FromU64(2)}, {});
  const core::SignDispute dispute{1, {own, one, two}};
  for (const PartyIndex to : {attempt.liar, attempt.honest})
    network.Forge(kOne, to, {MessageKind::kSignDispute, attempt.request, dispute.Encode()});
  network.Run(20);
  ASSERT_EQ(seen[MessageKind::kSignDefence].size(), 2u);
  core::SignEvidence evidence{1, Dispute(), dispute.shares, DefenceOf(attempt.honest).defence};
  // Each as of a run of its own, so that it is heard.
  const auto show = [&](const core::SignEvidence& what, std::uint8_t run) {
    RequestId request = attempt.request;
    request.bytes[15] ^= run;
    for (const PartyIndex to : {attempt.liar, attempt.honest, kFive})
      network.Forge(kOne, to, {MessageKind::kSignEvidence, request, what.Encode()});
    network.Run(20);
  };
  show(evidence, 0);
  evidence.dispute.public_key = evidence.dispute.public_key.Negate();
  show(evidence, 1);
  network.Run(6'000);
  evidence.dispute = Dispute();
  evidence.dispute.quorum = {kOne, attempt.honest, kFive};
  show(evidence, 2);
  evidence.dispute = Dispute();
  evidence.defence.proof.response = evidence.defence.proof.response + kSeven;
  show(evidence, 3);  // not signed by its defender
  EXPECT_EQ(network.Logged(Event::kSignLie), 0u);
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
}

// A leader shows the same evidence as that of so many other runs.
void ShowAsOfOthers(Network& network, PartyIndex to, PeerMessage evidence, int runs) {
  for (int i = 0; i < runs; ++i) {
    evidence.request.bytes[15] = static_cast<std::uint8_t>(i);
    network.Forge(kOne, to, evidence);
  }
}

// What was said about one run is nothing about another one, and a lie counts once.
TEST_F(Blame, WordsOfAnotherRunAndRepeatedEvidenceChangeNothing) {
  share_lie = [&](sign::SignatureShare& share) { share.u = share.u + kSeven; };
  defence_lie = [&](sign::Defence& defence) {
    share_lie(defence.own.share);
    defence.own = SignAs(*attempt.keys, defence.own.share, defence.own.receipt);
  };
  ASSERT_TRUE(SignsAll());
  ExpectProved(sign::Lie::kDefence);
  const PartyIndex liar = attempt.liar;
  const PartyIndex honest = attempt.honest;
  const auto shown = seen[MessageKind::kSignEvidence];
  const auto proof = std::ranges::find_if(shown, [&](const auto& said) {
    return core::SignEvidence::Parse(said.second.body).value().defence.own.share.from == liar;
  });
  ASSERT_TRUE(proof != shown.end());
  const auto again = [&] {
    for (const auto& [to, message] : shown) network.Forge(kOne, to, message);
    for (const auto& [to, message] : shown) {
      if (to != kFive) network.Forge(kFive, to, message);  // which did not lead it
    }
    network.Run(20);
  };
  again();
  ExpectProved(sign::Lie::kDefence);
  // When the run is forgotten, it is told to the operator and counts no more.
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000));
  network.Run(6'000);
  network.log().clear();
  again();
  EXPECT_EQ(network.Logged(Event::kSignLie, honest), 1u);
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);

  // A leader that shows it as that of ever new runs fills a few lines of the log.
  network.log().clear();
  ShowAsOfOthers(network, honest, proof->second, 5);
  network.Run(20);
  EXPECT_EQ(network.Logged(Event::kSignLie, honest), 1u) << "two at a time, and one was there";
  network.Run(6'000);

  // In another run of the same leader, the defence of the first one is none.
  const core::SignDefence old = DefenceOf(liar);
  network.log().clear();
  seen.clear();
  silent = true;
  ASSERT_TRUE(SignsAll());
  ASSERT_FALSE(seen[MessageKind::kSignDispute].empty());
  network.Forge(attempt.liar, kOne,
                {MessageKind::kSignDefence, attempt.request, core::SignDefence{1, old.defence}.Encode()});
  network.Run(1'600);
  ExpectNothingProved();
  EXPECT_EQ(network.Logged(Event::kSignUndefended, kOne), 1u);
  // Nor does the evidence of the first one count as that of another one that its receiver took part in.
  PeerMessage renamed = proof->second;
  renamed.request = attempt.request;
  network.Forge(kOne, attempt.honest, renamed);
  network.Run(20);
  EXPECT_EQ(network.Logged(Event::kSignLie, attempt.honest), 1u);
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
}

TEST(BlameSwitch, OffAsksNobody) {
  Network network(Options{.n = 3, .t = 3, .seed = 9, .relayed = true, .signing = {.blame_round = false}});
  crypto::SeededRng rng(9);
  network.Form();
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 10'000));
  Client client = MakeClient(network, rng);
  Register(network, client, kOne, "off");
  std::size_t spoilt = 0;
  std::size_t asked = 0;
  network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& message) {
    asked += message.kind == MessageKind::kSignDispute ? 1u : 0u;
    if (from != kTwo || to != kThree || message.kind != MessageKind::kSignRound2) return true;
    ++spoilt;
    core::SignRound round = core::SignRound::Parse(message.body).value();
    sign::Multiplication said = sign::Multiplication::Parse(round.message).value();
    said.psi = said.psi + Scalar::FromU64(7);
    round.message = said.Encode();
    round.signature = network.Steal(kTwo).identity.Sign(sign::Statement(sign::Show(said)));
    message.body = round.Encode();
    return true;
  };
  network.Ask(kOne, client.developer->PersonalSign("off", AsBytes(kText)));
  EXPECT_GT(spoilt, 0u);
  EXPECT_GT(network.Logged(Event::kSignAborted, kOne,
                           static_cast<std::uint64_t>(protocol::AbortReason::kBadSignature)),
            0u);
  EXPECT_EQ(asked, 0u);
}

}  // namespace
}  // namespace passport::sim
