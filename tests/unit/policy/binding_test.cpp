// Bound requests: a proof is for one method, one params, one scope, one network, once (rules.md 24).
#include <gtest/gtest.h>

#include <functional>

#include "edl/base/uuid.h"
#include "tests/unit/policy/proofs.h"
#include "trusted/core/decision.h"
#include "trusted/crypto/hash.h"
#include "trusted/json/write.h"
#include "trusted/policy/record_ids.h"

namespace passport::policy_test {
namespace {

using policy::RequestBinding;

constexpr std::uint64_t kIssued = 1'700'000'000'000;
constexpr const char* kParams = R"(["0xc0fe"])";
const ByteArray<16> kThisNetwork{0x4e};

class BoundRecords final : public core::RegisterView {
 public:
  const replica::Version* Local(const RecordId& id) override { return &held[id]; }
  const replica::Version* Pending(const RecordId&) override { return nullptr; }
  std::uint64_t LatestMs() const override { return 0; }
  std::map<RecordId, replica::Version> held;
};

class Bound : public ::testing::Test {
 protected:
  Bound() {
    memory.OnTick(kIssued - 30'000, kIssued - 30'000, true);
    memory.OnTick(kIssued, kIssued, true);
    account.binding = RequestBinding::kBound;
    HoldAccount();
    records.held[policy::ScopeRecordId(scope.id)] = {1, {}, scope.Encode()};
  }
  void HoldAccount() { records.held[policy::AccountRecordId(scope.id, "alice")] = {1, {}, account.Encode()}; }
  Members Bind(std::string_view method = "personal_sign", std::string_view params = kParams) {
    return {{"network_id", json::Quote(FormatUuid(kThisNetwork))},
            {"scope_id", json::Quote(FormatUuid(scope.id.bytes))},
            {"method", json::Quote(method)},
            {"params_sha256", json::Quote(ToHex(crypto::HashSha256(AsBytes(params))))},
            {"nonce", json::Quote(std::string(32, '7'))},
            {"issued_at", std::to_string(kIssued)}};
  }
  // A request whose signed user has this bind; none if it is empty.
  auth::Evidence Request(const std::string& bind, std::string_view method = "personal_sign",
                         std::string_view params = kParams) {
    Members user{{"username", "\"alice\""}};
    if (!bind.empty()) user.emplace("bind", bind);
    auth::Evidence out = WalletEvidence(envelope, developer, scope.id, "alice", RpcBody(method, params));
    out.encrypted_user = envelope.Seal(ToJson(user));
    out.encrypted_key_signature = envelope.Seal(ToJson(KeyAssertion(developer, out.encrypted_user)));
    return out;
  }
  std::string Verdict(const auth::Evidence& evidence, const RequestId& request = RequestId{{1}}) {
    const auto judged = core::Decide(evidence, {records, chain_codes, memory, {kThisNetwork, true}, request});
    const auto* error = std::get_if<api::Error>(&judged);
    return error == nullptr ? "" : api::RowOf(error->code).name;
  }

