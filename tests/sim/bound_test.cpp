// Who ends TLS, or is a core, and wants signed what no user asked for (rules.md 1, 24): bound requests sign
// nothing else, and of legacy ones this is the record of what gets through (docs/threat-model.md).
#include <gtest/gtest.h>

#include "edl/base/uuid.h"
#include "tests/sim/client.h"
#include "trusted/core/signing_messages.h"
#include "trusted/json/write.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

constexpr const char* kAsked = R"(["0xc0fe","0x00"])";
constexpr const char* kWanted = R"(["0xdead","0x00"])";

class Adversary : public ::testing::Test {
 protected:
  Adversary() : network(Options{.relayed = true, .presign = {.total_max = 0}}), rng(11) {
    network.Form();
    EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000)) << network.Health(kOne);
    network.Run(core::NetworkTime::kTellMs + 100);
  }
  Client Scope(const char* config, const client::DeveloperKey& key = client::DeveloperKey::Generate()) {
    Client out = MakeClient(network, rng, config, key);
    for (const char* user : {"alice", "bob"}) {
      Register(network, out, kOne, user);
      addresses[out.scope + user] = Address(network.Ask(kOne, Bind(out, user, "eth_requestAccounts", "[]")));
    }
    return out;
  }
  client::Request Bind(Client& client, std::string_view user, std::string_view method,
                       std::string_view params) {
    return client.developer->BoundWallet(user, method, params, FormatUuid(network.manifest().network_id),
                                         network.unix_ms());
  }
  client::Request Ask(Client& client, bool bound, std::string_view user, std::string_view params = kAsked) {
    if (!bound) return client.developer->Wallet(user, "personal_sign", params);
    return Bind(client, user, "personal_sign", params);
  }
  // "signed", with a valid signature of this user, or the error's name.
  std::string Send(const client::Request& request, const std::string& signer, std::string_view message) {
    const std::string reply = network.Ask(kOne, request);
    const std::string signature = ResultText(reply);
    if (signature.empty()) return ErrorName(reply);
    const std::string address = Recover(ParseHex(message).value(), signature);
    return address == addresses.at(signer) ? "signed" : "signed by " + address;
  }
  static client::Request WithBody(client::Request request, const client::Request& other) {
    request.body = other.body;
    return request;
  }

  Network network;
  crypto::SeededRng rng;
  std::map<std::string, std::string> addresses;  // by scope and user
};

class HostileHost : public Adversary, public ::testing::WithParamInterface<bool> {};

// What the host of the gateway does with two users' requests. Each is a signature that nobody asked for,
// except the last two, which are asked for too late or twice.
TEST_P(HostileHost, SwapsWhatIsSigned) {
  const bool bound = GetParam();
  const client::DeveloperKey key = client::DeveloperKey::Generate();
  Client client = Scope(bound ? R"({"request_binding":"bound"})" : "{}", key);
  Client other = Scope(bound ? R"({"request_binding":"bound","name":"other"})" : R"({"name":"other"})", key);
  const std::string alice = client.scope + "alice";
  const std::string refused = bound ? "not_bound" : "signed";

  EXPECT_EQ(Send(Ask(client, bound, "alice"), alice, "c0fe"), "signed") << "what was asked for";
  const client::Request wanted = client.developer->Wallet("mallory", "personal_sign", kWanted);
  EXPECT_EQ(Send(WithBody(Ask(client, bound, "alice"), wanted), alice, "dead"), refused) << "other params";

  const std::string transaction =
      R"([{"nonce":"0x0","gas":"0x5208","gasPrice":"0x1","chainId":"0x1","type":"0x0","to":"0x)" +
      std::string(40, '1') + R"("}])";
  client::Request method = WithBody(Ask(client, bound, "alice"),
                                    client.developer->Wallet("x", "eth_signTransaction", transaction));
  const std::string raw = network.Ask(kOne, method);
  EXPECT_EQ(ResultText(raw).empty() ? ErrorName(raw) : "signed", refused) << "another method";

  const client::Request of_alice = Ask(client, bound, "alice");
  const client::Request of_bob = Ask(client, bound, "bob", kWanted);
  EXPECT_EQ(Send(WithBody(of_alice, of_bob), alice, "dead"), refused) << "headers of one, body of another";
  client::Request mixed = of_alice;
  mixed.encrypted_user = of_bob.encrypted_user;
  EXPECT_NE(Send(mixed, alice, "c0fe"), "signed")
      << "clients have keys of their own, users proofs of their own";

  client::Request moved = of_alice;
  moved.scope_id = other.scope;
  EXPECT_EQ(Send(moved, other.scope + "alice", "c0fe"), refused) << "the user's account in another scope";

  EXPECT_EQ(Send(of_bob, client.scope + "bob", "dead"), "signed")
      << "late, and after others: still asked for";
  EXPECT_EQ(Send(of_bob, client.scope + "bob", "dead"), bound ? "replayed" : "signed") << "twice";
  if (bound) {
    for (const PartyIndex gateway : {kTwo, kThree})  // one of which may have seen nothing of it
      EXPECT_EQ(ErrorName(network.Ask(gateway, of_bob)), "replayed") << "twice, elsewhere";
  }
  network.Run(61'000);
  EXPECT_EQ(Send(of_alice, alice, "c0fe"), bound ? "stale_request" : "signed") << "a minute late";
  EXPECT_EQ(Send(Ask(client, bound, "alice"), alice, "c0fe"), "signed") << "and afterwards all is well";
}

