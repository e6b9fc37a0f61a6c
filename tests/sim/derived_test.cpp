// Accounts below an account's key by path: they sign without a key generation, and nothing of one signs for
// another (dkls23.md 6.8.4, 7.7).
#include <gtest/gtest.h>

#include "tests/sim/client.h"
#include "trusted/core/presign_messages.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

class Derived : public ::testing::Test {
 protected:
  explicit Derived(std::uint16_t n = 3) : network(Options{.n = n, .relayed = true}), rng(21) {
    network.Form();
    EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 20'000)) << network.Health(kOne);
  }
  std::string AddressAt(Client& client, PartyIndex gateway, std::string_view path) {
    return Address(
        network.Ask(gateway, client.developer->WalletAt("alice", path, "eth_requestAccounts", "[]")));
  }
  // Who signed "0xc0fe", as the signature says.
  std::string SignerAt(Client& client, PartyIndex gateway, std::string_view path) {
    const std::string reply =
        network.Ask(gateway, client.developer->WalletAt("alice", path, "personal_sign", R"(["0xc0fe"])"));
    const std::string signature = ResultText(reply);
    return signature.empty() ? ErrorName(reply) : Recover(Bytes{0xc0, 0xfe}, signature);
  }
  Network network;
  crypto::SeededRng rng;
};

TEST_F(Derived, EachPathIsAnAccountOfItsOwnThatEveryNodeKnowsAndSignsFor) {
  Client client = MakeClient(network, rng);
  const std::string root = Register(network, client, kOne, "alice");
  const std::size_t made = network.Logged(Event::kKeyMade);
  std::set<std::string> addresses{root};
  for (const char* path : {"m/0", "m/1", "m/0/1", "m/44/60/0/0/2147483647"}) {
    const std::string address = AddressAt(client, kOne, path);
    EXPECT_TRUE(addresses.insert(address).second) << path << address;
    for (const PartyIndex gateway : {kOne, kTwo, kThree}) {
      EXPECT_EQ(AddressAt(client, gateway, path), address) << path;
      EXPECT_EQ(SignerAt(client, gateway, path), address) << path;
    }
  }
  EXPECT_EQ(AddressAt(client, kTwo, "m"), root);
  EXPECT_EQ(SignerAt(client, kTwo, "m"), root);
  EXPECT_EQ(network.Logged(Event::kKeyMade), made);
  EXPECT_EQ(SignerAt(client, kOne, "m/0'"), "invalid_params");
}

// A presignature made for the key itself would sign for any key below it, with a tweak that is chosen after
// its R is known: signers refuse it, whatever their leader says, and it is spent.
TEST_F(Derived, APresignatureOfTheKeySignsForNoKeyBelowIt) {
  Client client = MakeClient(network, rng);
  const std::string root = Register(network, client, kOne, "alice");
  std::optional<PeerMessage> online;
  PartyIndex signer;
  network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& message) {
    if (message.kind != MessageKind::kSignOnline || from == to || online) return true;
    online = message;
    signer = to;
    return false;
  };
  for (int i = 0; i < 5 && !online; ++i) {
    EXPECT_EQ(SignerAt(client, kOne, "m"), root);
    network.Run(2'000);  // presignatures are made
  }
  ASSERT_TRUE(online.has_value()) << "no presignature was used";
  auto swapped = core::SignOnline::Parse(online->body).value();
  std::optional<core::SignInvite> invite;
  std::string answer = "none";
  network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
    if (message.kind == MessageKind::kSignInvite) invite = core::SignInvite::Parse(message.body).value();
    EXPECT_NE(message.kind, MessageKind::kSignOnline) << "a leader uses none for a derived key";
    if (message.request == online->request && message.kind == MessageKind::kSignRefuse)
      answer = std::to_string(static_cast<int>(core::SignRefuse::Parse(message.body).value().reason));
    if (message.request == online->request && message.kind == MessageKind::kSignRound3) answer = "a share";
    return true;
  };
  EXPECT_EQ(SignerAt(client, kOne, "m/7"), AddressAt(client, kOne, "m/7"));
  ASSERT_TRUE(invite.has_value());
  swapped.evidence = invite->evidence.Clone();  // of a request for m/7, under the presignature of the key
  network.Forge(kOne, signer, {MessageKind::kSignOnline, online->request, swapped.Encode()});
  network.RunUntil([&] { return answer != "none"; }, 2'000);
  EXPECT_EQ(answer, std::to_string(static_cast<int>(core::RefuseReason::kUnknown)));
}

}  // namespace
}  // namespace passport::sim
