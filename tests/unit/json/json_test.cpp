// The strict reader: what it takes, what it refuses and with which code, and what it must not round.
#include "trusted/json/json.h"

#include <gtest/gtest.h>

#include <string>

#include "trusted/json/write.h"

namespace passport::json {
namespace {

using std::string_literals::operator""s;

struct Case {
  std::string text;
  Status status;
};

Status StatusOf(const Result<Value>& result) { return result.ok() ? Status::kOk : result.error(); }

TEST(Json, Parse_RefusesEachFaultWithItsCode) {
  const Case cases[] = {
      {"", Status::kJsonSyntax},
      {"  ", Status::kJsonSyntax},
      {"{", Status::kJsonSyntax},
      {"{}}", Status::kJsonSyntax},
      {"{} {}", Status::kJsonSyntax},
      {"1 2", Status::kJsonSyntax},
      {"[1,]", Status::kJsonSyntax},
      {"{\"a\":1,}", Status::kJsonSyntax},
      {"{a:1}", Status::kJsonSyntax},
      {"{'a':1}", Status::kJsonSyntax},
      {"[1 2]", Status::kJsonSyntax},
      {"// comment\n1", Status::kJsonSyntax},
      {"/* comment */ 1", Status::kJsonSyntax},
      {"NaN", Status::kJsonSyntax},
      {"[Infinity]", Status::kJsonSyntax},
      {"-Infinity", Status::kJsonSyntax},
      {"True", Status::kJsonSyntax},
      {"01", Status::kJsonSyntax},
      {"+1", Status::kJsonSyntax},
      {"-", Status::kJsonSyntax},
      {"1.", Status::kJsonSyntax},
      {".5", Status::kJsonSyntax},
      {"1e", Status::kJsonSyntax},
      {"0x10", Status::kJsonSyntax},
      {"\"\\x41\"", Status::kJsonSyntax},
      {"\"\\u12g4\"", Status::kJsonSyntax},
      {"\"tab\there\"", Status::kJsonSyntax},
      {"\"open", Status::kJsonSyntax},
      {"\xef\xbb\xbf{}", Status::kJsonSyntax},
      {"{}\0"s, Status::kJsonSyntax},
      {"{}\0{\"hidden\":1}"s, Status::kJsonSyntax},
      {"\"a\0b\""s, Status::kJsonSyntax},
      {"\"\xff\"", Status::kJsonUtf8},
      {"\"\xc0\x80\"", Status::kJsonUtf8},          // overlong NUL
      {"\"\xed\xa0\x80\"", Status::kJsonUtf8},      // a surrogate as UTF-8
      {"\"\xf4\x90\x80\x80\"", Status::kJsonUtf8},  // above U+10FFFF
      {"\"\xe2\x82\"", Status::kJsonUtf8},          // cut short
      {"{\"\xff\":1}", Status::kJsonUtf8},
      {"\"\\ud800\"", Status::kJsonUtf8},
      {"\"\\udc00\"", Status::kJsonUtf8},
      {"\"\\ud800\\ud800\"", Status::kJsonUtf8},
      {"\"\\ud800x\"", Status::kJsonUtf8},
      {"{\"a\":1,\"a\":1}", Status::kJsonDuplicateKey},
      {"{\"a\":1,\"b\":2,\"\\u0061\":3}", Status::kJsonDuplicateKey},
      {"[{\"x\":{\"\":1,\"\":2}}]", Status::kJsonDuplicateKey},
      {"1e400", Status::kJsonNumber},
      {"[-1e999]", Status::kJsonNumber},
      {std::string(33, '[') + std::string(33, ']'), Status::kJsonDepth},
      {std::string(100000, '['), Status::kJsonDepth},
      {"\"" + std::string(131072, 'a') + "\"", Status::kJsonSize},
  };
  for (const Case& c : cases) EXPECT_EQ(StatusOf(Parse(c.text)), c.status) << c.text.substr(0, 60);
}

TEST(Json, Parse_KeepsEachLimitAtItsEdge) {
  const std::string deep = std::string(32, '[') + std::string(32, ']');
  EXPECT_TRUE(Parse(deep).ok());
  EXPECT_EQ(StatusOf(Parse(deep, {.depth_max = 31})), Status::kJsonDepth);
  EXPECT_TRUE(Parse("1", {.depth_max = 0}).ok());

  EXPECT_TRUE(Parse("[1,{\"a\":2}]", {.nodes_max = 4}).ok());
  EXPECT_EQ(StatusOf(Parse("[1,{\"a\":2}]", {.nodes_max = 3})), Status::kJsonSize);

  EXPECT_TRUE(Parse("[\"1234\"]", {.string_bytes_max = 4}).ok());
  EXPECT_EQ(StatusOf(Parse("[\"1234\"]", {.string_bytes_max = 3})), Status::kJsonSize);
  EXPECT_EQ(StatusOf(Parse("{\"1234\":1}", {.string_bytes_max = 3})), Status::kJsonSize);

  EXPECT_TRUE(Parse("[true]", {.text_bytes_max = 6}).ok());
  EXPECT_EQ(StatusOf(Parse("[true]", {.text_bytes_max = 5})), Status::kJsonSize);
}

TEST(Json, Parse_KeepsTheSourceTextOfNumbers) {
  for (const std::string text :
       {"0", "-0", "1", "-1", "1.0", "1e2", "1E+2", "-0.5e-3", "18446744073709551615", "18446744073709551616",
        "-9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "1e-400"}) {
    const auto value = Parse(text);
    ASSERT_TRUE(value.ok()) << text;
    EXPECT_EQ(value.value().AsNumberText().value(), text);
    EXPECT_EQ(Serialize(value.value()), text);
  }
}

TEST(Json, AsU64_TakesOnlyExactNonNegativeIntegers) {
  EXPECT_EQ(Parse("0").value().AsU64().value(), 0u);
  EXPECT_EQ(Parse("18446744073709551615").value().AsU64().value(), UINT64_MAX);
  for (const std::string text : {"-0", "-1", "1.0", "1e2", "18446744073709551616"})
    EXPECT_EQ(Parse(text).value().AsU64().error(), Status::kJsonNumber) << text;
  EXPECT_EQ(Parse("\"1\"").value().AsU64().error(), Status::kJsonType);
}

TEST(Json, Accessors_RefuseEveryOtherType) {
  const std::string texts[] = {"null", "true", "1", "\"s\"", "[]", "{}"};
  for (std::size_t type = 0; type < 6; ++type) {
    const auto parsed = Parse(texts[type]);
    const Value& value = parsed.value();
    EXPECT_EQ(value.IsNull(), type == 0);
    EXPECT_EQ(value.IsBool(), type == 1);
    EXPECT_EQ(value.AsBool().ok(), type == 1);
    EXPECT_EQ(value.IsNumber(), type == 2);
    EXPECT_EQ(value.AsNumberText().ok(), type == 2);
    EXPECT_EQ(value.IsString(), type == 3);
    EXPECT_EQ(value.AsString().ok(), type == 3);
    EXPECT_EQ(value.IsArray(), type == 4);
    EXPECT_EQ(value.AsArray().ok(), type == 4);
    EXPECT_EQ(value.IsObject(), type == 5);
    EXPECT_EQ(value.AsObject().ok(), type == 5);
    EXPECT_EQ(value.Find("a"), nullptr);
    EXPECT_EQ(value.Get("a").error(), Status::kJsonType);
  }
}

TEST(Json, Members_AreFoundByKeyAndKeepTheirOrder) {
  const auto parsed = Parse(R"({"z":"last","a":7,"m":{"t":true},"":null})");
  const Value& object = parsed.value();
  EXPECT_EQ(object.GetString("z").value(), "last");
  EXPECT_EQ(object.GetU64("a").value(), 7u);
  EXPECT_TRUE(object.Get("m").value()->GetBool("t").value());
  EXPECT_TRUE(object.Find("")->IsNull());
  EXPECT_EQ(object.GetString("a").error(), Status::kJsonType);
  EXPECT_EQ(object.GetBool("missing").error(), Status::kJsonType);
  EXPECT_EQ(object.GetU64("Z").error(), Status::kJsonType);
  std::string order;
  const std::span<const Member> members = object.AsObject().value();
  for (const Member& member : members) order += member.key + ";";
  EXPECT_EQ(order, "z;a;m;;");
}

TEST(Json, Serialize_IsCompactAndReadsBackAsItself) {
  const std::string text = R"({"a":[1,-2.50,{"b":null}],"c":"\"\\\u0001é😀","d":[],"e":{},"f":false})";
  const std::string once = Serialize(Parse(" " + text + "\n").value());
  EXPECT_EQ(once, text);
  EXPECT_EQ(Serialize(Parse(once).value()), once);
}

TEST(Json, Parse_UnescapesSurrogatePairsAndEscapes) {
  const auto parsed = Parse(R"("\ud83d\ude00\n\/\u00e9\u0000")");
  EXPECT_EQ(parsed.value().AsString().value(), "😀\n/é\0"s);
}

TEST(Json, Quote_EscapesWhatJsonForbidsInStrings) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  const std::string quoted = Quote(all);
  for (const char c : quoted) EXPECT_TRUE(c >= 0x20 && c != 0x7f);
  const auto parsed = Parse(quoted);
  EXPECT_EQ(parsed.value().AsString().value(), all);
}

TEST(Json, ObjectWriter_WritesMembersInOrder) {
  const std::string items[] = {"1", Quote("x")};
  ObjectWriter writer;
  writer.Text("t", "a\"b").U64("n", UINT64_MAX).Bool("b", true).Null("z").Raw("r", ArrayOf(items));
  EXPECT_EQ(writer.Finish(), R"({"t":"a\"b","n":18446744073709551615,"b":true,"z":null,"r":[1,"x"]})");
  EXPECT_EQ(ObjectWriter().Finish(), "{}");
  EXPECT_EQ(ArrayOf({}), "[]");
}

}  // namespace
}  // namespace passport::json
