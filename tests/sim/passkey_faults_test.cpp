// Ceremonies among cores that lie, hosts that die at the worst moment, and disks that are taken back.
#include "tests/sim/passkey_fixture.h"
#include "trusted/core/ceremony_messages.h"
#include "trusted/passkey/session.h"

namespace passport::sim {
namespace {

using core::CeremonyAsk;
using core::CeremonyPart;
using core::MessageKind;
using core::PeerMessage;

class PasskeyFaults : public PasskeyTest {
 protected:
  void SetUp() override {
    PasskeyTest::SetUp();
    name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    phone = SoftPasskey::Make(name);
  }
  bool Registers(PartyIndex gateway = kOne) {
    return Member(wallet.Register(gateway, name, phone), "account_id") != "";
  }
  std::string Session(PartyIndex gateway) {
    return PasskeyClient::SessionIn(wallet.Login(gateway, name, phone));
  }
  std::string name;
  SoftPasskey phone = SoftPasskey::Make("");
};

// What node 2 says in place of its token: with it alone the gateway has no quorum, with node 3 it has one.
TEST_F(PasskeyFaults, TokensThatDoNotHoldAreNotCounted) {
  ASSERT_TRUE(Registers());
  const StolenKeys two = network.Steal(kTwo);
  const Hash32 manifest = network.manifest().Hash();
  std::optional<CeremonyAsk> asked;
  const std::function<passkey::CeremonyToken(const passkey::CeremonyToken&)> lies[] = {
      [&](passkey::CeremonyToken token) {  // unsigned
        token.signature[3] ^= 1;
        return token;
      },
      [&](passkey::CeremonyToken token) {  // node 3's, by node 2's key
        return passkey::CeremonyToken::Make(manifest, asked->terms, kThree, token.nonce, token.made_ms,
                                            two.identity);
      },
      [&](const passkey::CeremonyToken& token) {  // for another user
        passkey::CeremonyTerms terms = asked->terms;
        terms.account.bytes[7] ^= 1;
        return passkey::CeremonyToken::Make(manifest, terms, kTwo, token.nonce, token.made_ms, two.identity);
      },
      [&](const passkey::CeremonyToken& token) {  // of another network
        return passkey::CeremonyToken::Make(Hash32{9}, asked->terms, kTwo, token.nonce, token.made_ms,
                                            two.identity);
      },
      [&](const passkey::CeremonyToken& token) {  // old: it would end the challenge at once
        return passkey::CeremonyToken::Make(manifest, asked->terms, kTwo, token.nonce, token.made_ms - 50'000,
                                            two.identity);
      }};
  for (const auto& lie : lies) {
    bool alone = true;
    network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& message) {
      if (message.kind == MessageKind::kCeremonyAsk) asked = CeremonyAsk::Parse(message.body).value();
      if (message.kind != MessageKind::kCeremonyPart || to != kOne) return true;
      if (from == kTwo)
        message.body = CeremonyPart{lie(CeremonyPart::Parse(message.body).value().token)}.Encode();
      return from == kTwo || !alone;
    };
    const Challenge refused = wallet.Begin(kOne, "Authentication", name);
    EXPECT_EQ(ErrorName(refused.reply), "too_few_nodes");
    EXPECT_NE(refused.reply.find(R"("missing_nodes":[2,3])"), std::string::npos) << refused.reply;
    alone = false;
    EXPECT_NE(Session(kOne), "");
  }
}

// The gateway's core is the liar: what it proposes is judged by the others from the client's own words.
TEST_F(PasskeyFaults, AGatewayThatProposesAnotherCeremonyIsRefused) {
  ASSERT_TRUE(Registers());
  const std::function<void(core::CeremonyCompletion&)> lies[] = {
      [](auto& c) {
        c.ceremony.tokens.pop_back();
        c.ceremony.tokens.pop_back();
      },
      [](auto& c) { c.ceremony.terms.regenerate_seed = true; },
      [](auto& c) { c.ceremony.tokens.front().nonce[0] ^= 1; },
      [](auto& c) { c.evidence.body[c.evidence.body.size() / 2] ^= 1; },
      [](auto& c) { c.evidence.client_key = crypto::SecretKey32(Hash32{}); }};
  std::size_t lied = 0;
  for (const auto& lie : lies) {
    network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (from != kOne || message.kind != MessageKind::kReplica) return true;
      auto parsed = replica::ParseMessage(message.body).value();
      auto* accept = std::get_if<replica::Accept>(&parsed);
      if (accept == nullptr || policy::KindOf(accept->id) != policy::RecordKind::kCeremony) return true;
      auto change = core::ParseChange(accept->evidence).value();
      auto* completion = std::get_if<core::CeremonyCompletion>(&change);
      if (completion == nullptr) return true;
      lie(*completion);
      ++lied;
      accept->evidence = core::EncodeChange(change);
      message.body = replica::EncodeMessage(parsed);
      return true;
    };
    EXPECT_EQ(Session(kOne), "");
  }
  EXPECT_GE(lied, 2 * std::size(lies)) << "to both others";
  network.core_tap = nullptr;
  EXPECT_NE(Session(kTwo), "");
}