INSTANTIATE_TEST_SUITE_P(Bound, HostileHost, ::testing::Bool());

// One of three cores is malicious: it keeps what it was forwarded, and asks an honest one to sign.
class MaliciousCore : public Adversary, public ::testing::WithParamInterface<bool> {
 protected:
  // What node 3 answers to an invitation of node 2 with this evidence: "joins", or the refusal.
  std::string Invite(core::SignInvite invite, std::optional<RequestId> request = std::nullopt) {
    const RequestId id = request.value_or(core::MakeRequestId(kTwo, rng));
    std::string answer = "none";
    network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (from != kThree || message.request != id) return true;
      if (message.kind == MessageKind::kSignJoin) answer = "joins";
      if (message.kind == MessageKind::kSignRefuse) {
        const auto refuse = core::SignRefuse::Parse(message.body).value();
        answer = api::RowOf(static_cast<api::ErrorCode>(refuse.code)).name;
      }
      return answer == "none";  // node 2 did not ask
    };
    invite.quorum = {kTwo, kThree};
    network.Forge(kTwo, kThree, {MessageKind::kSignInvite, id, invite.Encode()});
    network.RunUntil([&] { return answer != "none"; }, 2'000);
    network.core_tap = nullptr;
    return answer;
  }
  // A request that the user makes at node 2, as that one had it.
  std::pair<RequestId, core::SignInvite> Forwarded(const client::Request& request) {
    std::pair<RequestId, core::SignInvite> out;
    network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (from == kTwo && message.kind == MessageKind::kSignInvite)
        out = {message.request, core::SignInvite::Parse(message.body).value()};
      return true;
    };
    EXPECT_FALSE(ResultText(network.Ask(kTwo, request)).empty());
    network.core_tap = nullptr;
    return out;
  }
  static core::SignInvite Changed(const core::SignInvite& invite, const std::string& body) {
    core::SignInvite out{invite.attempt, invite.quorum,           invite.nonce, invite.scope,
                         invite.account, invite.evidence.Clone(), invite.epoch};
    if (!body.empty()) out.evidence.body = ToBytes(body);
    return out;
  }
};

