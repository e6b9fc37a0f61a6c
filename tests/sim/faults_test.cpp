// Failed checks of a peer (rules.md 17): the pair is burned and made again, the third failure bans, the ban
// survives a restart, and only a statement of this very node's operator ends it.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

class PeerFaults : public RelayedTest {
 protected:
  void SetUp() override {
    RelayedTest::SetUp();
    number_ = last_number_;
  }
  void TearDown() override { last_number_ = number_; }

  // Once, the core of `from` answers `to` with a wrong multiplication under its own signature.
  Relay::Tap WrongMultiplication(PartyIndex from, PartyIndex to) {
    const auto keys = std::make_shared<StolenKeys>(network.Steal(from));
    return
        [keys, from, to, done = false](PartyIndex sender, PartyIndex receiver, PeerMessage& message) mutable {
          if (sender != from || receiver != to || message.kind != MessageKind::kSignRound2 || done)
            return true;
          done = true;
          core::SignRound round = core::SignRound::Parse(message.body).value();
          sign::Multiplication said = sign::Multiplication::Parse(round.message).value();
          said.gamma_nonce = said.gamma_key;
          round.message = said.Encode();
          round.signature = keys->identity.Sign(sign::Statement(sign::Show(said)));
          message.body = round.Encode();
          return true;
        };
  }
  // A check fails between nodes 1 and 2, who are the only ones to sign. Their setup is made again and the
  // signature with it, if they may.
  void FailOnce(PartyIndex gateway, PartyIndex liar, PartyIndex victim, std::uint64_t count) {
    network.core_tap = WrongMultiplication(liar, victim);
    network.Hang(kThree, true);
    const bool goes_on = count < core::kBurnsToBan;
    const std::string reply = world.SignReply(gateway);
    if (goes_on) {
      EXPECT_EQ(Recover(AsBytes(std::string_view("message")), ResultText(reply)), world.address) << reply;
    } else {
      EXPECT_EQ(ErrorName(reply), "too_few_nodes");
    }
    EXPECT_EQ(network.Logged(Event::kPairBurned, victim, count), 1u);
    EXPECT_EQ(PeerFlag(network, victim, liar, "banned"), !goes_on);
    EXPECT_EQ(PeerFlag(network, victim, liar, "ready"), goes_on);
    network.core_tap = nullptr;
    network.Hang(kThree, false);
  }
  void Ban(PartyIndex liar, PartyIndex victim) {
    FailOnce(kOne, liar, victim, 1);
    FailOnce(kTwo, liar, victim, 2);
    FailOnce(kOne, liar, victim, 3);
    EXPECT_EQ(network.Logged(Event::kPairBurned, victim), 3u);
    EXPECT_EQ(network.Logged(Event::kPairBurned), 3u);  // the honest one blames, and is not blamed
  }
  core::AdminStatement Unban(PartyIndex at, PartyIndex peer) {
    core::AdminStatement out;
    out.network = network.manifest().network_id;
    out.node = at;
    out.number = kUnixStartMs + ++number_;
    out.expires_unix_ms = 1'700'000'000'000 + network.now_ms() + 60'000;
    out.argument = peer;
    out.signer = at;
    Sign(out);
    return out;
  }
  void Sign(core::AdminStatement& statement) {
    statement.signature = network.operators().at(statement.signer).Sign(statement.SignedHash());
  }
  void ExpectPairOfOneAndTwoSigns() {
    EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000)) << network.Health(kOne);
    network.Hang(kThree, true);
    EXPECT_TRUE(world.Signs(kOne));
    EXPECT_TRUE(world.Signs(kTwo));
    network.Hang(kThree, false);
  }
  // Each differs from a good statement in one thing and gets its verdict; the ban stays.
  void ExpectRefusedStatements() {
    using Change = std::function<void(core::AdminStatement&)>;
    const auto signed_with = [this](const Change& change) {
      core::AdminStatement out = Unban(kOne, kTwo);
      change(out);
      Sign(out);
      return out;
    };
    core::AdminStatement stranger = Unban(kOne, kTwo);
    stranger.signer = PartyIndex{9};
    core::AdminStatement misattributed = Unban(kOne, kTwo);
    misattributed.signature = network.operators().at(kThree).Sign(misattributed.SignedHash());
    core::AdminStatement altered = Unban(kOne, kThree);
    altered.argument = kTwo;
    const std::pair<core::AdminStatement, Status> table[] = {
        {signed_with([](auto& s) { s.network[0] ^= 1; }), Status::kPeerUnknown},
        {signed_with([](auto& s) { s.node = kTwo; }), Status::kPeerUnknown},
        {stranger, Status::kPeerUnknown},
        // Only the node's own operator decides what his node forgives; the forgiven one's least of all.
        {signed_with([](auto& s) { s.signer = kTwo; }), Status::kDenied},
        {signed_with([](auto& s) { s.signer = kThree; }), Status::kDenied},
        {misattributed, Status::kBadSignature},
        {altered, Status::kBadSignature},
        {signed_with([](auto& s) {
           s.number = 0;
           s.expires_unix_ms = 1;
         }),
         Status::kPeerReplay},
        {signed_with([](auto& s) { s.expires_unix_ms = s.number + core::kStatementLifeMaxMs + 1; }),
         Status::kStatementLife},
        {signed_with([](auto& s) { s.expires_unix_ms = 1'700'000'000'000; }), Status::kPeerReplay},
    };
    for (const auto& [statement, verdict] : table) {
      network.log().clear();
      EXPECT_EQ(network.Admin(kOne, statement), verdict);
      EXPECT_EQ(network.Logged(Event::kAdminRefused, kOne, static_cast<std::uint64_t>(verdict)), 1u);
      EXPECT_TRUE(PeerFlag(network, kOne, kTwo, "banned"));
    }
  }

 private:
  std::uint64_t number_ = 0;
  static inline std::uint64_t last_number_ = 0;
};

