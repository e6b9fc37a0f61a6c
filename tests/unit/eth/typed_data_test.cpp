// Typed data: facts for policy, what is equal, and every refusal with its code. Digests are compared in
// corpus_test.cpp.
#include "trusted/eth/typed_data.h"

#include <set>

#include "tests/unit/eth/test_values.h"
#include "trusted/json/write.h"

namespace passport::eth {
namespace {

constexpr std::string_view kDomainType =
    R"([{"name":"name","type":"string"},{"name":"version","type":"string"},)"
    R"({"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}])";
constexpr std::string_view kDomain = R"({"name":"Ether Mail","version":"1","chainId":1,)"
                                     R"("verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"})";

std::string Payload(const std::string& types, std::string_view primary_type, std::string_view domain,
                    std::string_view message) {
  return json::ObjectWriter()
      .Raw("types", types)
      .Text("primaryType", primary_type)
      .Raw("domain", domain)
      .Raw("message", message)
      .Finish();
}

// One struct A with one field `x` of the type, and a struct B {bool y}; no domain.
std::string OneField(const std::string& type, std::string_view value) {
  return Payload(
      R"({"EIP712Domain":[],"A":[{"name":"x","type":")" + type + R"("}],"B":[{"name":"y","type":"bool"}]})",
      "A", "{}", "{\"x\":" + std::string(value) + "}");
}

std::string Types(const std::string& rows) { return Payload(rows, "A", "{}", "{}"); }

// A struct A whose names and types have that many bytes together, in rows of 100 and one of the rest.
std::string FieldsOfTextSize(std::size_t size) {
  std::string rows;
  for (std::size_t i = 0; size > 0; ++i) {
    const std::size_t row_size = std::min<std::size_t>(size, 100);
    std::string name = "f" + std::to_string(i);
    if (row_size > name.size() + 4) name += std::string(row_size - 4 - name.size(), 'x');
    size -= name.size() + 4;
    rows += (i == 0 ? R"({"name":")" : R"(,{"name":")") + name + R"(","type":"bool"})";
  }
  return "{\"A\":[" + rows + "]}";
}

Result<TypedData> Parse(std::string_view payload) { return ParseTypedData(Json(payload)); }

TEST(TypedData, Parse_ReportsTheDomainsFacts) {
  const std::string types = "{\"EIP712Domain\":" + std::string(kDomainType) + ",\"A\":[]}";
  const TypedData typed = Parse(Payload(types, "A", kDomain, "{}")).value();
  EXPECT_EQ(typed.primary_type, "A");
  EXPECT_EQ(typed.domain_name, "Ether Mail");
  EXPECT_EQ(typed.chain_id, 1u);
  EXPECT_EQ(ToChecksumText(typed.verifying_contract.value()), "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC");
  EXPECT_EQ(typed.digest, Parse(Payload("{\"A\":[]}", "A", kDomain, "{}")).value().digest);
}

TEST(TypedData, Facts_AreAbsentWhenTheDomainHasThemNotOrOtherwise) {
  const TypedData empty = Parse(OneField("bool", "true")).value();
  EXPECT_FALSE(empty.domain_name || empty.chain_id || empty.verifying_contract);

  const std::string types =
      R"({"EIP712Domain":[{"name":"verifyingContract","type":"string"},{"name":"chainId","type":"string"},)"
      R"({"name":"name","type":"bytes"}],"A":[]})";
  const TypedData other =
      Parse(Payload(types, "A", R"({"verifyingContract":"cosmos","chainId":"1","name":"0x"})", "{}")).value();
  EXPECT_FALSE(other.domain_name || other.chain_id || other.verifying_contract);

  EXPECT_FALSE(
      Parse(Payload("{\"A\":[]}", "A", R"({"chainId":"0x10000000000000000"})", "{}")).value().chain_id);
  EXPECT_EQ(Parse(Payload("{\"A\":[]}", "A", R"({"chainId":"0xa"})", "{}")).value().chain_id, 10u);
}

TEST(TypedData, IntegerNotations_HaveOneDigest) {
  const std::string_view sevens[] = {"7", "\"7\"", "\"0x7\"", "\"0x07\"", "\"007\""};
  std::set<Digest> digests;
  for (const std::string_view seven : sevens) digests.insert(Parse(OneField("int16", seven)).value().digest);
  EXPECT_EQ(digests.size(), 1u);
  EXPECT_EQ(Parse(OneField("int16", "-7")).value().digest, Parse(OneField("int16", "\"-7\"")).value().digest);
  EXPECT_EQ(Parse(OneField("int16", "-0")).value().digest, Parse(OneField("int16", "0")).value().digest);
}

