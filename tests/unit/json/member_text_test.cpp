// The bytes of a member, found by a second reader that must never disagree with the first.
#include "trusted/json/member_text.h"

#include <gtest/gtest.h>

#include <random>

#include "trusted/json/write.h"

namespace passport::json {
namespace {

std::string TextOf(std::string_view object, std::size_t index) {
  return std::string(AsText(MemberText(AsBytes(object), index)));
}

TEST(MemberText, IsTheValueAsItStandsThere) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"params":["0x00",  {"a" : 1}]})", R"(["0x00",  {"a" : 1}])"},
      {"{\"p\" :\t\r\n 12.50e1 }", "12.50e1"},
      {R"({"p":"a \" } ] \\"})", R"("a \" } ] \\")"},
      {R"({"p":"\\","q":1})", R"("\\")"},
      {R"({"p":null})", "null"},
      {R"({"p":{}})", "{}"},
      {R"({"p":[[],{"x":"}"}],"q":2})", R"([[],{"x":"}"}])"},
      {"{\"p\":\"\xc3\xa9\"}", "\"\xc3\xa9\""},
  };
  for (const auto& [object, text] : rows) {
    ASSERT_TRUE(Parse(object).ok()) << object;
    EXPECT_EQ(TextOf(object, 0), text) << object;
  }
}

TEST(MemberText, AMemberThatIsNotThereHasNone) {
  for (const char* text : {"{}", R"({"p":1})", "[1,2]", "1", "", "{", R"({"p")", R"({"p":)", R"({"p":1,)"})
    EXPECT_EQ(TextOf(text, 1), "") << text;
}

// Objects of every nesting, with space and escapes wherever they may be.
class Texts {
 public:
  explicit Texts(std::uint64_t seed) : rng_(seed) {}
  std::string Object(unsigned depth) {
    std::string out = "{";
    const unsigned members = Below(4);
    for (unsigned i = 0; i < members; ++i)
      out +=
          (i > 0 ? "," : "") + Space() + String(std::to_string(i)) + Space() + ":" + Value(depth) + Space();
    return out + Space() + "}";
  }

 private:
  unsigned Below(std::size_t n) { return static_cast<unsigned>(rng_() % n); }
  std::string Space() { return std::string(Below(3), " \t\r\n"[Below(4)]); }
  std::string String(const std::string& head) {
    constexpr const char* kParts[] = {"a", "\\\"",    "\\\\",           "{",  "}", "[", "]", ",",
                                      ":", "\\u0022", "\\ud83d\\ude00", "\\/"};
    std::string out = "\"" + head;
    for (unsigned i = Below(5); i > 0; --i) out += kParts[Below(std::size(kParts))];
    return out + "\"";
  }
  std::string Value(unsigned depth) {
    constexpr const char* kScalars[] = {"null", "true", "false", "0", "-1.5e+3", "18446744073709551615"};
    switch (depth == 0 ? Below(2) : Below(4)) {
      case 0:
        return Space() + kScalars[Below(std::size(kScalars))] + Space();
      case 1:
        return Space() + String("") + Space();
      case 2:
        return Space() + Object(depth - 1);
      default: {
        std::string out = Space() + "[";
        for (unsigned i = Below(4), first = 1; i > 0; --i, first = 0)
          out += (first ? "" : ",") + Value(depth - 1);
        return out + Space() + "]";
      }
    }
  }
  std::mt19937_64 rng_;
};

TEST(MemberText, BothReadersSeeTheSameMembers) {
  Texts texts(7);
  std::size_t members = 0;
  for (int i = 0; i < 3'000; ++i) {
    const std::string text = texts.Object(5);
    const auto object = Parse(text);
    ASSERT_TRUE(object.ok()) << text;
    std::size_t index = 0;
    for (const Member& member : object.value().AsObject().value()) {
      const auto again = Parse(TextOf(text, index++));
      ASSERT_TRUE(again.ok()) << text;
      EXPECT_EQ(Serialize(again.value()), Serialize(member.value)) << text;
      ++members;
    }
    EXPECT_EQ(TextOf(text, index), "") << text;
  }
  EXPECT_GT(members, 2'000u);
}

}  // namespace
}  // namespace passport::json
