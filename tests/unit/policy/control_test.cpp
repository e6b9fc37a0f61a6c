// Which proof opens which account (rules.md 4), and the gates before a Grant.
#include <gtest/gtest.h>

#include <functional>
#include <type_traits>

#include "tests/unit/policy/proofs.h"
#include "trusted/eth/message.h"
#include "trusted/policy/authorise.h"

namespace passport::policy_test {
namespace {

using auth::Checked;
using client::DeveloperKey;
using policy::Control;

template <class T>
std::string NameOf(const Checked<T>& result) {
  return result.ok() ? "" : api::RowOf(result.error().code).name;
}

// Without the bytes of its params, which only bound requests are judged by.
api::Call Parse(std::string_view method, std::string_view params) {
  api::Call out = api::ParseCall(AsBytes(RpcBody(method, params))).value();
  out.params = {};
  return out;
}
api::Call PersonalSign() { return Parse("personal_sign", R"(["0xc0fe"])"); }

constexpr policy::NetworkFacts kDevnet{{}, true};

class Proofs : public ::testing::Test {
 protected:
  // What the gates say to these headers for an account of this control; "" is a Grant.
  std::string Verdict(const auth::Evidence& evidence, Control control) {
    const auto caller = policy::Authenticate(evidence, scope);
    if (!caller.ok()) return NameOf(caller);
    const policy::Account account = ActiveAccount(scope.id, control);
    return NameOf(policy::Authoriser::Authorise(caller.value(), {}, account, PersonalSign(), kDevnet,
                                                policy::KeyAt(account, {}, {}).value()));
  }
  auth::Evidence Wallet(const DeveloperKey& key) {
    return WalletEvidence(envelope, key, scope.id, "alice", RpcBody("personal_sign", R"(["0xc0fe"])"));
  }