TEST(TypedData, Digest_DependsOnTypesDomainPrimaryTypeAndMessage) {
  const std::string payloads[] = {
      OneField("uint8", "1"),
      OneField("uint16", "1"),
      OneField("uint8", "2"),
      OneField("uint8[]", "[1]"),
      OneField("uint8[1]", "[1]"),
      OneField("uint8[]", "[]"),
      OneField("uint8[][]", "[[]]"),
      Payload("{\"A\":[]}", "A", "{}", "{}"),
      Payload("{\"B\":[]}", "B", "{}", "{}"),
      Payload("{\"A\":[]}", "A", "{\"name\":\"\"}", "{}"),
      Payload("{\"A\":[]}", "A", "{\"version\":\"\"}", "{}"),
      Payload("{\"A\":[]}", "EIP712Domain", "{}", "{}"),
      Payload("{\"A\":[]}", "EIP712Domain", "{\"chainId\":1}", "{}"),
  };
  std::set<Digest> digests;
  for (const std::string& payload : payloads) {
    EXPECT_TRUE(digests.insert(Parse(payload).value().digest).second) << payload;
  }
}

TEST(TypedData, IntegerRanges_AreExact) {
  struct Range {
    std::string type, min, max, below, above;
  };
  const Range ranges[] = {
      {"uint8", "0", "255", "-1", "256"},
      {"int8", "-128", "127", "-129", "128"},
      {"uint64", "0", "18446744073709551615", "-1", "18446744073709551616"},
      {"int64", "-9223372036854775808", "9223372036854775807", "-9223372036854775809", "9223372036854775808"},
      {"int256", "-57896044618658097711785492504343953926634992332820282019728792003956564819968",
       "57896044618658097711785492504343953926634992332820282019728792003956564819967",
       "-57896044618658097711785492504343953926634992332820282019728792003956564819969",
       "57896044618658097711785492504343953926634992332820282019728792003956564819968"},
      {"uint256", "0", "115792089237316195423570985008687907853269984665640564039457584007913129639935", "-1",
       "115792089237316195423570985008687907853269984665640564039457584007913129639936"},
  };
  for (const Range& range : ranges) {
    for (const std::string quote : {"", "\""}) {
      EXPECT_TRUE(Parse(OneField(range.type, quote + range.min + quote)).ok()) << range.type;
      EXPECT_TRUE(Parse(OneField(range.type, quote + range.max + quote)).ok()) << range.type;
      EXPECT_EQ(StatusOf(Parse(OneField(range.type, quote + range.below + quote))), Status::kNumberRange)
          << range.type;
      EXPECT_EQ(StatusOf(Parse(OneField(range.type, quote + range.above + quote))), Status::kNumberRange)
          << range.type;
    }
  }
}

struct RefusedText {
  std::string payload;
  Status status;
};

void ExpectRefusals(std::span<const RefusedText> refusals) {
  for (const RefusedText& refusal : refusals)
    EXPECT_EQ(StatusOf(Parse(refusal.payload)), refusal.status) << refusal.payload.substr(0, 300);
}

TEST(TypedData, Parse_RefusesEachFaultOfShape) {
  const std::string a = "{\"A\":[]}";
  const RefusedText refusals[] = {
      {"[]", Status::kTypedDataShape},
      {"null", Status::kTypedDataShape},
      {"\"7\"", Status::kTypedDataShape},
      {"\"\\\"{}\\\"\"", Status::kTypedDataShape},
      {"\"{\"", Status::kJsonSyntax},
      {"\"{\\\"a\\\":1,\\\"a\\\":1}\"", Status::kJsonDuplicateKey},
      {R"({"types":{"A":[]},"primaryType":"A","domain":{}})", Status::kTypedDataShape},
      {R"({"types":{"A":[]},"primaryType":"A","message":{}})", Status::kTypedDataShape},
      {R"({"types":{"A":[]},"domain":{},"message":{}})", Status::kTypedDataShape},
      {R"({"primaryType":"A","domain":{},"message":{}})", Status::kTypedDataShape},
      {R"({"types":{"A":[]},"primaryType":"A","domain":{},"message":{},"account":1})",
       Status::kTypedDataShape},
      {R"({"types":{"A":[]},"primaryType":1,"domain":{},"message":{}})", Status::kTypedDataShape},
      {Payload("[]", "A", "{}", "{}"), Status::kTypedDataShape},
      {Payload(a, "A", "[]", "{}"), Status::kTypedDataShape},
      {Payload(a, "A", "null", "{}"), Status::kTypedDataShape},
      {Payload(a, "A", "{\"owner\":\"x\"}", "{}"), Status::kTypedDataShape},
      {Payload(a, "A", "{}", "[]"), Status::kTypedDataShape},
      {Payload(a, "A", "{}", "{\"x\":1}"), Status::kTypedDataShape},
      {Payload(a, "EIP712Domain", "{}", "{\"x\":1}"), Status::kTypedDataShape},
      {Payload(a, "EIP712Domain", "{}", "null"), Status::kTypedDataShape},
      {Payload(R"({"EIP712Domain":[],"A":[]})", "A", "{\"name\":\"x\"}", "{}"), Status::kTypedDataShape},
      {Payload(R"({"EIP712Domain":[{"name":"name","type":"string"}],"A":[]})", "A", "{}", "{}"),
       Status::kTypedDataShape},
      {Payload(R"({"A":[{"name":"x","type":"bool"}]})", "A", "{}", "{\"y\":true}"), Status::kTypedDataShape},
      {Payload(R"({"A":[{"name":"x","type":"bool"}]})", "A", "{}", "{\"x\":true,\"y\":true}"),
       Status::kTypedDataShape},
      {OneField("B", "null"), Status::kTypedDataShape},
      {OneField("B", "{}"), Status::kTypedDataShape},
      {OneField("B[]", "[[]]"), Status::kTypedDataShape},
      {Types(R"({"A":{}})"), Status::kTypedDataShape},
      {Types(R"({"A":[1]})"), Status::kTypedDataShape},
      {Types(R"({"A":[{"name":"x"}]})"), Status::kTypedDataShape},
      {Types(R"({"A":[{"name":"x","type":"bool","indexed":true}]})"), Status::kTypedDataShape},
      {Types(R"({"A":[{"name":"x","type":7}]})"), Status::kTypedDataShape},
  };
  ExpectRefusals(refusals);
}

