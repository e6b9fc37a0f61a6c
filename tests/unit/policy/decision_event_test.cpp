// The decision event: its fixed bytes, and that every refusal and every grant makes one (rules.md 36).
#include <gtest/gtest.h>

#include "tests/sim/client.h"
#include "trusted/core/signing_messages.h"
#include "trusted/json/json.h"

namespace passport::policy_test {
namespace {

using sim::kOne;

const RequestId kRequest{
    {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}};

// Effect id and size as every effect has them, then: event u16, request id, party u16, value u64.
TEST(DecisionEvent, HasAFixedBinaryForm) {
  const std::pair<Event, const char*> rows[] = {
      {Event::kDecisionGranted,
       "08801c000000"
       "1500"
       "00112233445566778899aabbccddeeff"
       "0300"
       "0807060504030201"},
      {Event::kDecisionRefused,
       "08801c000000"
       "1600"
       "00112233445566778899aabbccddeeff"
       "0300"
       "0807060504030201"},
      {Event::kDecisionAccount,
       "08801c000000"
       "1700"
       "00112233445566778899aabbccddeeff"
       "0300"
       "0807060504030201"},
  };
  for (const auto& [event, hex] : rows) {
    edl::Effects effects;
    core::Outbox outbox;
    outbox.Begin(effects);
    outbox.Log(event, kRequest, PartyIndex{3}, 0x0102030405060708);
    outbox.End();
    const std::vector<Bytes> bodies = edl::EncodeEffects(effects);
    ASSERT_EQ(bodies.size(), 1u);
    EXPECT_EQ(ToHex(bodies.front()), hex);
  }
  EXPECT_EQ(NameOf(Event::kDecisionGranted), "decision_granted");
  EXPECT_EQ(NameOf(Event::kDecisionRefused), "decision_refused");
  EXPECT_EQ(NameOf(Event::kDecisionAccount), "decision_account");
}

// One network for all tests: each looks only at what its own requests log.
struct World {
  World() : network(sim::Options{.relayed = true}), rng(7) {
    network.Form();
    EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000));
    client.emplace(MakeClient(network, rng, R"({"permissions":{"eth_signTypedData_v4":false}})"));
    EXPECT_TRUE(Register(network, *client, kOne, "alice").starts_with("0x"));
    network.Run(100);  // the acceptors that the answer did not wait for decide too
  }
  sim::Network network;
  crypto::SeededRng rng;
  std::optional<sim::Client> client;
};

class DecisionEvents : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world = std::make_unique<World>(); }
  static void TearDownTestSuite() { world.reset(); }
  ~DecisionEvents() override { network.core_tap = nullptr; }

  std::vector<edl::LogEffect> Logged(Event event) {
    std::vector<edl::LogEffect> out;
    for (const edl::LogEffect& entry : network.log()) {
      if (entry.code == static_cast<std::uint16_t>(event)) out.push_back(entry);
    }
    return out;
  }
  client::Request Sign(std::string_view username = "alice") {
    return client->developer->PersonalSign(username, ToBytes(std::string_view("m")));
  }

  static std::unique_ptr<World> world;
  sim::Network& network = world->network;
  std::optional<sim::Client>& client = world->client;
};
std::unique_ptr<World> DecisionEvents::world;

TEST_F(DecisionEvents, EveryRefusalToAClientMakesOneWithTheReplysRequestIdAndErrorNumber) {
  client::Request no_scope = Sign();
  no_scope.scope_id.clear();
  client::Request no_key = Sign();
  no_key.encrypted_key.clear();
  client::Request bad_key = Sign();
  bad_key.encrypted_key = "AAAA";
  client::Request no_proof = Sign();
  no_proof.encrypted_key_signature.clear();
  client::Request mixed = Sign();
  mixed.encrypted_user = Sign().encrypted_user;
  client::Request not_json = Sign();
  not_json.body = "{";
  client::Request unknown_method = Sign();
  unknown_method.body = R"({"id":1,"method":"eth_sign"})";
  const client::DeveloperKey stranger = client::DeveloperKey::Generate();
  const std::pair<client::Request, const char*> rows[] = {
      {not_json, "parse_error"},
      {unknown_method, "method_not_found"},
      {no_scope, "missing_header"},
      {no_key, "missing_header"},
      {bad_key, "undecryptable"},
      {no_proof, "missing_header"},
      {mixed, "unauthorized"},
      {Sign("nobody"), "unknown_user"},
      {client->developer->Addresses("nobody"), "unknown_user"},
      {client->developer->Register("alice"), "duplicate_registration"},
      {client->developer->SignTypedData(
           "alice",
           R"({"types":{"A":[{"name":"x","type":"uint256"}]},"primaryType":"A","domain":{"name":"n"},"message":{"x":1}})"),
       "not_permitted"},
      {client::CreateScope(stranger, R"({"unknown":1})"), "scope_config"},
      {client::UpdateScope(stranger, client->scope, "{}"), "wrong_owner"},
  };
  for (const auto& [request, name] : rows) {
    network.log().clear();
    const std::string reply = network.Ask(kOne, request);
    EXPECT_EQ(sim::ErrorName(reply), name) << reply;
    const auto events = Logged(Event::kDecisionRefused);
    ASSERT_EQ(events.size(), 1u) << name;
    EXPECT_STREQ(api::RowOf(static_cast<api::ErrorCode>(events[0].value)).name, name);
    EXPECT_EQ(events[0].party, 0u);
    EXPECT_NE(events[0].request_id, ByteArray<16>{});
    EXPECT_NE(reply.find("\"request_id\":\"" + ToHex(events[0].request_id) + "\""), std::string::npos)
        << reply;
    EXPECT_TRUE(Logged(Event::kDecisionGranted).empty()) << name;
  }
}