// A certified ceremony is all that an account's change needs: one that was not certified does nothing.
TEST_F(PasskeyFaults, AnAccountTakesCertifiedCeremoniesOnly) {
  ASSERT_TRUE(Registers());
  const std::function<void(core::CertifiedCeremony&)> lies[] = {
      [](auto& c) { c.committed.certificate.erase(c.committed.certificate.begin()); },
      [](auto& c) { c.committed.certificate.begin()->second[5] ^= 1; },
      [](auto& c) { c.committed.version.value.back() ^= 1; }, [](auto& c) { c.challenge[0] ^= 1; }};
  const std::string before = Session(kOne);
  const std::string address = AddressBy(kOne, before);
  for (const auto& lie : lies) {
    network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (from != kOne || message.kind != MessageKind::kReplica) return true;
      auto parsed = replica::ParseMessage(message.body).value();
      auto* accept = std::get_if<replica::Accept>(&parsed);
      if (accept == nullptr || policy::KindOf(accept->id) != policy::RecordKind::kAccount) return true;
      auto change = core::ParseChange(accept->evidence).value();
      auto* use = std::get_if<core::CeremonyUse>(&change);
      if (use == nullptr) return true;
      lie(use->ceremony);
      accept->evidence = core::EncodeChange(change);
      message.body = replica::EncodeMessage(parsed);
      return true;
    };
    EXPECT_EQ(PasskeyClient::SessionIn(wallet.Login(kOne, name, phone, true)), "");
    network.core_tap = nullptr;
    network.Run(700);
    EXPECT_TRUE(SignsBy(kTwo, before, address)) << "nothing was begun anew";
  }
}

// The gateway dies after every third transaction of a registration: another node goes on from what is there.
TEST_F(PasskeyFaults, AGatewayThatDiesAtAnyPointLeavesTheNameUsable) {
  for (std::size_t survived = 1;; survived += 3) {
    name = "crash " + std::to_string(survived);
    phone = SoftPasskey::Make(name);
    const Challenge challenge = wallet.Begin(kOne, "Registration", name);
    ASSERT_TRUE(challenge.ok()) << challenge.reply;
    const auto request = wallet.Complete("Registration", challenge, name, phone.Create(challenge.bytes), "");
    std::size_t commits = 0;
    network.on_commit = [&](PartyIndex party) { return party != kOne || commits++ != survived; };
    const std::uint64_t token = network.Send(kOne, request);
    network.RunUntil([&] { return !network.up(kOne) || network.Reply(token).has_value(); }, 15'000);
    network.on_commit = nullptr;
    const bool died = !network.up(kOne);
    if (died) network.Start(kOne);
    ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 30'000));
    network.Skip(policy::kReservationMs);
    network.Run(1'000);
    // Either nothing is taken, or what was half done gets done by who asks about it.
    if (died && Session(kTwo).empty()) {
      const std::string again = wallet.Register(kTwo, name, phone);
      const bool taken = Member(again, "account_id") != "" || ErrorName(again) == "duplicate_registration";
      EXPECT_TRUE(taken) << survived << again;
    }
    const std::string session = Session(kTwo);
    ASSERT_NE(session, "") << survived;
    EXPECT_TRUE(SignsBy(kThree, session, AddressBy(kThree, session)));
    if (died) continue;
    EXPECT_GT(survived, 3u);
    return;
  }
}

// rules.md 23: the host of one node is a year ahead. Nothing is signed in meanwhile, and nothing of it stays.
TEST_F(PasskeyFaults, AClockThatIsAheadRefusesAndLeavesNothing) {
  constexpr std::int64_t kYearMs = 31'536'000'000;
  ASSERT_TRUE(Registers());
  network.SetClockAhead(kThree, kYearMs);
  network.Run(6'000);
  for (const PartyIndex gateway : {kOne, kTwo, kThree}) EXPECT_EQ(Session(gateway), "");
  network.SetClockAhead(kThree, 0);
  network.Run(20'000);
  const std::string session = PasskeyClient::SessionIn(wallet.Login(kOne, name, phone, true));
  ASSERT_NE(session, "");
  network.Skip(864'000'000 + 20'000);
  network.Run(6'000);
  EXPECT_EQ(RefusedBy(kTwo, session), "session_over") << "it does not last until next year";
}

// A disk from before a passkey began anew: the node confirms with the others before it signs.
TEST_F(PasskeyFaults, ADiskThatIsTakenBackDoesNotBringAnEndedSessionBack) {
  ASSERT_TRUE(Registers());
  const std::string ended = Session(kOne);
  const std::string address = AddressBy(kThree, ended);
  network.Kill(kThree);
  const std::map<RecordId, Bytes> before = network.Disk(kThree);
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 20'000));
  const std::string session = PasskeyClient::SessionIn(wallet.Login(kTwo, name, phone, true));
  network.Kill(kThree);
  network.Disk(kThree) = before;
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 20'000));
  EXPECT_EQ(RefusedBy(kThree, ended), "session_over");
  EXPECT_TRUE(SignsBy(kThree, session, address));
}

}  // namespace
}  // namespace passport::sim
