// Sessions and the passkeys of an account: what ends them, who may change them, and which proof controls
// what.
#include "edl/base/uuid.h"
#include "tests/sim/passkey_fixture.h"
#include "trusted/crypto/hash.h"
#include "trusted/json/json.h"
#include "trusted/json/write.h"
#include "trusted/passkey/session.h"

namespace passport::sim {
namespace {

class PasskeySessions : public PasskeyTest {
 protected:
  // An account of the running test's own, with one passkey that counts.
  void SetUp() override {
    PasskeyTest::SetUp();
    name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    phone = SoftPasskey::Make(name + " phone", 1);
    const std::string registered = wallet.Register(kOne, name, phone);
    ASSERT_NE(Member(registered, "account_id"), "") << registered;
  }
  std::string Session(PartyIndex gateway, bool regenerate = false) {
    return PasskeyClient::SessionIn(wallet.Login(gateway, name, phone, regenerate));
  }
  std::vector<std::string> Listed(const std::string& session, std::string_view method,
                                  std::string_view member) {
    const std::string body = network.Ask(kTwo, wallet.With(session, method));
    const auto parsed = json::Parse(body).value();
    const json::Value* result = parsed.Find("result");
    if (result == nullptr) return {body};
    std::vector<std::string> out;
    for (const json::Value& row : result->AsArray().value()) out.emplace_back(row.GetString(member).value());
    return out;
  }

