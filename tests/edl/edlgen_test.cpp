// The generator: what it refuses and why, what it writes, and that the committed copies of its output are
// current.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "edl/base/codec.h"
#include "tools/edlgen/emit.h"
#include "tools/edlgen/sha256.h"

namespace passport::edlgen {
namespace {

const std::filesystem::path kSource = PASSPORT_SOURCE_DIR;
const std::filesystem::path kHere = kSource / "tests/edl";

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Source ReadSource(const std::filesystem::path& path) { return {path.filename().string(), ReadText(path)}; }

Surface LoadSample() {
  return Load(ReadSource(kHere / "sample.edl"), ReadSource(kHere / "sample_effects.edl"));
}
Surface LoadNode() {
  return Load(ReadSource(kSource / "edl/node.edl"), ReadSource(kSource / "edl/effects.edl"));
}

// The reason why the pair is refused, or "" if it is not.
std::string Refusal(const Source& calls, const Source& effects) {
  try {
    Load(calls, effects);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

// The first line of a negative file says what is expected: "// [effects, ]error at LINE: REASON".
TEST(Negative, EachFileIsRefusedAtItsLineForItsReason) {
  const Source calls = ReadSource(kHere / "sample.edl");
  const Source effects = ReadSource(kHere / "sample_effects.edl");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kHere / "negative")) {
    const Source source = ReadSource(entry.path());
    std::string expected = source.text.substr(0, source.text.find('\n'));
    const bool is_effects = expected.starts_with("// effects, ");
    const std::string start = is_effects ? "// effects, error at " : "// error at ";
    ASSERT_TRUE(expected.starts_with(start)) << source.path;
    expected = source.path + ":" + expected.substr(start.size());
    EXPECT_EQ(is_effects ? Refusal(calls, source) : Refusal(source, effects), expected);
    ++files;
  }
  EXPECT_GE(files, 140u);
}

// The sentences in the generator's source, by the line of the file they stand in.
std::set<std::string> SentencesIn(const std::string& source) {
  std::set<std::string> out;
  for (std::size_t at = 0; (at = source.find('"', at)) != std::string::npos;) {
    const std::size_t end = source.find('"', at + 1);
    const std::string literal = source.substr(at + 1, end - at - 1);
    if (literal.find(' ') != std::string::npos) out.insert(literal);
    at = end + 1;
  }
  return out;
}

// Every reason in the generator's source is met by some negative file: a rule without one may not work.
TEST(Negative, EveryReasonHasAFile) {
  std::string met;
  for (const auto& entry : std::filesystem::directory_iterator(kHere / "negative")) {
    const std::string text = ReadText(entry.path());
    met += text.substr(0, text.find('\n') + 1);
  }
  std::set<std::string> missing;
  std::size_t reasons = 0;
  for (const char* name : {"lexer.cpp", "parser.cpp", "check_types.cpp", "check_messages.cpp"}) {
    for (const std::string& sentence : SentencesIn(ReadText(kSource / "tools/edlgen" / name))) {
      ++reasons;
      if (met.find(sentence) == std::string::npos) missing.insert(sentence);
    }
  }
  EXPECT_EQ(missing, std::set<std::string>{});
  EXPECT_GT(reasons, 100u);
}

TEST(Golden, IsWhatTheGeneratorWrites) {
  const Options options{.name_space = "passport::edl_sample", .include = "tests/edl/golden"};
  std::set<std::string> names = {".clang-format"};
  for (const OutputFile& file : Generate(LoadSample(), options)) {
    EXPECT_EQ(file.text, ReadText(kHere / "golden" / file.name)) << file.name << ": see tests/edl/regenerate";
    names.insert(file.name);
  }
  for (const auto& entry : std::filesystem::directory_iterator(kHere / "golden"))
    EXPECT_TRUE(names.contains(entry.path().filename().string()))
        << entry.path() << " is not generated any more";
}

TEST(Golden, SurfacePageIsCurrent) {
  EXPECT_EQ(SurfaceMarkdown(LoadNode()), ReadText(kSource / "docs/boundary-surface.md"))
      << "see tools/boundary-surface";
}

TEST(Schema, IsTheStartOfTheHashOfTheSurfaceFile) {
  const Surface surface = LoadSample();
  const Hash32 hash = Sha256(AsBytes(SurfaceJson(surface)));
  EXPECT_EQ(SchemaNumber(surface), Reader(hash).U32());
}

// Whatever changes the bytes on the wire, or who may send them, changes the schema number.
TEST(Schema, ChangesWithEveryPartOfTheSurface) {
  const std::pair<const char*, const char*> kEdits[] = {{"RED = 1", "RED = 2"},
                                                        {"READY = 1", "READY = 2"},
                                                        {"uint8_t id[16]", "uint8_t id[15]"},
                                                        {"uint16_t b;", "uint32_t b;"},
                                                        {"id=0x0010", "id=0x0011"},
                                                        {"max(second)=7", "max(second)=8"},
                                                        {"maxcount(rows)=5", "maxcount(rows)=6"},
                                                        {"phase=READY|LAST", "phase=READY"},
                                                        {"bool e,", "uint8_t e,"},
                                                        {"size=32", "size=31"},
                                                        {"void nothing()", "void nothing(bool b)"}};
  const Source calls = ReadSource(kHere / "sample.edl");
  const Source effects = ReadSource(kHere / "sample_effects.edl");
  std::set<std::uint32_t> numbers = {SchemaNumber(Load(calls, effects))};
  for (const auto& [from, to] : kEdits) {
    Source edited = calls;
    ASSERT_NE(edited.text.find(from), std::string::npos) << from;
    edited.text.replace(edited.text.find(from), std::string(from).size(), to);
    EXPECT_TRUE(numbers.insert(SchemaNumber(Load(edited, effects))).second) << from;
  }
  Source edited = effects;
  edited.text.replace(edited.text.find("order=9"), 7, "order=8");
  EXPECT_TRUE(numbers.insert(SchemaNumber(Load(calls, edited))).second);
}

TEST(Schema, DoesNotChangeWithCommentsAndSpace) {
  const Source effects = ReadSource(kHere / "sample_effects.edl");
  Source calls = ReadSource(kHere / "sample.edl");
  const std::uint32_t before = SchemaNumber(Load(calls, effects));
  calls.text = "/* one\n more */ // comment\r\n\t" + calls.text;
  EXPECT_EQ(SchemaNumber(Load(calls, effects)), before);
}

// FIPS 180-4 examples, and one message per length around the padding.
TEST(Sha256, MatchesPublishedValues) {
  EXPECT_EQ(ToHex(Sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256(AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256(AsBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(ToHex(Sha256(Bytes(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace passport::edlgen