TEST(TypedData, Parse_RefusesEachFaultOfTypes) {
  std::vector<RefusedText> refusals = {
      {Payload("{\"A\":[]}", "B", "{}", "{}"), Status::kTypedDataType},
      {Payload("{}", "A", "{}", "{}"), Status::kTypedDataType},
      {Types(R"({"A":[],"uint":[]})"), Status::kTypedDataType},
      {Types(R"({"A":[],"uint8":[]})"), Status::kTypedDataType},
      {Types(R"({"A":[],"address":[]})"), Status::kTypedDataType},
      {Types(R"({"A":[],"bytes32":[]})"), Status::kTypedDataType},
      {Types(R"({"A":[],"":[]})"), Status::kTypedDataType},
      {Types(R"({"A":[],"B[]":[]})"), Status::kTypedDataType},
      {Types(R"({"A":[],"B(bool x)C":[]})"), Status::kTypedDataType},
      {Types(R"({"A":[],"1B":[]})"), Status::kTypedDataType},
      {Types(R"({"A":[],"Bé":[]})"), Status::kTypedDataType},
      {Types(R"({"A":[{"name":"x","type":"bool"},{"name":"x","type":"bool"}]})"), Status::kTypedDataType},
      {Types(R"({"A":[{"name":"","type":"bool"}]})"), Status::kTypedDataType},
      {Types(R"({"A":[{"name":"x,bool y","type":"bool"}]})"), Status::kTypedDataType},
      {Types(R"({"A":[{"name":"x","type":"EIP712Domain"}]})"), Status::kTypedDataType},
      {Types("{\"" + std::string(129, 'a') + "\":[]}"), Status::kTypedDataType},
  };
  for (const std::string type : {"",        "C",        "uint",        "int",
                                 "byte",    "function", "fixed128x18", "uint0",
                                 "uint7",   "uint264",  "uint08",      "uint+8",
                                 "int",     "int257",   "bytes0",      "bytes33",
                                 "bytes01", "Bool",     "bool ",       " bool",
                                 "bool[",   "bool]",    "bool[]]",     "bool[[]]",
                                 "bool[0]", "bool[01]", "bool[-1]",    "bool[65536]",
                                 "bool[]x", "[]",       "bool[1][x]",  "bool[][][][][][][][][]"})
    refusals.push_back({OneField(type, "true"), Status::kTypedDataType});

  std::string many_structs = "{\"A\":[]";
  for (int i = 0; i < 32; ++i) many_structs += ",\"S" + std::to_string(i) + "\":[]";
  refusals.push_back({Types(many_structs + "}"), Status::kTypedDataType});
  std::string many_fields = "{\"A\":[]";
  for (int i = 0; i < 257; ++i)
    many_fields +=
        (i == 0 ? ",\"B\":[" : ",") + (R"({"name":"f)" + std::to_string(i)) + R"(","type":"bool"})";
  refusals.push_back({Types(many_fields + "]}"), Status::kTypedDataType});
  refusals.push_back({Types(FieldsOfTextSize(8193)), Status::kTypedDataType});
  ExpectRefusals(refusals);
}

TEST(TypedData, Parse_RefusesEachFaultOfValues) {
  const std::pair<std::string, std::string> bad[] = {
      {"bool", "0"},
      {"bool", "\"true\""},
      {"bool", "null"},
      {"uint8", "1.0"},
      {"uint8", "1e2"},
      {"uint8", "true"},
      {"uint8", "null"},
      {"uint8", "\"\""},
      {"uint8", "\"-\""},
      {"uint8", "\"+1\""},
      {"uint8", "\" 1\""},
      {"uint8", "\"ff\""},
      {"uint8", "\"0x\""},
      {"uint8", "\"0X1\""},
      {"uint8", "\"-0x1\""},
      {"int8", "\"--1\""},
      {"address", "1"},
      {"address", "\"0x1234\""},
      {"address", "\"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\""},
      {"bytes", "\"00\""},
      {"bytes", "\"0x0\""},
      {"bytes", "[]"},
      {"bytes2", "\"0x01\""},
      {"bytes2", "\"0x010203\""},
      {"bytes2", "1"},
      {"string", "1"},
      {"string", "null"},
      {"bool[]", "true"},
      {"bool[]", "{}"},
      {"bool[]", "[1]"},
      {"bool[2]", "[true]"},
      {"bool[2]", "[true,true,true]"},
      {"bool[2][]", "[[true,true],[true]]"},
      {"bool[][1]", "[]"},
      {"B[1]", "[]"},
  };
  for (const auto& [type, value] : bad)
    EXPECT_EQ(StatusOf(Parse(OneField(type, value))), Status::kTypedDataValue) << type << " " << value;
  EXPECT_EQ(StatusOf(Parse(Payload("{\"A\":[]}", "A", "{\"salt\":\"0x00\"}", "{}"))),
            Status::kTypedDataValue);
  EXPECT_EQ(StatusOf(Parse(Payload("{\"A\":[]}", "A", "{\"name\":null}", "{}"))), Status::kTypedDataValue);
}

TEST(TypedData, Nesting_IsBounded) {
  // Each level is a struct and an array; the innermost array is empty.
  const auto tree = [](std::size_t levels) {
    std::string message = "{\"c\":[]}";
    for (std::size_t i = 1; i < levels; ++i) message = "{\"c\":[" + message + "]}";
    return Payload(R"({"A":[{"name":"c","type":"A[]"}]})", "A", "{}", message);
  };
  EXPECT_TRUE(Parse(tree(8)).ok());
  EXPECT_EQ(StatusOf(Parse(tree(9))), Status::kTypedDataDepth);
}

TEST(TypedData, Nesting_CountsStructsAndArraysAlike) {
  // Structs inside each other, the innermost with one field of the type.
  const auto chain = [](std::size_t structs, const std::string& type, const std::string& value) {
    std::string types;
    std::string message = value;
    for (std::size_t i = 1; i <= structs; ++i) {
      const std::string field = i == structs ? type : "S" + std::to_string(i + 1);
      types +=
          (i == 1 ? "{\"S" : ",\"S") + std::to_string(i) + R"(":[{"name":"x","type":")" + field + R"("}])";
      message = "{\"x\":" + message + "}";
    }
    return Payload(types + "}", "S1", "{}", message);
  };
  EXPECT_TRUE(Parse(chain(16, "bool", "true")).ok());
  EXPECT_EQ(StatusOf(Parse(chain(17, "bool", "true"))), Status::kTypedDataDepth);
  EXPECT_TRUE(Parse(chain(15, "bool[]", "[]")).ok());
  EXPECT_EQ(StatusOf(Parse(chain(16, "bool[]", "[]"))), Status::kTypedDataDepth);
}

TEST(TypedData, LimitsOfTypes_HoldAtTheirEdge) {
  std::string types = "{\"A\":[";
  for (int i = 0; i < 256; ++i)
    types += (i == 0 ? R"({"name":"f)" : R"(,{"name":"f)") + std::to_string(i) + R"(","type":"bool"})";
  types += "]";
  for (int i = 1; i < 32; ++i) types += ",\"S" + std::to_string(i) + "\":[]";
  // The message lacks the fields, so the types were taken and the shape refused.
  EXPECT_EQ(StatusOf(Parse(Types(types + "}"))), Status::kTypedDataShape);
  EXPECT_TRUE(
      Parse(Payload("{\"" + std::string(128, 'a') + "\":[]}", std::string(128, 'a'), "{}", "{}")).ok());
  EXPECT_TRUE(Parse(OneField("bool[][][][][][][][]", "[]")).ok());
  EXPECT_EQ(StatusOf(Parse(Types(FieldsOfTextSize(8192)))), Status::kTypedDataShape);
}

}  // namespace
}  // namespace passport::eth
