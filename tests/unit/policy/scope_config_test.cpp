// Scope configurations: what may be in one, what it means, and what is refused by name.
#include <gtest/gtest.h>

#include "trusted/policy/scope.h"

namespace passport::policy {
namespace {

using std::string_literals::operator""s;

struct Outcome {
  std::string error;   // "" if accepted
  std::string detail;  // the sentence that the client gets
};

Outcome Read(std::string_view config, bool devnet = true) {
  const auto parsed = ParseScopeConfig(config, devnet);
  if (parsed.ok()) return {};
  return {api::RowOf(parsed.error().code).name, parsed.error().detail};
}

TEST(ScopeConfig, IsJsonOrTheBase64OfJson) {
  const std::string json = R"({"name":"n","permissions":{"personal_sign":false}})";
  for (const std::string& text :
       {json, " \t\r\n" + json + "\n", ToBase64(AsBytes(json)), ToBase64(AsBytes("  " + json))}) {
    const auto config = ParseScopeConfig(text, true);
    ASSERT_TRUE(config.ok()) << text;
    EXPECT_FALSE(config.value().permissions.personal_sign);
  }
}

TEST(ScopeConfig, AnEmptyOnePermitsSigningAndContractCreationInDevnetsOnly) {
  for (const bool devnet : {true, false}) {
    const auto config = ParseScopeConfig("{}", devnet);
    ASSERT_TRUE(config.ok());
    EXPECT_TRUE(config.value().permissions.personal_sign);
    EXPECT_TRUE(config.value().permissions.typed_data);
    EXPECT_TRUE(config.value().permissions.transaction);
    EXPECT_EQ(config.value().permissions.contract_creation, devnet);
    EXPECT_FALSE(config.value().permissions.set_code);
    EXPECT_FALSE(config.value().scope.has_value());
    EXPECT_FALSE(config.value().revision.has_value());
  }
}

TEST(ScopeConfig, EachPermissionSwitchesItsMethodAndNoOther) {
  const std::pair<const char*, bool Permissions::*> rows[] = {
      {"personal_sign", &Permissions::personal_sign},
      {"eth_signTypedData_v4", &Permissions::typed_data},
      {"eth_signTransaction", &Permissions::transaction},
      {"contract_creation", &Permissions::contract_creation},
      {"set_code", &Permissions::set_code},
  };
  for (const auto& [name, member] : rows) {
    for (const bool value : {true, false}) {
      const auto config =
          ParseScopeConfig(R"({"permissions":{")"s + name + "\":" + (value ? "true" : "false") + "}}", false);
      ASSERT_TRUE(config.ok()) << name;
      const Permissions defaults;
      for (const auto& [other, flag] : rows) {
        const bool expected = flag == member ? value : defaults.*flag;
        EXPECT_EQ(config.value().permissions.*flag, expected) << name << " changed " << other;
      }
    }
  }
}

TEST(ScopeConfig, ScopeIdAndRevisionAreRead) {
  const auto config = ParseScopeConfig(
      R"({"scope_id":"123E4567-E89B-42D3-A456-426614174000","revision":18446744073709551615})", true);
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(ToHex(config.value().scope.value().bytes), "123e4567e89b42d3a456426614174000");
  EXPECT_EQ(config.value().revision.value(), 18446744073709551615u);
}

TEST(ScopeConfig, WhatIsSaidOfAccountsIsRead) {
  const auto config = ParseScopeConfig(
      R"({"name":"n","description":"d","accounts":["hybrid","user"],"request_binding":"bound","replay_window_s":600,)"
      R"("rp":{"id":"a.example","origin":"https://b.a.example:8443"}})",
      false);
  ASSERT_TRUE(config.ok()) << config.error().detail;
  EXPECT_TRUE(config.value().accounts.user && config.value().accounts.hybrid);
  EXPECT_FALSE(config.value().accounts.developer);
  EXPECT_EQ(config.value().binding, RequestBinding::kBound);
  EXPECT_EQ(config.value().replay_window_s, 600u);
  ASSERT_TRUE(config.value().rp.has_value());
  EXPECT_EQ(config.value().rp->id, "a.example");
  EXPECT_EQ(config.value().rp->origin, "https://b.a.example:8443");
  EXPECT_EQ(config.value().rp->name, "a.example") << "a name is shown in any case";
  const auto silent = ParseScopeConfig("{}", false);
  EXPECT_TRUE(silent.value().accounts.developer && silent.value().accounts.user);
  EXPECT_EQ(silent.value().binding, RequestBinding::kLegacy);
  EXPECT_EQ(silent.value().replay_window_s, 0u);
  EXPECT_FALSE(silent.value().rp.has_value());
}

// A limit that is silently ignored protects nobody: whatever is not understood is refused, and named.
TEST(ScopeConfig, UnknownMembersAreRefusedByName) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"permission":{}})", "unknown member permission"},
      {R"({"Permissions":{}})", "unknown member Permissions"},
      {R"({"":1})", "unknown member "},
      {R"({"operator_tokens":"t"})", "unknown member operator_tokens"},
      {R"({"name":"n","limits":{"keys":1}})", "unknown member limits.keys"},
      {R"({"permissions":{"eth_sign":true}})", "unknown member permissions.eth_sign"},
      {R"({"permissions":{"all":false}})", "unknown member permissions.all"},
      {R"({"rp":{"icon":"x"}})", "unknown member rp.icon"},
  };
  for (const auto& [config, detail] : rows) {
    const Outcome outcome = Read(config);
    EXPECT_EQ(outcome.error, "scope_config") << config;
    EXPECT_EQ(outcome.detail, detail);
  }
}