  Envelope envelope{1};
  DeveloperKey developer = DeveloperKey::Generate();
  DeveloperKey stranger = DeveloperKey::Generate();
  policy::Scope scope = ScopeOf(developer);
};

// Passkeys are not served in this version: a session or a passkey assertion counts for nothing, so accounts
// that demand one, alone or with the developer key, cannot be used by anybody.
TEST_F(Proofs, EveryProofAgainstEveryKindOfAccount) {
  struct Row {
    const char* proofs;
    bool session, passkey;
    const DeveloperKey* key;
    const char* user;
    const char* developer;
    const char* hybrid;
  };
  const Row rows[] = {
      {"none", false, false, nullptr, "missing_header", "missing_header", "missing_header"},
      {"session", true, false, nullptr, "missing_header", "missing_header", "missing_header"},
      {"passkey", false, true, nullptr, "missing_header", "missing_header", "missing_header"},
      {"session, passkey", true, true, nullptr, "missing_header", "missing_header", "missing_header"},
      {"developer", false, false, &developer, "unauthorized", "", "unauthorized"},
      {"developer, session", true, false, &developer, "unauthorized", "", "unauthorized"},
      {"developer, passkey", false, true, &developer, "unauthorized", "", "unauthorized"},
      {"developer, both", true, true, &developer, "unauthorized", "", "unauthorized"},
      {"stranger", false, false, &stranger, "wrong_owner", "wrong_owner", "wrong_owner"},
      {"stranger, both", true, true, &stranger, "wrong_owner", "wrong_owner", "wrong_owner"},
  };
  for (const Row& row : rows) {
    auth::Evidence evidence = Wallet(row.key == nullptr ? developer : *row.key);
    if (row.key == nullptr) evidence.encrypted_key_signature.clear();
    if (row.session) evidence.encrypted_session = envelope.Seal("a.b.c");
    if (row.passkey) evidence.encrypted_webauthn_signature = envelope.Seal(R"({"type":"public-key"})");
    EXPECT_EQ(Verdict(evidence, Control::kUser), row.user) << row.proofs;
    EXPECT_EQ(Verdict(evidence, Control::kDeveloper), row.developer) << row.proofs;
    EXPECT_EQ(Verdict(evidence, Control::kHybrid), row.hybrid) << row.proofs;
  }
}

TEST_F(Proofs, ACallerWithoutAProofHasNoAccount) {
  for (const Control control : {Control::kUser, Control::kDeveloper, Control::kHybrid}) {
    EXPECT_EQ(NameOf(policy::CheckControl({"alice", false}, ActiveAccount(scope.id, control))),
              "unauthorized");
  }
}

TEST_F(Proofs, AnAccountThatIsStillBeingRegisteredWaits) {
  policy::Account reserved = ActiveAccount(scope.id, Control::kDeveloper);
  reserved.state = policy::AccountState::kReserved;
  EXPECT_EQ(NameOf(policy::CheckControl({"alice", true}, reserved)), "registration_pending");
  policy::Account keyless = ActiveAccount(scope.id, Control::kDeveloper);
  keyless.keys.clear();
  EXPECT_EQ(NameOf(policy::CheckControl({"alice", true}, keyless)), "registration_pending");
}

TEST_F(Proofs, EachHeaderOfAWalletRequestIsNeeded) {
  const std::tuple<const char*, const char*, std::function<void(auth::Evidence&)>> rows[] = {
      {"missing_header", "X-Encrypted-Key", [](auth::Evidence& e) { e.has_key = false; }},
      {"missing_header", "X-Encrypted-User", [](auth::Evidence& e) { e.encrypted_user.clear(); }},
      {"missing_header", "X-Encrypted-Key-Signature",
       [](auth::Evidence& e) { e.encrypted_key_signature.clear(); }},
      {"bad_base64", "X-Encrypted-User", [](auth::Evidence& e) { e.encrypted_user = "*"; }},
      {"bad_base64", "X-Encrypted-Key-Signature", [](auth::Evidence& e) { e.encrypted_key_signature = "*"; }},
      {"undecryptable", "X-Encrypted-User",
       [](auth::Evidence& e) { e.encrypted_user = Envelope(9).Seal(UserJson("alice")); }},
      {"undecryptable", "X-Encrypted-Key-Signature",
       [](auth::Evidence& e) { e.encrypted_key_signature = "AAAA"; }},
      {"undecryptable", "X-Encrypted-User",
       [](auth::Evidence& e) { e.client_key = crypto::SecretKey32(ByteArray<32>{1}); }},
  };
  for (const auto& [error, header, change] : rows) {
    auth::Evidence evidence = Wallet(developer);
    change(evidence);
    const auto caller = policy::Authenticate(evidence, scope);
    ASSERT_FALSE(caller.ok());
    EXPECT_EQ(NameOf(caller), error) << header;
    EXPECT_EQ(caller.error().detail, header);
  }
}

// A header set proves one user: parts of two do not mix, not even of one user twice.
TEST_F(Proofs, AProofDoesNotMoveToAnotherUserHeader) {
  const auth::Evidence alice = Wallet(developer);
  for (const char* name : {"alice", "bob"}) {
    auth::Evidence mixed = alice.Clone();
    mixed.encrypted_user = envelope.Seal(UserJson(name));
    EXPECT_EQ(NameOf(policy::Authenticate(mixed, scope)), "unauthorized") << name;
  }
  const auto caller = policy::Authenticate(alice, scope);
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller.value().username, "alice");
  EXPECT_TRUE(caller.value().developer_key);
}

TEST_F(Proofs, AProofOfOneScopeIsNoneInAnother) {
  EXPECT_EQ(NameOf(policy::Authenticate(Wallet(developer), ScopeOf(stranger))), "wrong_owner");
  EXPECT_EQ(NameOf(policy::Authenticate(Wallet(developer), policy::Scope{})), "wrong_owner");
}

TEST_F(Proofs, ARegistrationIsProvedByItsParamsAndNotByItsHeaders) {
  const auto verdict = [this](const auth::Evidence& evidence) {
    const api::Request request = std::move(api::ParseCall(evidence.body).value().request);
    return policy::AuthenticateRegistration(evidence, std::get<api::DelegatedRegistration>(request), scope);
  };
  auth::Evidence evidence = RegistrationEvidence(envelope, developer, scope.id, "alice");
  const auto caller = verdict(evidence);
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller.value().username, "alice");
  evidence.encrypted_user.clear();  // the header user counts for nothing
  EXPECT_EQ(NameOf(verdict(evidence)), "");
  auth::Evidence keyless = evidence.Clone();
  keyless.has_key = false;
  EXPECT_EQ(NameOf(verdict(keyless)), "missing_header");
  EXPECT_EQ(NameOf(verdict(RegistrationEvidence(envelope, stranger, scope.id, "alice"))), "wrong_owner");
  // A wallet request's proof in the headers does not help.
  auth::Evidence wallet = Wallet(developer);
  wallet.body = RegistrationEvidence(envelope, stranger, scope.id, "alice").body;
  EXPECT_EQ(NameOf(verdict(wallet)), "wrong_owner");
}

class Gates : public ::testing::Test {
 protected:
  Checked<policy::Grant> Authorise(std::string_view config, const api::Call& call, bool devnet = false) {
    const auto parsed = policy::ParseScopeConfig(config, devnet);
    EXPECT_TRUE(parsed.ok()) << config;
    return policy::Authoriser::Authorise({"alice", true}, parsed.value(), account, call, {{}, devnet},
                                         policy::KeyAt(account, {}, {}).value());
  }
  static api::Call Transaction(const char* more) {
    return Parse(
        "eth_signTransaction",
        std::string(R"([{"nonce":"0x0","gas":"0x5208","gasPrice":"0x1","chainId":"0x1","type":"0x0",)") +
            more + "}]");
  }
  static constexpr const char* kTo = R"("to":"0x70997970c51812dc3a010c7d01b50e0d17dc79c8")";