TEST_F(DecisionEvents, EverySignersGrantMakesOneUnderTheClientsRequestId) {
  network.log().clear();
  ASSERT_NE(sim::ResultText(network.Ask(kOne, Sign())), "");
  const auto requests = Logged(Event::kRequest);
  const auto grants = Logged(Event::kDecisionGranted);
  ASSERT_EQ(requests.size(), 1u);
  ASSERT_EQ(grants.size(), 2u);
  for (const edl::LogEffect& grant : grants) {
    EXPECT_EQ(grant.request_id, requests[0].request_id);
    EXPECT_EQ(grant.party, kOne.value);  // who asked
    EXPECT_EQ(grant.value, 1u);          // the scope's record version
  }
  const auto accounts = Logged(Event::kDecisionAccount);
  ASSERT_EQ(accounts.size(), 2u);
  for (const edl::LogEffect& account : accounts) {
    EXPECT_EQ(account.request_id, requests[0].request_id);
    EXPECT_EQ(account.party, kOne.value);
    EXPECT_EQ(account.value, 2u);  // the account's record version: reserved, then activated
  }
  EXPECT_TRUE(Logged(Event::kDecisionRefused).empty());
}

// The gateway's own word, beside those of the acceptors: party 0.
TEST_F(DecisionEvents, EveryGrantToAClientThatIsNoSignatureMakesOne) {
  const auto stranger = client::DeveloperKey::Generate();
  const std::string created = network.Ask(kOne, client::CreateScope(stranger, R"({"name":"a"})"));
  const std::string scope(json::Parse(created).value().Find("result")->GetString("scope_id").value());
  struct Row {
    const char* what;
    client::Request request;
    std::uint64_t version;
    bool account;
  };
  const Row rows[] = {
      {"another scope", client::CreateScope(client::DeveloperKey::Generate(), R"({"name":"b"})"), 1, false},
      {"an update", client::UpdateScope(stranger, scope, R"({"name":"c"})"), 2, false},
      {"a registration", client->developer->Register("gina"), 2, false},
      {"addresses, by the scope's version", client->developer->Addresses("alice"), 1, true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    network.log().clear();
    const std::string reply = network.Ask(kOne, row.request);
    EXPECT_NE(reply.find("\"result\""), std::string::npos) << reply;
    const auto requests = Logged(Event::kRequest);
    ASSERT_EQ(requests.size(), 1u);
    auto grants = Logged(Event::kDecisionGranted);
    std::erase_if(grants, [](const edl::LogEffect& grant) { return grant.party != 0; });
    ASSERT_EQ(grants.size(), 1u);
    EXPECT_EQ(grants[0].request_id, requests[0].request_id);
    EXPECT_EQ(grants[0].value, row.version);
    const auto accounts = Logged(Event::kDecisionAccount);
    ASSERT_EQ(accounts.size(), row.account ? 1u : 0u);
    if (row.account) {
      EXPECT_EQ(accounts[0].value, 2u);
    }
    EXPECT_TRUE(Logged(Event::kDecisionRefused).empty());
  }
}

// A leader that asks for more than the client did: the signer decides for itself, refuses, and reports it.
// The developer's proof out of what a leader forwards.
template <class Message>
void TakeProof(core::PeerMessage& message) {
  auto forwarded = Message::Parse(message.body).value();
  forwarded.evidence.encrypted_key_signature.clear();
  message.body = forwarded.Encode();
}

TEST_F(DecisionEvents, ASignersRefusalMakesOneAlthoughTheLeaderAgrees) {
  network.core_tap = [](PartyIndex from, PartyIndex, core::PeerMessage& message) {
    if (from != kOne) return true;
    if (message.kind == core::MessageKind::kSignInvite) TakeProof<core::SignInvite>(message);
    if (message.kind == core::MessageKind::kSignOnline) TakeProof<core::SignOnline>(message);
    return true;
  };
  network.log().clear();
  EXPECT_EQ(sim::ResultText(network.Ask(kOne, Sign())), "");
  const auto requests = Logged(Event::kRequest);
  ASSERT_EQ(requests.size(), 1u);
  std::size_t by_signers = 0;
  for (const edl::LogEffect& event : Logged(Event::kDecisionRefused)) {
    EXPECT_EQ(event.request_id, requests[0].request_id);
    if (event.party != kOne.value) continue;
    ++by_signers;
    EXPECT_STREQ(api::RowOf(static_cast<api::ErrorCode>(event.value)).name, "missing_header");
  }
  EXPECT_GE(by_signers, 1u);
}

// A node that has keys but no manifest yet refuses, too.
TEST(DecisionEventsOfANodeWithoutANetwork, EveryRefusalMakesOne) {
  sim::Network network(sim::Options{});
  network.Start(kOne);
  for (const auto& [body, name] : {std::pair{R"({"id":1,"method":"eth_accounts"})", "not_ready"},
                                   {R"({"id":1,"method":"eth_sign"})", "method_not_found"},
                                   {"{", "parse_error"}}) {
    network.log().clear();
    client::Request request;
    request.body = body;
    const std::string reply = network.Ask(kOne, request);
    EXPECT_EQ(sim::ErrorName(reply), name) << reply;
    ASSERT_EQ(network.Logged(Event::kDecisionRefused), 1u) << name;
    const edl::LogEffect& event = network.log().front();
    EXPECT_STREQ(api::RowOf(static_cast<api::ErrorCode>(event.value)).name, name);
    EXPECT_NE(reply.find(ToHex(event.request_id)), std::string::npos) << reply;
  }
}

}  // namespace
}  // namespace passport::policy_test