TEST(ScopeConfig, MembersOfAWrongTypeAreRefusedByName) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"name":5})", "name must be a string"},
      {R"({"name":null})", "name must be a string"},
      {R"({"description":[]})", "description must be a string"},
      {R"({"rp":"a.example"})", "rp must be an object"},
      {R"({"rp":{"id":1}})", "rp.id must be a string"},
      {R"({"permissions":[]})", "permissions must be an object"},
      {R"({"permissions":true})", "permissions must be an object"},
      {R"({"permissions":{"personal_sign":"false"}})", "permissions.personal_sign must be true or false"},
      {R"({"permissions":{"personal_sign":0}})", "permissions.personal_sign must be true or false"},
      {R"({"permissions":{"contract_creation":null}})",
       "permissions.contract_creation must be true or false"},
      {R"({"request_binding":null})", R"(request_binding must be "legacy" or "bound")"},
      {R"({"replay_window_s":9})", "replay_window_s must be an integer from 10 to 86400"},
      {R"({"accounts":[]})", "accounts must be a list of at least one kind"},
      {R"({"accounts":["user","user"]})",
       R"(accounts: each item is one of "user", "developer" and "hybrid", none twice)"},
      {R"({"rp":{"id":"A.example","origin":"https://A.example"}})",
       "rp.id must be a domain in lower case, or localhost"},
      {R"({"rp":{"id":"b.example","origin":"https://a.example"}})",
       "rp.id must be the host of rp.origin or its end"},
      {R"({"scope_id":5})", "scope_id must be a UUID"},
      {R"({"scope_id":""})", "scope_id must be a UUID"},
      {R"({"scope_id":"123e4567e89b42d3a456426614174000"})", "scope_id must be a UUID"},
      {R"({"revision":"1"})", "revision must be a non-negative integer"},
      {R"({"revision":-1})", "revision must be a non-negative integer"},
      {R"({"revision":-0})", "revision must be a non-negative integer"},
      {R"({"revision":1.0})", "revision must be a non-negative integer"},
      {R"({"revision":1e1})", "revision must be a non-negative integer"},
      {R"({"revision":18446744073709551616})", "revision must be a non-negative integer"},
      {R"({"revision":null})", "revision must be a non-negative integer"},
  };
  for (const auto& [config, detail] : rows) {
    const Outcome outcome = Read(config);
    EXPECT_EQ(outcome.error, "scope_config") << config;
    EXPECT_EQ(outcome.detail, detail) << config;
  }
}

TEST(ScopeConfig, TextThatIsNoObjectIsRefused) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "scope_config"},
      {"   ", "bad_base64"},
      {"hello", "bad_base64"},
      {"[]", "bad_base64"},
      {"e30", "bad_base64"},   // "{}" without padding
      {"e31=", "bad_base64"},  // unused bits set
      {"e30=\n", "bad_base64"},
      {ToBase64(AsBytes("[]")), "scope_config"},
      {ToBase64(AsBytes("null")), "scope_config"},
      {ToBase64(AsBytes(ToBase64(AsBytes("{}")))), "scope_config"},  // once is enough
      {"{", "scope_config"},
      {"{}{}", "scope_config"},
      {"{} x", "scope_config"},
      {"{}\0"s, "scope_config"},
      {"{\"name\":\"\xff\"}", "scope_config"},
      {R"({"revision":1e400})", "scope_config"},
      {R"({"name":)" + std::string(40, '[') + std::string(40, ']') + "}", "scope_config"},
  };
  for (const auto& [config, error] : rows) EXPECT_EQ(Read(config).error, error) << config;
}

TEST(ScopeConfig, AKeyTwiceIsRefusedAndSaysSo) {
  for (const char* config : {R"({"permissions":{"personal_sign":false},"permissions":{}})",
                             R"({"permissions":{"personal_sign":false,"personal_sign":true}})",
                             R"({"revision":1,"r\u0065vision":2})", R"({"rp":{"id":"a","id":"b"}})"}) {
    const Outcome outcome = Read(config);
    EXPECT_EQ(outcome.error, "scope_config") << config;
    EXPECT_EQ(outcome.detail, "config has an object with one key twice") << config;
  }
}

TEST(ScopeConfig, SizeIsBoundedBeforeAnythingIsRead) {
  const auto with_size = [](std::size_t size) {
    const std::string frame = R"({"name":""})";
    return R"({"name":")" + std::string(size - frame.size(), 'x') + "\"}";
  };
  EXPECT_EQ(Read(with_size(kConfigBytesMax)).error, "");
  EXPECT_EQ(Read(with_size(kConfigBytesMax + 1)).error, "too_large");
  EXPECT_EQ(Read(std::string(1 << 20, '{')).error, "too_large");
}

}  // namespace
}  // namespace passport::policy