TEST_F(PeerFaults, ABanSurvivesARestartAndEndsByAStatementOfTheNodesOwnOperator) {
  Ban(kTwo, kOne);
  EXPECT_TRUE(world.SignsEverywhere());  // with the third node
  const core::AdminStatement taken = Unban(kOne, kThree);
  EXPECT_EQ(network.Admin(kOne, taken), Status::kOk);

  network.Kill(kOne);
  network.Start(kOne);
  const auto joined = [&] {
    return network.Ready() && PeerFlag(network, kOne, kThree, "ready") &&
           PeerFlag(network, kThree, kTwo, "ready");
  };
  ASSERT_TRUE(network.RunUntil(joined, 10'000));
  EXPECT_TRUE(PeerFlag(network, kOne, kTwo, "banned"));
  EXPECT_TRUE(world.SignsEverywhere());
  EXPECT_EQ(network.Admin(kOne, taken), Status::kPeerReplay);  // its number is remembered too
  ExpectRefusedStatements();

  const core::AdminStatement good = Unban(kOne, kTwo);
  EXPECT_EQ(network.Admin(kOne, good), Status::kOk);
  EXPECT_FALSE(PeerFlag(network, kOne, kTwo, "banned"));
  EXPECT_EQ(network.Admin(kOne, good), Status::kPeerReplay);
  ExpectPairOfOneAndTwoSigns();
}

TEST_F(PeerFaults, ABanByTheHigherNodeEndsLikewise) {
  Ban(kOne, kTwo);
  EXPECT_TRUE(world.SignsEverywhere());
  EXPECT_EQ(network.Admin(kTwo, Unban(kTwo, kOne)), Status::kOk);
  ExpectPairOfOneAndTwoSigns();
}

// The higher node can only ask for a new setup: if that is lost with the link, it asks again.
TEST_F(PeerFaults, ALostRequestForANewSetupIsMadeAgain) {
  network.core_tap = [lie = WrongMultiplication(kOne, kTwo)](PartyIndex from, PartyIndex to,
                                                             PeerMessage& message) {
    return message.kind != MessageKind::kSetupReset && lie(from, to, message);
  };
  static_cast<void>(world.SignReply(kOne));
  EXPECT_EQ(network.Logged(Event::kPairBurned, kTwo), 1u);
  EXPECT_FALSE(PeerFlag(network, kTwo, kOne, "ready"));
  network.core_tap = nullptr;
  network.Cut(kOne, kTwo);
  ExpectPairOfOneAndTwoSigns();
  EXPECT_EQ(network.Admin(kTwo, Unban(kTwo, kOne)), Status::kOk);
}

TEST_F(PeerFaults, ABannedPeersClockDoesNotKeepTheOperatorsStatementOut) {
  Ban(kTwo, kOne);
  network.SetClockAhead(kTwo, 86'400'000);
  network.Run(core::NetworkTime::kTellMs + 100);
  EXPECT_EQ(network.Admin(kOne, Unban(kOne, kTwo)), Status::kOk);
}

// Of two signers the other one has spoiled the signature, and the leader is certain of it (rules.md 37).
TEST_F(PeerFaults, ALieOfTheOnlyOtherSignerThatOnlyTheSignatureShowsCounts) {
  network.core_tap = [this, done = false](PartyIndex from, PartyIndex, PeerMessage& message) mutable {
    if (from != kTwo || message.kind != MessageKind::kSignRound2 || done) return true;
    done = true;
    core::SignRound round = core::SignRound::Parse(message.body).value();
    sign::Multiplication said = sign::Multiplication::Parse(round.message).value();
    said.psi = said.psi + curve::Scalar::FromU64(1);
    round.message = said.Encode();
    round.signature = network.Steal(kTwo).identity.Sign(sign::Statement(sign::Show(said)));
    message.body = round.Encode();
    return true;
  };
  network.Hang(kThree, true);
  EXPECT_TRUE(world.Signs(kOne)) << "the pair is made again, and signs";
  EXPECT_EQ(network.Logged(Event::kPairBurned, kOne, 1), 1u);
  EXPECT_EQ(network.Logged(Event::kPairBurned), 1u);
  network.core_tap = nullptr;
  network.Hang(kThree, false);
  EXPECT_EQ(network.Admin(kOne, Unban(kOne, kTwo)), Status::kOk);
}

// A failed setup check is one guess at a bit of Delta: it counts like a failed multiplication.
TEST_F(PeerFaults, AFailedSetupCheckCountsToo) {
  network.core_tap = [lie = WrongMultiplication(kTwo, kOne)](PartyIndex from, PartyIndex to,
                                                             PeerMessage& message) {
    if (from == kTwo && to == kOne && message.kind == MessageKind::kSetupReply)
      message.body[message.body.size() / 2] ^= 1;  // in the PPRF
    return lie(from, to, message);
  };
  network.Hang(kThree, true);
  EXPECT_EQ(ErrorName(world.SignReply(kOne)), "too_few_nodes");
  network.Hang(kThree, false);
  EXPECT_TRUE(network.RunUntil([&] { return PeerFlag(network, kOne, kTwo, "banned"); }, 1'000));
  EXPECT_EQ(network.Logged(Event::kPairBurned, kOne), 3u);
  network.core_tap = nullptr;
  EXPECT_TRUE(world.SignsEverywhere());
  EXPECT_EQ(network.Admin(kOne, Unban(kOne, kTwo)), Status::kOk);
  ExpectPairOfOneAndTwoSigns();
}

}  // namespace
}  // namespace passport::sim
