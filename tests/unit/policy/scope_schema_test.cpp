// The schema that the host serves and the parser in the enclave: one corpus, one verdict.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "trusted/json/write.h"
#include "trusted/policy/scope_config.h"

namespace passport::policy {
namespace {

using json::Value;

// As much of JSON Schema 2020-12 as scope.json uses; another keyword ends the test.
class Schema {
 public:
  static bool Accepts(const Value& schema, const Value& value) {
    const auto members = schema.AsObject().value();
    return std::ranges::all_of(members, [&](const json::Member& rule) { return Holds(schema, rule, value); });
  }

 private:
  static bool Holds(const Value& schema, const json::Member& rule, const Value& value) {
    const std::string& key = rule.key;
    if (key == "$schema" || key == "title" || key == "description" || key == "default") return true;
    if (key == "type") return IsOf(rule.value.AsString().value(), value);
    if (key == "enum") return Contains(rule.value, value);
    if (key == "minimum") return !value.IsNumber() || Number(value) >= Number(rule.value);
    if (key == "maximum") return !value.IsNumber() || Number(value) <= Number(rule.value);
    if (key == "maxLength")
      return !value.IsString() || Count(value.AsString().value().size()) <= Number(rule.value);
    if (key == "pattern") return !value.IsString() || Matches(rule.value, value);
    if (key == "required") return !value.IsObject() || HasAll(rule.value, value);
    if (key == "minItems")
      return !value.IsArray() || Count(value.AsArray().value().size()) >= Number(rule.value);
    if (key == "uniqueItems") return !value.IsArray() || AreUnique(value);
    if (key == "items") return !value.IsArray() || EachFits(rule.value, value);
    if (key == "properties" || key == "additionalProperties") return !value.IsObject() || Fit(schema, value);
    ADD_FAILURE() << "this test does not know the keyword " << key;
    return false;
  }