TEST_P(MaliciousCore, AsksHonestOnesToSignSomethingElseAndLater) {
  const bool bound = GetParam();
  const client::DeveloperKey key = client::DeveloperKey::Generate();
  Client client = Scope(bound ? R"({"request_binding":"bound"})" : "{}", key);
  Client other = Scope(bound ? R"({"request_binding":"bound","name":"other"})" : R"({"name":"other"})", key);
  network.Kill(kOne);  // so that nodes 2 and 3 sign, and node 3 has seen the request
  const auto [id, invite] = Forwarded(Ask(client, bound, "alice"));
  const std::string body = client.developer->Wallet("x", "personal_sign", kWanted).body;
  const std::string refused = bound ? "not_bound" : "joins";

  EXPECT_EQ(Invite(Changed(invite, body)), refused) << "another payload, in a request of its own";
  core::SignInvite again = Changed(invite, body);
  again.attempt = 9;
  EXPECT_EQ(Invite(std::move(again), id), refused) << "another payload, as one more attempt";
  EXPECT_EQ(Invite(Changed(invite, "")), bound ? "replayed" : "joins") << "the same, in another request";

  core::SignInvite moved = Changed(invite, "");
  moved.evidence.scope_id = other.scope;
  moved.scope.id = policy::ScopeRecordId(ScopeId{ParseUuid(other.scope).value()});
  moved.account.id = policy::AccountRecordId(ScopeId{ParseUuid(other.scope).value()}, "alice");
  moved.scope.version = moved.account.version = 0;
  const std::string elsewhere = Invite(std::move(moved));
  if (bound) {
    EXPECT_EQ(elsewhere, "not_bound") << "for another scope";
  } else {
    EXPECT_NE(elsewhere, "not_bound") << "it goes on to compare records";
  }

  network.Run(61'000);
  EXPECT_EQ(Invite(Changed(invite, "")), bound ? "stale_request" : "joins") << "later";
  EXPECT_EQ(Invite(Changed(invite, body)), refused) << "later, another payload";
}

// rules.md 24: what was used is not known after a restart, so what was issued before it is refused.
TEST_P(MaliciousCore, FindsNoUseForARestartOfAnHonestOne) {
  const bool bound = GetParam();
  Client client = Scope(bound ? R"({"request_binding":"bound"})" : "{}");
  network.Kill(kOne);
  const auto [id, invite] = Forwarded(Ask(client, bound, "alice"));
  network.Start(kOne);
  network.Kill(kThree);
  network.Start(kThree);
  ASSERT_TRUE(network.RunUntil([this] { return network.Ready(); }, 20'000));
  network.Run(core::NetworkTime::kTellMs + 100);
  EXPECT_EQ(Invite(Changed(invite, "")), bound ? "stale_request" : "joins");
  network.Skip(core::RequestMemory::kAheadMs);
  network.Run(core::NetworkTime::kTellMs + 100);
  EXPECT_EQ(Send(Ask(client, bound, "alice"), client.scope + "alice", "c0fe"), "signed");
}

// A client whose clock is ahead: its request is from after the start, and was used before it.
TEST_F(Adversary, ARequestOfAFastClockIsNotSignedTwiceOverARestart) {
  Client client = Scope(R"({"request_binding":"bound"})");
  const client::Request ahead =
      client.developer->BoundWallet("alice", "personal_sign", kAsked,
                                    FormatUuid(network.manifest().network_id), network.unix_ms() + 14'000);
  const std::string alice = client.scope + "alice";
  EXPECT_EQ(Send(ahead, alice, "c0fe"), "signed");
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.Kill(party);
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.Start(party);
  ASSERT_TRUE(network.RunUntil([this] { return network.Ready(); }, 20'000));
  network.Run(1'000);
  EXPECT_EQ(Send(ahead, alice, "c0fe"), "stale_request");
}

INSTANTIATE_TEST_SUITE_P(Bound, MaliciousCore, ::testing::Bool());

// rules.md 33: whichever node registers, and after restarts; the first two are Scope's own.
TEST_F(Adversary, AScopeRegistersAsManyAccountsAsItsLimitSays) {
  Client client = Scope(R"({"limits":{"accounts":3}})");
  EXPECT_TRUE(Signs(network, client, kOne, "carol", Register(network, client, kTwo, "carol")));
  for (const PartyIndex gateway : {kOne, kTwo, kThree})
    EXPECT_EQ(ErrorName(network.Ask(gateway, client.developer->Register("dave"))), "not_permitted");
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.Kill(party);
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.Start(party);
  ASSERT_TRUE(network.RunUntil([this] { return network.Ready(); }, 20'000));
  EXPECT_EQ(ErrorName(network.Ask(kThree, client.developer->Register("erin"))), "not_permitted");
  EXPECT_EQ(ErrorName(network.Ask(kOne, client.developer->Register("alice"))), "duplicate_registration");
  network.Ask(kOne, client::UpdateScope(client.key, client.scope, R"({"limits":{"accounts":4}})"));
  EXPECT_TRUE(Signs(network, client, kOne, "erin", Register(network, client, kThree, "erin")));
}

// A legacy scope with a window: what was recorded is of no use when it is over, to who has only that.
TEST_F(Adversary, AReplayWindowEndsWhatALegacyHeaderSetIsGoodFor) {
  Client client = Scope(R"({"replay_window_s":60})");
  const std::string alice = client.scope + "alice";
  const client::Request headers = Ask(client, false, "alice");
  const client::Request wanted = client.developer->Wallet("x", "personal_sign", kWanted);
  EXPECT_EQ(Send(headers, alice, "c0fe"), "signed");
  EXPECT_EQ(Send(WithBody(headers, wanted), alice, "dead"), "signed") << "within the window, as viem does";
  network.Run(61'000 + core::NetworkTime::kFreshMs);
  EXPECT_EQ(Send(headers, alice, "c0fe"), "replayed");
  EXPECT_EQ(Send(WithBody(headers, wanted), alice, "dead"), "replayed");
  EXPECT_EQ(Send(Ask(client, false, "alice"), alice, "c0fe"), "signed");
}

}  // namespace
}  // namespace passport::sim
