// Passkey accounts on a whole network: registered, signed in and used at any node, with one node dead.
#include "tests/sim/passkey_fixture.h"
#include "trusted/core/ceremony_desk.h"
#include "trusted/json/json.h"

namespace passport::sim {
namespace {

class Passkeys : public PasskeyTest {};

TEST_F(Passkeys, RegisterSignInAndSignAtEveryNode) {
  SoftPasskey phone = SoftPasskey::Make("phone");
  const std::string registered = wallet.Register(kOne, "anna", phone);
  EXPECT_NE(Member(registered, "account_id"), "") << registered;
  EXPECT_EQ(Member(registered, "identifier_hash").size(), 66u);
  const std::string session = PasskeyClient::SessionIn(wallet.Login(kTwo, "anna", phone));
  ASSERT_NE(session, "");
  const std::string address = AddressBy(kThree, session);
  for (const PartyIndex gateway : {kOne, kTwo, kThree}) EXPECT_TRUE(SignsBy(gateway, session, address));
}

// wire-api.md 8.1: members, in shape and kind, as published clients get them.
TEST_F(Passkeys, TheCreationChallengeIsAsClientsKnowIt) {
  const Challenge challenge = wallet.Begin(kOne, "Registration", "carol");
  ASSERT_TRUE(challenge.ok()) << challenge.reply;
  EXPECT_EQ(challenge.bytes.size(), 32u);
  const auto options = json::Parse(challenge.json).value();
  const json::Value& key = *options.Find("publicKey");
  EXPECT_EQ(key.Find("rp")->GetString("id").value(), "wallet.example");
  EXPECT_EQ(key.Find("user")->GetString("name").value(), "carol");
  const Bytes user = ParseBase64Url(key.Find("user")->GetString("id").value()).value();
  ASSERT_EQ(user.size(), 16u);
  EXPECT_EQ(user[6] >> 4, 4) << "a UUID of version 4";
  EXPECT_EQ(key.Find("pubKeyCredParams")->AsArray().value().size(), 2u);
}

TEST_F(Passkeys, SignInWithOneNodeDeadAndSignWithItBackAndAnotherDead) {
  SoftPasskey phone = SoftPasskey::Make("dead-phone");
  wallet.Register(kOne, "dora", phone);
  network.Kill(kThree);
  const std::string session = PasskeyClient::SessionIn(wallet.Login(kOne, "dora", phone));
  ASSERT_NE(session, "");
  const std::string address = AddressBy(kTwo, session);
  EXPECT_TRUE(SignsBy(kTwo, session, address));
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 20'000));
  network.Kill(kTwo);
  EXPECT_TRUE(SignsBy(kThree, session, address)) << "the node that was away takes the session over";
  EXPECT_TRUE(SignsBy(kOne, session, address));
  network.Start(kTwo);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 20'000));
}

TEST_F(Passkeys, TextsThatClientsMatch) {
  SoftPasskey phone = SoftPasskey::Make("texts");
  const Challenge unknown = wallet.Begin(kOne, "Authentication", "nobody");
  EXPECT_NE(unknown.reply.find("Account credential lookup yielded no results"), std::string::npos);
  wallet.Register(kOne, "erin", phone);
  const Challenge again = wallet.Begin(kTwo, "Registration", "erin");
  EXPECT_NE(again.reply.find("Duplicate registration"), std::string::npos) << again.reply;
}

TEST_F(Passkeys, ACompletionServesOnce) {
  SoftPasskey phone = SoftPasskey::Make("once");
  wallet.Register(kOne, "frank", phone);
  const Challenge challenge = wallet.Begin(kOne, "Authentication", "frank");
  const client::Request request =
      wallet.Complete("Authentication", challenge, "frank", "", phone.Get(challenge.bytes));
  EXPECT_NE(PasskeyClient::SessionIn(network.Ask(kOne, request)), "");
  EXPECT_EQ(ErrorName(network.Ask(kOne, request)), "challenge_over");
  EXPECT_EQ(ErrorName(network.Ask(kTwo, request)), "challenge_over") << "at any node";
}

// Nobody keeps what was given out, so no stranger pushes it out, and any node takes the answer.
TEST_F(Passkeys, ManyChallengesOfOneUserLeaveTheFirstGoodAtEveryNode) {
  SoftPasskey phone = SoftPasskey::Make("crowd");
  wallet.Register(kOne, "crowd", phone);
  const Challenge first = wallet.Begin(kOne, "Authentication", "crowd");
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(wallet.Begin(kOne, "Authentication", "crowd").ok()) << i;
  const auto request = wallet.Complete("Authentication", first, "crowd", "", phone.Get(first.bytes));
  EXPECT_NE(PasskeyClient::SessionIn(network.Ask(kThree, request)), "");
}

TEST_F(Passkeys, AGatewayThatBeginsTooManyAtOnceSaysSo) {
  SoftPasskey phone = SoftPasskey::Make("flood");
  wallet.Register(kOne, "flood", phone);
  network.Run(1'000);
  const client::Request begin = wallet.Initiate("Authentication", "flood");
  std::uint64_t last = 0;
  for (std::uint32_t i = 0; i <= core::CeremonyDesk::kBegunPerSecond; ++i) last = network.Send(kOne, begin);
  ASSERT_TRUE(network.RunUntil([&] { return network.Reply(last).has_value(); }, 10'000));
  EXPECT_EQ(ErrorName(*network.Reply(last)), "busy");
  network.Run(1'000);
  EXPECT_NE(PasskeyClient::SessionIn(wallet.Login(kOne, "flood", phone)), "");
}

TEST_F(Passkeys, AChallengeIdIsOneThatTheNetworkGaveToThisClient) {
  SoftPasskey phone = SoftPasskey::Make("ids");
  wallet.Register(kOne, "ids", phone);
  const Challenge good = wallet.Begin(kOne, "Authentication", "ids");
  crypto::SeededRng rng(9);
  PasskeyClient stranger(network, wallet.scope, rng);
  for (const std::string& id :
       {std::string(), std::string("69887afd-5814-4e3a-8a8c-a1f446f52655"), wallet.Encrypt("ids"),
        wallet.Encrypt(""), good.id + "AAAA", good.id.substr(4), stranger.Encrypt(wallet.Decrypt(good.id))}) {
    Challenge other = good;
    other.id = id;
    const auto request = wallet.Complete("Authentication", other, "ids", "", phone.Get(good.bytes));
    EXPECT_EQ(ErrorName(network.Ask(kOne, request)), "challenge_over") << id;
  }
  // A token less than a quorum's, or changed.
  auto ceremony = passkey::Ceremony::Parse(AsBytes(wallet.Decrypt(good.id))).value();
  const auto refused = [&](const passkey::Ceremony& changed) {
    Challenge other = good;
    other.id = wallet.Encrypt(AsText(changed.Encode()));
    const auto request = wallet.Complete("Authentication", other, "ids", "", phone.Get(good.bytes));
    return ErrorName(network.Ask(kOne, request));
  };
  passkey::Ceremony longer = ceremony;
  longer.tokens[0].made_ms += 1;
  EXPECT_EQ(refused(longer), "challenge_over");
  ceremony.tokens.resize(1);
  EXPECT_EQ(refused(ceremony), "challenge_over");
}

TEST_F(Passkeys, AChallengeIsOverAfterAMinute) {
  SoftPasskey phone = SoftPasskey::Make("late");
  wallet.Register(kOne, "gina", phone);
  const Challenge challenge = wallet.Begin(kOne, "Authentication", "gina");
  network.Skip(61'000);
  network.Run(20);
  const auto request = wallet.Complete("Authentication", challenge, "gina", "", phone.Get(challenge.bytes));
  EXPECT_EQ(ErrorName(network.Ask(kOne, request)), "challenge_over");
}

TEST_F(Passkeys, OfTwoThatRegisterOneNameAtTwoNodesOneWins) {
  SoftPasskey passkeys[] = {SoftPasskey::Make("twin-1"), SoftPasskey::Make("twin-2")};
  std::vector<std::uint64_t> tokens;
  std::vector<client::Request> requests;
  for (std::size_t i = 0; i < 2; ++i) {
    const Challenge challenge = wallet.Begin(i == 0 ? kOne : kTwo, "Registration", "twin");
    requests.push_back(
        wallet.Complete("Registration", challenge, "twin", passkeys[i].Create(challenge.bytes), ""));
  }
  for (std::size_t i = 0; i < 2; ++i) tokens.push_back(network.Send(i == 0 ? kOne : kTwo, requests[i]));
  ASSERT_TRUE(network.RunUntil(
      [&] { return network.Reply(tokens[0]).has_value() && network.Reply(tokens[1]).has_value(); }, 30'000));
  std::size_t won = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string reply = *network.Reply(tokens[i]);
    const bool is_winner = Member(reply, "account_id") != "";
    won += is_winner ? 1 : 0;
    if (!is_winner) {
      EXPECT_EQ(ErrorName(reply), "duplicate_registration") << reply;
    }
    EXPECT_EQ(PasskeyClient::SessionIn(wallet.Login(kThree, "twin", passkeys[i])) != "", is_winner);
  }
  EXPECT_EQ(won, 1u);
}

struct Lie {
  const char* name;
  void (*tell)(SoftPasskey& passkey);
  const char* error;
};
const Lie kLies[] = {
    {"origin", [](SoftPasskey& p) { p.origin = "https://evil.example"; }, "passkey_refused"},
    {"rp", [](SoftPasskey& p) { p.rp_id = "evil.example"; }, "passkey_refused"},
    {"not verified", [](SoftPasskey& p) { p.flags = 0x01; }, "passkey_refused"},
    {"not present", [](SoftPasskey& p) { p.flags = 0x04; }, "passkey_refused"},
    {"counter", [](SoftPasskey& p) { p.counter = 3; }, "passkey_refused"},
    {"key", [](SoftPasskey& p) { p.key = client::DeveloperKey::Generate(); }, "unauthorized"},
    {"id", [](SoftPasskey& p) { p.id = ToBytes(std::string_view("stranger")); }, "unknown_user"},
};

TEST_F(Passkeys, EachLieOfAnAuthenticatorIsRefused) {
  SoftPasskey phone = SoftPasskey::Make("honest", 10);
  wallet.Register(kOne, "henry", phone);
  ASSERT_NE(PasskeyClient::SessionIn(wallet.Login(kTwo, "henry", phone)), "");
  for (const Lie& lie : kLies) {
    SoftPasskey liar = phone;
    lie.tell(liar);
    EXPECT_EQ(ErrorName(wallet.Login(kOne, "henry", liar)), lie.error) << lie.name;
  }
  const Challenge challenge = wallet.Begin(kOne, "Authentication", "henry");
  const auto complete = [&](const std::string& assertion, std::string_view username) {
    return ErrorName(
        network.Ask(kOne, wallet.Complete("Authentication", challenge, username, "", assertion)));
  };
  EXPECT_EQ(complete(phone.Get(Bytes(32, 7)), "henry"), "passkey_refused") << "another challenge";
  EXPECT_EQ(complete(phone.Get(challenge.bytes, "webauthn.create"), "henry"), "passkey_refused");
  EXPECT_EQ(complete(phone.Get(challenge.bytes), "gina"), "challenge_over") << "for another user";
  EXPECT_NE(PasskeyClient::SessionIn(wallet.Login(kOne, "henry", phone)), "") << "and goes on working";
}

}  // namespace
}  // namespace passport::sim