  static double Count(std::size_t size) { return static_cast<double>(size); }
  static double Number(const Value& value) { return std::stod(std::string(value.AsNumberText().value())); }
  static bool IsOf(std::string_view type, const Value& value) {
    if (type == "integer")
      return value.IsNumber() &&
             value.AsNumberText().value().find_first_not_of("-0123456789") == std::string::npos;
    return (type == "object" && value.IsObject()) || (type == "array" && value.IsArray()) ||
           (type == "string" && value.IsString()) || (type == "boolean" && value.IsBool());
  }
  static bool Contains(const Value& list, const Value& value) {
    return std::ranges::any_of(list.AsArray().value(), [&](const Value& item) {
      return json::Serialize(item) == json::Serialize(value);
    });
  }
  static bool Matches(const Value& pattern, const Value& value) {
    return std::regex_search(std::string(value.AsString().value()),
                             std::regex(std::string(pattern.AsString().value())));
  }
  static bool HasAll(const Value& names, const Value& value) {
    return std::ranges::all_of(names.AsArray().value(), [&](const Value& name) {
      return value.Find(name.AsString().value()) != nullptr;
    });
  }
  static bool AreUnique(const Value& value) {
    std::vector<std::string> texts;
    for (const Value& item : value.AsArray().value()) texts.push_back(json::Serialize(item));
    std::ranges::sort(texts);
    return std::ranges::adjacent_find(texts) == texts.end();
  }
  static bool EachFits(const Value& schema, const Value& value) {
    return std::ranges::all_of(value.AsArray().value(),
                               [&](const Value& item) { return Accepts(schema, item); });
  }
  static bool Fit(const Value& schema, const Value& value) {
    const Value* properties = schema.Find("properties");
    return std::ranges::all_of(value.AsObject().value(), [&](const json::Member& member) {
      const Value* own = properties->Find(member.key);
      return own != nullptr ? Accepts(*own, member.value) : schema.GetBool("additionalProperties").value();
    });
  }
};

Value ReadSchema() {
  std::ifstream file(PASSPORT_SOURCE_DIR "/untrusted/rpc/scope.json");
  std::stringstream text;
  text << file.rdbuf();
  auto schema = json::Parse(text.str());
  EXPECT_TRUE(schema.ok());
  return std::move(schema).value();
}

bool ParserAccepts(const std::string& config) { return ParseScopeConfig(config, true).ok(); }

std::string Rp(std::string_view id, std::string_view origin) {
  return R"({"rp":{"id":")" + std::string(id) + R"(","origin":")" + std::string(origin) + "\"}}";
}

const std::string kGood[] = {
    "{}",
    R"({"name":"n","description":"d"})",
    R"({"scope_id":"123E4567-e89b-42d3-a456-426614174000","revision":0})",
    R"({"revision":18446744073709551615})",
    R"({"rp":{"id":"a.example","origin":"https://a.example","name":"A"}})",
    Rp("localhost", "http://localhost:9545"),
    Rp("localhost", "http://localhost"),
    Rp("localhost", "https://localhost"),
    Rp("example.com", "https://login.example.com"),
    Rp("example.com", "https://a.b-c.example.com:8443"),
    Rp("xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    R"({"accounts":["user","developer","hybrid"]})",
    R"({"accounts":["developer"]})",
    R"({"permissions":{"personal_sign":false,"eth_signTypedData_v4":true,"eth_signTransaction":false,"contract_creation":true,"set_code":true}})",
    R"({"permissions":{}})",
    R"({"request_binding":"legacy","replay_window_s":10})",
    R"({"session_lifetime_s":60,"attestation":"strict"})",
    R"({"session_lifetime_s":2592000,"attestation":"none"})",
    R"({"request_binding":"bound","replay_window_s":86400})",
    R"({"limits":{}})",
    R"({"limits":{"accounts":1}})",
    R"({"limits":{"accounts":1000000}})",
    R"({"operator_token":{"party":64,"signature":")" + std::string(128, 'a') + "\"}}",
};

const std::string kBad[] = {
    "[]",
    "null",
    R"({"Name":"n"})",
    R"({"name":5})",
    R"({"description":null})",
    R"({"scope_id":"123e4567e89b42d3a456426614174000"})",
    R"({"scope_id":"{123e4567-e89b-42d3-a456-42661417400}"})",
    R"({"scope_id":"123e4567-e89b-42d3-a456-4266141740000"})",
    R"({"revision":-1})",
    R"({"revision":"1"})",
    R"({"revision":1.5})",
    R"({"rp":{}})",
    R"({"rp":"a.example"})",
    R"({"rp":{"id":"a.example"}})",
    R"({"rp":{"origin":"https://a.example"}})",
    R"({"rp":{"id":"a.example","origin":"https://a.example","icon":"i"}})",
    R"({"rp":{"id":"a.example","origin":"https://a.example","name":7}})",
    R"({"rp":{"id":"a.example","origin":"https://a.example","name":")" + std::string(129, 'x') + "\"}}",
    Rp("com", "https://com"),
    Rp("A.example", "https://A.example"),
    Rp("a.example", "https://A.example"),
    Rp("a.example.", "https://a.example."),
    Rp(".a.example", "https://.a.example"),
    Rp("a..example", "https://a..example"),
    Rp("-a.example", "https://-a.example"),
    Rp("a-.example", "https://a-.example"),
    Rp("a_b.example", "https://a_b.example"),
    Rp("192.0.2.1", "https://192.0.2.1"),
    Rp("a.example", "https://[2001:db8::1]"),
    Rp(std::string(64, 'a') + ".example", "https://" + std::string(64, 'a') + ".example"),
    Rp("a.example", "http://a.example"),
    Rp("a.example", "http://localhost.a.example"),
    Rp("a.example", "HTTPS://a.example"),
    Rp("a.example", "https://a.example/"),
    Rp("a.example", "https://a.example:443"),
    Rp("a.example", "https://a.example:"),
    Rp("a.example", "https://a.example:0"),
    Rp("a.example", "https://a.example:080"),
    Rp("a.example", "https://a.example:1:2"),
    Rp("a.example", "https://user@a.example"),
    Rp("a.example", "a.example"),
    Rp("a.example", ""),
    Rp("", "https://a.example"),
    Rp("localhost", "http://localhost:80"),
    Rp("localhost", "http://127.0.0.1:9545"),
    R"({"accounts":[]})",
    R"({"accounts":["user","user"]})",
    R"({"accounts":["admin"]})",
    R"({"accounts":[1]})",
    R"({"accounts":"user"})",
    R"({"permissions":{"eth_sign":true}})",
    R"({"permissions":{"personal_sign":"false"}})",
    R"({"permissions":[]})",
    R"({"request_binding":"Bound"})",
    R"({"request_binding":null})",
    R"({"limits":[]})",
    R"({"limits":{"accounts":0}})",
    R"({"limits":{"accounts":1000001}})",
    R"({"limits":{"sessions":1}})",
    R"({"operator_token":"token"})",
    R"({"operator_token":{"party":1}})",
    R"({"operator_token":{"party":0,"signature":")" + std::string(128, 'a') + "\"}}",
    R"({"operator_token":{"party":65,"signature":")" + std::string(128, 'a') + "\"}}",
    R"({"operator_token":{"party":1,"signature":")" + std::string(127, 'a') + "\"}}",
    R"({"operator_token":{"party":1,"signature":")" + std::string(128, 'g') + "\"}}",
    R"({"operator_token":{"party":1,"until":1,"signature":")" + std::string(128, 'a') + "\"}}",
    R"({"replay_window_s":9})",
    R"({"session_lifetime_s":59})",
    R"({"session_lifetime_s":2592001})",
    R"({"session_lifetime_s":"3600"})",
    R"({"attestation":"direct"})",
    R"({"attestation":true})",
    R"({"replay_window_s":86401})",
    R"({"replay_window_s":"60"})",
    R"({"replay_window_s":60.5})",
};