  Envelope envelope{1};
  client::DeveloperKey developer = client::DeveloperKey::Generate();
  policy::Scope scope = ScopeOf(developer);
  policy::Account account = ActiveAccount(scope.id, policy::Control::kDeveloper);
  BoundRecords records;
  NoChainCodes chain_codes;
  core::RequestMemory memory{false};
};

TEST_F(Bound, AnAccountThatIsBoundSignsWhatWasAskedOnceAndNothingElse) {
  const auth::Evidence good = Request(ToJson(Bind()));
  EXPECT_EQ(Verdict(Request("")), "not_bound");
  EXPECT_EQ(Verdict(good), "");
  EXPECT_EQ(Verdict(good), "") << "the same request, tried again by its gateway";
  EXPECT_EQ(Verdict(good, RequestId{{2}}), "replayed");
}

TEST_F(Bound, EveryMemberOfTheBindIsCompared) {
  const std::pair<const char*, const char*> rows[] = {
      {"network_id", "\"00000000-0000-4000-8000-000000000000\""},
      {"scope_id", "\"00000000-0000-4000-8000-000000000000\""},
      {"method", "\"eth_signTransaction\""},
      {"params_sha256", "\"0000000000000000000000000000000000000000000000000000000000000000\""},
  };
  for (const auto& [member, other] : rows) {
    Members bind = Bind();
    bind[member] = other;
    EXPECT_EQ(Verdict(Request(ToJson(bind))), "not_bound") << member;
  }
}

// The hash is over bytes, not over what they mean.
TEST_F(Bound, AnotherBodyUnderTheSameHeadersIsRefused) {
  const auth::Evidence good = Request(ToJson(Bind()));
  for (
      const std::string& body :
      {RpcBody("personal_sign", R"(["0xdead"])"), RpcBody("personal_sign", R"(["0xC0FE"])"),
       RpcBody("personal_sign", R"([ "0xc0fe"])"), RpcBody("personal_sign", R"(["0xc0fe","0x00"])"),
       RpcBody(
           "eth_signTypedData_v4",
           R"(["0x00",{"types":{"A":[{"name":"x","type":"uint256"}]},"primaryType":"A","domain":{"name":"n"},"message":{"x":1}}])")}) {
    auth::Evidence swapped = good.Clone();
    swapped.body = ToBytes(body);
    EXPECT_EQ(Verdict(swapped), "not_bound") << body;
  }
  auth::Evidence same = good.Clone();
  same.body =
      ToBytes(std::string(R"({"method":"personal_sign","id":"other",   "params" : )") + kParams + "}");
  EXPECT_EQ(Verdict(same), "") << "only method and params are bound";
}

TEST_F(Bound, ABindIsExactlyWhatItShouldBe) {
  const std::tuple<const char*, const char*> rows[] = {
      {"network_id", "5"},         {"network_id", "\"4e\""},      {"scope_id", "null"}, {"method", "[]"},
      {"params_sha256", "\"00\""}, {"params_sha256", "\"0x00\""}, {"nonce", "\"77\""},  {"nonce", "7"},
      {"issued_at", "\"1\""},      {"issued_at", "1.5"},          {"issued_at", "-1"},  {"extra", "1"},
  };
  for (const auto& [member, value] : rows) {
    Members bind = Bind();
    bind[member] = value;
    EXPECT_EQ(Verdict(Request(ToJson(bind))), "malformed_proof") << member << value;
  }
  for (const char* member : {"network_id", "scope_id", "method", "params_sha256", "nonce", "issued_at"}) {
    Members bind = Bind();
    bind.erase(member);
    EXPECT_EQ(Verdict(Request(ToJson(bind))), "malformed_proof") << member;
  }
  for (const char* bind : {"null", "[]", "\"x\"", "{}"})
    EXPECT_EQ(Verdict(Request(bind)), "malformed_proof") << bind;
}

TEST_F(Bound, ABindInALegacyAccountIsJudgedAllTheSame) {
  account.binding = RequestBinding::kLegacy;
  HoldAccount();
  EXPECT_EQ(Verdict(Request("")), "");
  const auth::Evidence good = Request(ToJson(Bind()));
  EXPECT_EQ(Verdict(good), "");
  EXPECT_EQ(Verdict(good, RequestId{{2}}), "replayed");
  EXPECT_EQ(Verdict(Request(ToJson(Bind("eth_signTransaction")))), "not_bound");
}

// rules.md 3: an update of the scope loosens no account that exists.
TEST_F(Bound, AnAccountStaysBoundWhateverItsScopeSaysLater) {
  scope.config = R"({"request_binding":"legacy"})";
  records.held[policy::ScopeRecordId(scope.id)] = {2, {}, scope.Encode()};
  EXPECT_EQ(Verdict(Request("")), "not_bound");
}

// A refusal changes nothing: the nonce of a request that a gate refused serves still.
TEST_F(Bound, OnlyAGrantTakesTheNonce) {
  scope.config = R"({"permissions":{"personal_sign":false}})";
  records.held[policy::ScopeRecordId(scope.id)] = {2, {}, scope.Encode()};
  const auth::Evidence request = Request(ToJson(Bind()));
  EXPECT_EQ(Verdict(request), "not_permitted");
  records.held[policy::ScopeRecordId(scope.id)] = {3, {}, ScopeOf(developer).Encode()};
  EXPECT_EQ(Verdict(request, RequestId{{2}}), "");
}

TEST_F(Bound, AReplayWindowIsForLegacyRequestsOfItsScope) {
  account.binding = RequestBinding::kLegacy;
  HoldAccount();
  scope.config = R"({"replay_window_s":60})";
  records.held[policy::ScopeRecordId(scope.id)] = {2, {}, scope.Encode()};
  const auth::Evidence one = Request("");
  EXPECT_EQ(Verdict(one), "");
  EXPECT_EQ(Verdict(one, RequestId{{2}}), "") << "viem sends one header set with all its requests";
  memory.OnTick(kIssued + 60'001, kIssued + 60'001, true);
  EXPECT_EQ(Verdict(one, RequestId{{3}}), "replayed");
  EXPECT_EQ(Verdict(Request(""), RequestId{{4}}), "");
}

// Published clients keep one header set for as long as a session lasts.
TEST_F(Bound, AReplayWindowIsNotForSessions) {
  core::AccountFacts facts;
  facts.config.replay_window_s = 60;
  facts.account_ref.id = policy::AccountRecordId(scope.id, "alice");
  const core::Deciding with{records, chain_codes, memory, {kThisNetwork, true}, RequestId{{1}}};
  const auth::Evidence evidence = Request("");
  for (const bool by_key : {false, true}) {
    facts.caller.session = !by_key;
    facts.caller.developer_key = by_key;
    EXPECT_TRUE(core::Remember(evidence, facts, with).ok());
    memory.OnTick(kIssued + 61'000, kIssued + 61'000, true);
    EXPECT_TRUE(core::Remember(evidence, facts, with).ok()) << by_key;
  }
  memory.OnTick(kIssued + 122'000, kIssued + 122'000, true);
  EXPECT_FALSE(core::Remember(evidence, facts, with).ok())
      << "the developer's, a minute after it was seen first";
}

TEST_F(Bound, AScopeSaysWhichAccountsItRegisters) {
  const auto registers = [&](const char* config, policy::Control control) {
    scope.config = config;
    return policy::CheckRegistration(scope, control, {kThisNetwork, true}).ok();
  };
  for (const auto control : {policy::Control::kUser, policy::Control::kDeveloper, policy::Control::kHybrid}) {
    EXPECT_TRUE(registers("{}", control));
    EXPECT_EQ(registers(R"({"accounts":["user"]})", control), control == policy::Control::kUser);
    EXPECT_EQ(registers(R"({"accounts":["developer"]})", control), control == policy::Control::kDeveloper);
    EXPECT_EQ(registers(R"({"accounts":["hybrid"]})", control), control == policy::Control::kHybrid);
  }
}

TEST(BoundAccount, ItsBindingComesBack) {
  policy::Account account = ActiveAccount(ScopeId{{1}}, policy::Control::kDeveloper);
  account.binding = RequestBinding::kBound;
  const Bytes bytes = account.Encode();
  EXPECT_EQ(bytes[0], 3);
  ASSERT_TRUE(policy::Account::Parse(bytes).ok());
  EXPECT_EQ(policy::Account::Parse(bytes).value().binding, RequestBinding::kBound);
  EXPECT_EQ(policy::Account::Parse(bytes).value().Encode(), bytes);
  const std::size_t at = 1 + 16 + 16 + 32 + 2;  // format, scope, id, identifier hash, control, state
  for (const int value : {0, 1, 3, 255}) {
    Bytes other = bytes;
    other[at] = static_cast<std::uint8_t>(value);
    EXPECT_FALSE(policy::Account::Parse(other).ok()) << value;
  }
}

}  // namespace
}  // namespace passport::policy_test