  DeveloperKey developer = DeveloperKey::Generate();
  policy::Account account = ActiveAccount(ScopeId{{1}}, Control::kDeveloper);
};

TEST_F(Gates, AGrantCanOnlyBeMadeByThemAndSpentOnce) {
  EXPECT_FALSE(std::is_default_constructible_v<policy::Grant>);
  EXPECT_FALSE(std::is_copy_constructible_v<policy::Grant>);
  EXPECT_FALSE((std::is_constructible_v<policy::Grant, const KeyId&, const Digest&>));
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<policy::Grant>);
}

TEST_F(Gates, AGrantIsForTheAccountsKeyAndTheDigestOfThePayload) {
  const auto grant = Authorise("{}", PersonalSign());
  ASSERT_TRUE(grant.ok());
  EXPECT_EQ(grant.value().key(), account.keys.front().id);
  EXPECT_EQ(grant.value().digest(), eth::PersonalMessageDigest(Bytes{0xc0, 0xfe}));
  const api::Call transaction = Transaction(kTo);
  const auto other = Authorise("{}", transaction);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other.value().digest(),
            std::get<api::SignTransaction>(transaction.request).transaction.SigningDigest());
}

TEST_F(Gates, AMethodNeedsItsPermission) {
  const std::pair<const char*, api::Call> rows[] = {
      {"personal_sign", PersonalSign()},
      {"eth_signTypedData_v4",
       Parse(
           "eth_signTypedData_v4",
           R"(["0x00",{"types":{"A":[{"name":"x","type":"uint256"}]},"primaryType":"A","domain":{"name":"n"},"message":{"x":1}}])")},
      {"eth_signTransaction", Transaction(kTo)},
  };
  for (const auto& [denied, unused] : rows) {
    const std::string config = std::string(R"({"permissions":{")") + denied + R"(":false}})";
    for (const auto& [method, request] : rows) {
      EXPECT_EQ(NameOf(Authorise(config, request)), method == denied ? "not_permitted" : "")
          << method << " under " << config;
    }
  }
}

TEST_F(Gates, ContractCreationIsOffInProductionUnlessNamed) {
  const char* on = R"({"permissions":{"contract_creation":true}})";
  const char* off = R"({"permissions":{"contract_creation":false}})";
  const std::tuple<const char*, bool, const char*> rows[] = {
      {"{}", true, ""},
      {"{}", false, "not_permitted"},
      {on, true, ""},
      {on, false, ""},
      {off, true, "not_permitted"},
      {off, false, "not_permitted"},
      {R"({"permissions":{"contract_creation":true,"eth_signTransaction":false}})", true, "not_permitted"},
  };
  for (const auto& [config, devnet, verdict] : rows) {
    EXPECT_EQ(NameOf(Authorise(config, Transaction(R"("data":"0x00")"), devnet)), verdict)
        << config << devnet;
    EXPECT_EQ(NameOf(Authorise(config, Transaction(R"("to":null,"data":"0x00")"), devnet)), verdict)
        << config << devnet;
  }
}

TEST_F(Gates, CodeOfOthersIsSetOnlyWhereAScopeNamesIt) {
  const api::Call authorization =
      Parse("eth_signAuthorization",
            R"([{"address":"0x70997970c51812dc3a010c7d01b50e0d17dc79c8","chainId":"0x1","nonce":"0x7"}])");
  const api::Call transaction = Parse(
      "eth_signTransaction",
      std::string(
          R"([{"nonce":"0x0","gas":"0x5208","maxFeePerGas":"0x1","maxPriorityFeePerGas":"0x1","chainId":"0x1",)") +
          kTo +
          R"(,"authorizationList":[{"address":"0x70997970c51812dc3a010c7d01b50e0d17dc79c8","chainId":"0x1","nonce":"0x0",)"
          R"("r":"0x1","s":"0x2","yParity":"0x0"}]}])");
  const char* on = R"({"permissions":{"set_code":true}})";
  for (const api::Call* request : {&authorization, &transaction}) {
    for (const bool devnet : {true, false}) {
      EXPECT_EQ(NameOf(Authorise("{}", *request, devnet)), "not_permitted");
      EXPECT_EQ(NameOf(Authorise(on, *request, devnet)), "");
    }
  }
  EXPECT_EQ(
      NameOf(Authorise(R"({"permissions":{"set_code":true,"eth_signTransaction":false}})", transaction)),
      "not_permitted");
  EXPECT_EQ(Authorise(on, authorization).value().digest(),
            std::get<api::SignAuthorization>(authorization.request).authorization.SigningDigest());
}

// The account's key is the generator, whose address is that of the private key 1.
TEST_F(Gates, ATransactionThatNamesASenderNamesTheAccount) {
  const std::string own = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
  EXPECT_EQ(eth::ToLowerText(policy::KeyAt(account, {}, {}).value().Address()), own);
  const auto from = [&](const std::string& sender) {
    return NameOf(Authorise("{}", Transaction((std::string(kTo) + R"(,"from":")" + sender + "\"").c_str())));
  };
  EXPECT_EQ(from(own), "");
  EXPECT_EQ(from("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"), "");
  EXPECT_EQ(from("0x70997970c51812dc3a010c7d01b50e0d17dc79c8"), "wrong_account");
}