// What a schema cannot say, or says less exactly; its description tells what.
const std::string kOnlyTheParserRefuses[] = {
    R"({"revision":1,"revision":2})",              // a key twice
    Rp("b.example", "https://a.example"),          // the id is not the host's end
    Rp("ample", "https://a.ex.ample"),             // one label
    Rp("xample.com", "https://example.com"),       // the end of a label
    Rp("a.example.com", "https://example.com"),    // the host is the id's end
    Rp("localhost", "https://localhost.example"),  // the beginning of it
    Rp("a.example", "https://a.example:65536"),    // no port
};

TEST(ScopeSchema, TakesWhatTheParserTakes) {
  const Value schema = ReadSchema();
  for (const std::string& config : kGood) {
    EXPECT_TRUE(ParserAccepts(config)) << config << ParseScopeConfig(config, true).error().detail;
    EXPECT_TRUE(Schema::Accepts(schema, json::Parse(config).value())) << config;
  }
}

TEST(ScopeSchema, RefusesWhatTheParserRefuses) {
  const Value schema = ReadSchema();
  for (const std::string& config : kBad) {
    EXPECT_FALSE(ParserAccepts(config)) << config;
    EXPECT_FALSE(Schema::Accepts(schema, json::Parse(config).value())) << config;
  }
}

TEST(ScopeSchema, IsExactButForWhatIsListed) {
  for (const std::string& config : kOnlyTheParserRefuses) EXPECT_FALSE(ParserAccepts(config)) << config;
}

// A member that only one of the two knew would be in no list above.
TEST(ScopeSchema, NamesEveryMemberOfTheParserAndNoOther) {
  const Value schema = ReadSchema();
  std::size_t known = 0;
  for (const json::Member& property : schema.Find("properties")->AsObject().value()) {
    const auto parsed = ParseScopeConfig("{" + json::Quote(property.key) + ":[[]]}", true);
    ASSERT_FALSE(parsed.ok());
    EXPECT_FALSE(parsed.error().detail.starts_with("unknown member")) << property.key;
    const bool in_corpus = std::ranges::any_of(
        kGood, [&](const std::string& good) { return good.find(json::Quote(property.key)) != good.npos; });
    EXPECT_TRUE(in_corpus) << property.key;
    ++known;
  }
  std::ifstream file(PASSPORT_SOURCE_DIR "/trusted/policy/scope_config.cpp");
  std::stringstream source;
  source << file.rdbuf();
  const std::string text = source.str();
  const std::regex member(R"re(member\.key == "(\w+)")re");
  std::set<std::string> named;
  const std::size_t top = text.find("Checked<Unit> ParseIdentity");
  for (std::sregex_iterator it(text.begin() + static_cast<std::ptrdiff_t>(top), text.end(), member), end;
       it != end; ++it)
    named.insert((*it)[1]);
  EXPECT_EQ(named.size(), known);
}

}  // namespace
}  // namespace passport::policy