  std::string name;
  SoftPasskey phone = SoftPasskey::Make("");
};

TEST_F(PasskeySessions, RegenerateSeedEndsAllEarlierOnesOnEveryNode) {
  const std::string first = Session(kOne);
  const std::string second = Session(kTwo);
  const std::string address = AddressBy(kOne, first);
  EXPECT_TRUE(SignsBy(kThree, second, address));
  const std::string body = wallet.Login(kThree, name, phone, true);
  const std::string third = PasskeyClient::SessionIn(body);
  EXPECT_EQ(Member(body, "applied"), "2 of 3") << "by the time of the reply";
  for (const PartyIndex gateway : {kOne, kTwo, kThree}) {
    EXPECT_EQ(RefusedBy(gateway, first), "session_over");
    EXPECT_EQ(RefusedBy(gateway, second), "session_over");
    EXPECT_TRUE(SignsBy(gateway, third, address));
  }
}

TEST_F(PasskeySessions, ANodeThatWasAwayDoesNotSignForAnEndedOne) {
  const std::string first = Session(kOne);
  const std::string address = AddressBy(kThree, first);
  network.Kill(kThree);
  const std::string second = Session(kOne, true);
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 20'000));
  EXPECT_EQ(RefusedBy(kThree, first), "session_over");
  EXPECT_TRUE(SignsBy(kThree, second, address));
}

TEST_F(PasskeySessions, EndByTheTimeThatTheScopeGivesThem) {
  const std::string reply = network.Ask(
      kOne, client::UpdateScope(client.key, client.scope,
                                R"({"name":"short","session_lifetime_s":60,"rp":{"id":"wallet.example",)"
                                R"("origin":"https://wallet.example"}})"));
  ASSERT_EQ(ResultText(reply), client.scope) << reply;
  const std::string session = Session(kOne);
  const std::string address = AddressBy(kTwo, session);
  EXPECT_TRUE(SignsBy(kTwo, session, address));
  network.Skip(61'000);
  network.Run(100);
  for (const PartyIndex gateway : {kOne, kTwo, kThree})
    EXPECT_EQ(RefusedBy(gateway, session), "session_over");
  ASSERT_EQ(ResultText(network.Ask(kOne, client::UpdateScope(client.key, client.scope, kPasskeyConfig))),
            client.scope);
}

TEST_F(PasskeySessions, AreListedAndRevokedOneByOne) {
  const std::string mine = Session(kOne);
  const std::string lost = Session(kTwo);
  const std::string address = AddressBy(kOne, mine);
  network.Run(50);
  std::vector<std::string> all = Listed(mine, "passport_listSessions", "session");
  ASSERT_EQ(all.size(), 2u) << all.front();
  const std::string own = wallet.Decrypt(mine);
  const RecordId own_record = policy::CeremonyRecordId(passkey::CeremonyOf(own).value());
  std::erase(all, "0x" + ToHex(own_record.bytes));
  ASSERT_EQ(all.size(), 1u);
  const std::string params = "{\"session\":" + json::Quote(all.front()) + "}";
  EXPECT_EQ(Member(network.Ask(kOne, wallet.With(mine, "passport_revokeSession", params)), "applied"),
            "2 of 3");
  for (const PartyIndex gateway : {kThree, kTwo, kOne}) {
    EXPECT_EQ(RefusedBy(gateway, lost), "session_over");
    EXPECT_TRUE(SignsBy(gateway, mine, address));
  }
  EXPECT_EQ(Listed(mine, "passport_listSessions", "session").size(), 1u);
  EXPECT_EQ(ErrorName(network.Ask(kTwo, wallet.With(mine, "passport_revokeSession", params))),
            "session_over");
  const std::string none = "{\"session\":\"0x1300" + std::string(60, '7') + "\"}";
  EXPECT_EQ(ErrorName(network.Ask(kTwo, wallet.With(mine, "passport_revokeSession", none))),
            "unknown_session");
  for (const char* slip : {"[]", R"("x")", R"({"sesion":"0x00"})", "null"}) {
    EXPECT_EQ(ErrorName(network.Ask(kTwo, wallet.With(mine, "passport_revokeSession", slip))),
              "invalid_params")
        << slip;
  }
  EXPECT_EQ(Member(network.Ask(kTwo, wallet.With(mine, "passport_revokeSession", "{}")), "applied"),
            "2 of 3");
  for (const PartyIndex gateway : {kOne, kTwo, kThree}) EXPECT_EQ(RefusedBy(gateway, mine), "session_over");
}

TEST_F(PasskeySessions, OfAnotherUserOrScopeDoNotServe) {
  const std::string session = Session(kOne);
  client::Request request = wallet.Sign(session);
  request.encrypted_user = wallet.Encrypt(R"({"username":"somebody else"})");
  EXPECT_EQ(ErrorName(network.Ask(kTwo, request)), "unauthorized");
  request.encrypted_user = wallet.Encrypt(json::ObjectWriter().Text("username", name).Finish());
  EXPECT_NE(ResultText(network.Ask(kTwo, request)), "");
  Client other = MakeClient(network, world.rng, kPasskeyConfig);
  request.scope_id = other.scope;
  EXPECT_EQ(ErrorName(network.Ask(kTwo, request)), "unauthorized");
  // SDK 1.0.0 names neither.
  request.scope_id.clear();
  request.encrypted_user.clear();
  EXPECT_NE(ResultText(network.Ask(kTwo, request)), "");
}

TEST_F(PasskeySessions, AreNotMadeUp) {
  const std::string session = Session(kOne);
  std::string token = wallet.Decrypt(session);
  token.back() = token.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(RefusedBy(kOne, wallet.Encrypt(token)), "unknown_session");
  const passkey::Session made{policy::AccountRecordId(ScopeId{}, name), {}, {}, 1, UINT64_MAX};
  const std::string forged = passkey::SessionToken(made, Hash32{1}, ByteArray<33>{2}, KeyId{});
  EXPECT_EQ(RefusedBy(kOne, wallet.Encrypt(forged)), "unknown_session");
  // A registration's ceremony is no session.
  EXPECT_EQ(RefusedBy(kOne, wallet.Encrypt("a.b.c")), "unknown_session");
}

TEST_F(PasskeySessions, APasskeyIsAddedByOneThatTheAccountHas) {
  SoftPasskey laptop = SoftPasskey::Make(name + " laptop");
  const std::string session = Session(kOne);
  const std::string address = AddressBy(kOne, session);
  const std::string added = wallet.Add(kTwo, name, phone, laptop);
  EXPECT_EQ(Member(added, "applied"), "2 of 3") << added;
  EXPECT_EQ(Listed(session, "passport_listCredentials", "credential_hash").size(), 2u);
  const std::string by_laptop = PasskeyClient::SessionIn(wallet.Login(kThree, name, laptop));
  EXPECT_TRUE(SignsBy(kOne, by_laptop, address));
  EXPECT_EQ(ErrorName(wallet.Add(kOne, name, phone, laptop)), "credential_refused") << "it has it";
  SoftPasskey thief = SoftPasskey::Make(name + " thief");
  EXPECT_EQ(ErrorName(wallet.Add(kOne, name, thief, thief)), "unknown_user") << "a stranger adds itself";
  // Another passkey in the place of the one that the user has confirmed.
  const Challenge challenge = wallet.Begin(kOne, "AddCredential", name);
  SoftPasskey wanted = SoftPasskey::Make(name + " wanted");
  static_cast<void>(wanted.Create(challenge.bytes));
  const Hash32 confirmed = crypto::HashSha256({challenge.bytes, crypto::HashSha256(wanted.attested)});
  EXPECT_EQ(
      ErrorName(network.Ask(kOne, wallet.Complete("AddCredential", challenge, name,
                                                  thief.Create(challenge.bytes), phone.Get(confirmed)))),
      "passkey_refused");
}

TEST_F(PasskeySessions, APasskeyIsRemovedWithItsSessionsButNotTheLast) {
  SoftPasskey laptop = SoftPasskey::Make(name + " laptop");
  const std::string only = "0x" + ToHex(passkey::CredentialName(phone.id));
  EXPECT_EQ(ErrorName(wallet.Remove(kOne, name, phone, only)), "credential_refused") << "the last one";
  const Challenge none =
      wallet.Begin(kOne, "RemoveCredential", name, ",\"credential_hash\":\"0x" + std::string(64, '7') + "\"");
  EXPECT_EQ(ErrorName(none.reply), "credential_refused") << "before the user is asked";
  ASSERT_NE(Member(wallet.Add(kOne, name, phone, laptop), "applied"), "");
  const std::string lost = Session(kTwo);
  const std::string kept = PasskeyClient::SessionIn(wallet.Login(kTwo, name, laptop));
  const std::string address = AddressBy(kOne, kept);
  EXPECT_EQ(Member(wallet.Remove(kThree, name, laptop, only), "credential_hash"), only);
  for (const PartyIndex gateway : {kOne, kTwo, kThree}) {
    EXPECT_EQ(RefusedBy(gateway, lost), "session_over");
    EXPECT_TRUE(SignsBy(gateway, kept, address));
  }
  EXPECT_EQ(ErrorName(wallet.Login(kOne, name, phone)), "unknown_user");
}

// A host that makes a removal of a login: what the user signs is for the login alone.
TEST_F(PasskeySessions, ALoginIsNoRemoval) {
  SoftPasskey laptop = SoftPasskey::Make(name + " laptop");
  ASSERT_NE(Member(wallet.Add(kOne, name, phone, laptop), "applied"), "");
  const std::string hash = "0x" + ToHex(passkey::CredentialName(laptop.id));
  const Challenge challenge =
      wallet.Begin(kOne, "RemoveCredential", name, ",\"credential_hash\":" + json::Quote(hash));
  const auto request = wallet.Complete("RemoveCredential", challenge, name, "", phone.Get(challenge.bytes));
  EXPECT_EQ(ErrorName(network.Ask(kOne, request)), "passkey_refused");
}

// In a bound scope the developer's key has its say about one ceremony, not about the user for ever.
TEST_F(PasskeySessions, ABoundDevelopersProofIsForOneCeremony) {
  Client bound = MakeClient(network, world.rng,
                            R"({"request_binding":"bound","rp":{"id":"wallet.example",)"
                            R"("origin":"https://wallet.example"}})");
  PasskeyClient hybrid(network, bound.scope, world.rng);
  const Challenge challenge = hybrid.Begin(kOne, "Registration", "bea");
  SoftPasskey tablet = SoftPasskey::Make(name + " tablet");
  const auto complete = [&](const client::DeveloperKey* key) {
    return network.Ask(
        kOne, hybrid.Complete("Registration", challenge, "bea", tablet.Create(challenge.bytes), "", key));
  };
  const auto bind = [&](std::string_view method, ByteSpan about) {
    hybrid.bind = json::ObjectWriter()
                      .Text("network_id", FormatUuid(network.manifest().network_id))
                      .Text("scope_id", bound.scope)
                      .Text("method", method)
                      .Text("params_sha256", ToHex(crypto::HashSha256(about)))
                      .Text("nonce", std::string(32, '7'))
                      .U64("issued_at", network.unix_ms())
                      .Finish();
  };
  EXPECT_EQ(ErrorName(complete(nullptr)), "not_permitted") << "a passkey alone binds nothing";
  EXPECT_EQ(ErrorName(complete(&bound.key)), "not_bound");
  bind("personal_sign", challenge.bytes);
  EXPECT_EQ(ErrorName(complete(&bound.key)), "not_bound");
  bind("completeRegistration", Bytes(32, 7));
  EXPECT_EQ(ErrorName(complete(&bound.key)), "not_bound");
  bind("completeRegistration", challenge.bytes);
  EXPECT_NE(Member(complete(&bound.key), "account_id"), "");
}

// rules.md 4: every proof against every kind of account.
TEST_F(PasskeySessions, EachKindOfAccountTakesItsOwnProofsOnly) {
  const auto with_key = [&](client::Request request, const std::string& username,
                            const client::DeveloperKey& key) {
    request.encrypted_user = wallet.Encrypt(json::ObjectWriter().Text("username", username).Finish());
    request.encrypted_key_signature = wallet.KeyAssertion(key, request.encrypted_user);
    return request;
  };
  const std::string hybrid_name = name + " hybrid";
  const std::string developer_name = name + " developer";
  SoftPasskey hybrid_phone = SoftPasskey::Make(hybrid_name);
  ASSERT_NE(Member(wallet.Register(kOne, hybrid_name, hybrid_phone, &client.key), "account_id"), "");
  ASSERT_NE(Register(network, client, kOne, developer_name), "");
  const std::string session = Session(kTwo);
  const std::string hybrid = PasskeyClient::SessionIn(wallet.Login(kTwo, hybrid_name, hybrid_phone));
  ASSERT_NE(hybrid, "");
  const client::DeveloperKey stranger = client::DeveloperKey::Generate();
  const std::string signed_by_all = "";
  const auto verdict = [&](const client::Request& request) {
    const std::string reply = network.Ask(kThree, request);
    return ResultText(reply).empty() ? ErrorName(reply) : signed_by_all;
  };
  const client::Request none = wallet.Sign("");
  // user: a session, and a developer's key is no help.
  EXPECT_EQ(verdict(wallet.Sign(session)), signed_by_all);
  EXPECT_EQ(verdict(with_key(none, name, client.key)), "unauthorized");
  EXPECT_EQ(verdict(with_key(wallet.Sign(hybrid), name, client.key)), "unauthorized");
  // developer: the key, and nobody's session is.
  EXPECT_EQ(verdict(with_key(none, developer_name, client.key)), signed_by_all);
  EXPECT_EQ(verdict(with_key(wallet.Sign(session), developer_name, client.key)), "unauthorized");
  EXPECT_EQ(ErrorName(wallet.Login(kOne, developer_name, phone)), "unknown_user");
  // hybrid: both, of one user.
  EXPECT_EQ(verdict(with_key(wallet.Sign(hybrid), hybrid_name, client.key)), signed_by_all);
  EXPECT_EQ(verdict(wallet.Sign(hybrid)), "unauthorized");
  EXPECT_EQ(verdict(with_key(none, hybrid_name, client.key)), "unauthorized");
  EXPECT_EQ(verdict(with_key(wallet.Sign(session), hybrid_name, client.key)), "unauthorized");
  EXPECT_EQ(verdict(with_key(wallet.Sign(hybrid), hybrid_name, stranger)), "wrong_owner");
  // Whichever way it was registered, a name is taken.
  EXPECT_EQ(ErrorName(network.Ask(kOne, client.developer->Register(name))), "duplicate_registration");
  EXPECT_EQ(ErrorName(wallet.Register(kOne, developer_name, phone)), "duplicate_registration");
}

}  // namespace
}  // namespace passport::sim