TEST_F(Gates, NothingButASigningRequestGetsAGrant) {
  api::Request requests[] = {api::Addresses{}, api::ChainNotice{}, api::CreateScope{},
                             api::DelegatedRegistration{}};
  for (api::Request& request : requests)
    EXPECT_EQ(NameOf(Authorise("{}", api::Call{"1", std::move(request), "method", {}})), "invalid_request");
}

TEST_F(Gates, TypedDataForNoContractAndNoChainIsRefused) {
  const auto typed = [](const char* domain) {
    return Parse(
        "eth_signTypedData_v4",
        std::string(R"(["0x00",{"types":{"A":[{"name":"x","type":"uint256"}]},"primaryType":"A","domain":)") +
            domain + R"(,"message":{"x":1}}])");
  };
  EXPECT_EQ(NameOf(Authorise("{}", typed("{}"))), "malformed_typed_data");
  EXPECT_EQ(NameOf(Authorise("{}", typed(R"({"name":"n"})"))), "");
}

// The vectors of BIP-32 and ethers are in tests/unit/protocol/derive_test.cpp.
TEST_F(Gates, AGrantIsForTheKeyAtThePathThatWasAskedFor) {
  const Hash32 chain_code{7};
  const auto path = policy::ParsePath("m/0/5").value();
  const auto key = policy::KeyAt(account, path, chain_code).value();
  EXPECT_EQ(key.id, account.keys.front().id);
  EXPECT_EQ(key.path, path.Digest());
  EXPECT_NE(key.path, Hash32{});
  EXPECT_EQ(curve::Add(BasePoint(), curve::MulBase(key.tweak)), key.public_key);
  EXPECT_NE(key.public_key,
            policy::KeyAt(account, policy::ParsePath("m/0/6").value(), chain_code).value().public_key);
  EXPECT_NE(key.public_key, policy::KeyAt(account, path, Hash32{8}).value().public_key);
  const auto grant = policy::Authoriser::Authorise({"alice", true}, {}, account, PersonalSign(), {}, key);
  ASSERT_TRUE(grant.ok());
  EXPECT_EQ(grant.value().path(), key.path);
  EXPECT_EQ(grant.value().tweak().Encode(), key.tweak.Encode());
  const std::string sender = eth::ToLowerText(key.Address());
  const auto from = [&](const policy::SigningKey& as) {
    return NameOf(policy::Authoriser::Authorise(
        {"alice", true}, {}, account,
        Transaction((std::string(kTo) + R"(,"from":")" + sender + "\"").c_str()), {}, as));
  };
  EXPECT_EQ(from(key), "");
  EXPECT_EQ(from(policy::KeyAt(account, {}, {}).value()), "wrong_account");
}

TEST_F(Gates, APathIsOneStrictText) {
  for (const char* text : {"", "m", "m/0", "m/2147483647/1"})
    EXPECT_TRUE(policy::ParsePath(text).ok()) << text;
  for (const char* text : {"0", "/", "m/", "m//0", "m/00", "m/0'", "m/0h", "m/-1", "m/ 0", "M/0",
                           "m/2147483648", "m/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0"})
    EXPECT_EQ(NameOf(policy::ParsePath(text)), "invalid_params") << text;
  EXPECT_EQ(policy::ParsePath("m").value().Digest(), Hash32{}) << "the root, like no path";
}

TEST_F(Gates, AKeyThatIsNoPointIsNone) {
  account.keys.front().public_key = {};
  EXPECT_EQ(NameOf(policy::KeyAt(account, {}, {})), "internal");
  account.keys.clear();
  EXPECT_EQ(NameOf(policy::KeyAt(account, {}, {})), "registration_pending");
}

}  // namespace
}  // namespace passport::policy_test
