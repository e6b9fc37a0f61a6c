// Every call and effect, of the node and of the sample: the generated codec takes what the model writes,
// gives it back byte for byte, and takes nothing else.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "edl/generated/effects.h"
#include "edl/generated/node_types.h"
#include "tests/edl/golden/sample_effects.h"
#include "tests/edl/golden/sample_types.h"
#include "tests/unit/edl/wire_model.h"

namespace passport::edl_test {
namespace {

using edlgen::Field;

// Decode and encode again; nothing if it does not decode.
using Recode = std::optional<Bytes> (*)(ByteSpan);
struct Codec {
  Recode recode = nullptr;
  std::size_t body_bytes_max = 0;
};
using Codecs = std::map<std::uint64_t, Codec>;

template <class Body>
Codec CodecOf() {
  const Recode recode = [](ByteSpan input) -> std::optional<Bytes> {
    const auto decoded = Body::Decode(input);
    if (!decoded.ok()) {
      EXPECT_EQ(decoded.error(), Status::kBadFormat);
      return std::nullopt;
    }
    EXPECT_TRUE(decoded.value().IsValid());
    Writer writer;
    decoded.value().Encode(writer);
    return writer.Take();
  };
  return {recode, Body::kBodyBytesMax};
}

template <class... Calls>
Codecs CallCodecs() {
  return {{static_cast<std::uint64_t>(Calls::kCall), CodecOf<Calls>()}...};
}
template <class... Kinds>
Codecs EffectCodecs(const std::variant<Kinds...>*) {
  return {{Kinds::kId, CodecOf<Kinds>()}...};
}

edlgen::Source ReadSource(const std::string& path) {
  std::ifstream file(std::string(PASSPORT_SOURCE_DIR) + "/" + path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return {path, text.str()};
}

struct Case {
  std::string name;
  const edlgen::Unit* unit;
  const edlgen::Message* message;
  Codec codec;
};

void AddCases(const std::string& prefix, const edlgen::Unit& unit, const Codecs& codecs,
              std::vector<Case>& onto) {
  for (const edlgen::Message& message : unit.messages)
    onto.push_back({prefix + message.name, &unit, &message, codecs.at(message.id)});
}

Codecs NodeCalls() {
  using namespace edl;
  return CallCodecs<HelloCall, ProvisionCall, ResumeCall, ClientRequestCall, PeerUpCall, PeerDownCall,
                    PeerFrameCall, FetchedCall, TickCall, AdminCall, AttestCall, StatusCall>();
}

std::vector<Case> Cases() {
  using namespace edl_sample;
  static const edlgen::Surface node = Load(ReadSource("edl/node.edl"), ReadSource("edl/effects.edl"));
  static const edlgen::Surface sample =
      Load(ReadSource("tests/edl/sample.edl"), ReadSource("tests/edl/sample_effects.edl"));
  std::vector<Case> out;
  AddCases("node_call_", node.calls, NodeCalls(), out);
  AddCases("node_effect_", node.effects, EffectCodecs(static_cast<const edl::Effect*>(nullptr)), out);
  AddCases("sample_call_", sample.calls, CallCodecs<NothingCall, ScalarsCall, ByteStringsCall, TableCall>(),
           out);
  AddCases("sample_effect_", sample.effects, EffectCodecs(static_cast<const edl_sample::Effect*>(nullptr)),
           out);
  return out;
}

class Messages : public testing::TestWithParam<Case> {
 protected:
  const std::vector<Field>& fields() const { return GetParam().message->fields; }
  // Whether the body decodes; if it does, it must come back as it was.
  bool Takes(const Bytes& body) const {
    const std::optional<Bytes> again = GetParam().codec.recode(body);
    if (again) {
      EXPECT_EQ(*again, body);
    }
    return again.has_value();
  }
  WireModel model_{*GetParam().unit, GetParam().message->id};
};

TEST_P(Messages, RandomBodiesComeBackAsTheyWere) {
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(Takes(model_.Body(fields())));
}

TEST_P(Messages, EveryMaximumIsExact) {
  for (std::size_t i = 0; i < fields().size(); ++i) {
    if (!IsVariable(fields()[i])) continue;
    const std::uint64_t max = fields()[i].size;
    EXPECT_TRUE(Takes(model_.BodyWithSize(fields(), i, 0)));
    EXPECT_TRUE(Takes(model_.BodyWithSize(fields(), i, max - 1)));
    EXPECT_TRUE(Takes(model_.BodyWithSize(fields(), i, max)));
    EXPECT_FALSE(Takes(model_.BodyWithSize(fields(), i, max + 1))) << fields()[i].name;
  }
}

TEST_P(Messages, TheLargestBodyHasTheStatedSize) {
  const Bytes body = model_.LargestBody(fields());
  EXPECT_EQ(body.size(), GetParam().codec.body_bytes_max);
  EXPECT_EQ(body.size(), GetParam().message->bytes_max);
  EXPECT_TRUE(Takes(body));
}

TEST_P(Messages, NoPrefixAndNoExtensionDecodes) {
  Bytes body = model_.Body(fields());
  for (std::size_t size = 0; size < body.size(); ++size)
    ASSERT_FALSE(Takes(Bytes(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size)))) << size;
  body.push_back(0);
  EXPECT_FALSE(Takes(body));
}

TEST_P(Messages, ALengthBeyondTheBodyIsRefused) {
  for (std::size_t i = 0; i < fields().size(); ++i) {
    if (!IsVariable(fields()[i])) continue;
    // Only the last field: before another one, a longer length would be a shorter neighbour.
    const std::vector<Field> until(fields().begin(), fields().begin() + static_cast<std::ptrdiff_t>(i) + 1);
    const Bytes before = model_.Body({until.begin(), until.end() - 1});
    for (const std::uint64_t length : {std::uint64_t{1}, fields()[i].size, std::uint64_t{UINT32_MAX}}) {
      Bytes body = before;
      Append(body, Number(length, 4));
      EXPECT_FALSE(Takes(body)) << fields()[i].name;
    }
  }
}

TEST_P(Messages, EnumsAreClosedAndBoolsAreZeroOrOne) {
  for (const Slot& slot : model_.Slots(fields())) {
    const bool is_bool = slot.kind == Field::Kind::kBool;
    if (!is_bool && slot.kind != Field::Kind::kEnum) continue;
    for (std::uint64_t value = 0; value < (is_bool ? 256u : 65536u); ++value) {
      bool known = is_bool && value < 2;
      if (!is_bool)
        for (const auto& pair : model_.EnumNamed(slot.type).values) known = known || pair.second == value;
      Bytes body = slot.before;
      Append(body, Number(value, is_bool ? 1 : 2));
      Append(body, slot.after);
      ASSERT_EQ(Takes(body), known) << value;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Messages, testing::ValuesIn(Cases()),
                         [](const auto& test) { return test.param.name; });

TEST(MessageNumbers, AreThoseOfTheCallsOfTheNode) {
  const edlgen::Surface node = Load(ReadSource("edl/node.edl"), ReadSource("edl/effects.edl"));
  EXPECT_EQ(node.calls.messages.size(), NodeCalls().size());
  EXPECT_EQ(node.effects.messages.size(), std::variant_size_v<edl::Effect>);
}

// Seeds that do not decode would teach the fuzzer nothing; a change of a call must renew them.
TEST(FuzzSeeds, Decode) {
  std::size_t seeds = 0;
  for (const Case& one : Cases()) {
    if (!one.name.starts_with("node_call_")) continue;
    const std::string folder = "tests/fuzz/corpus/fuzz_" + one.message->name;
    if (!std::filesystem::is_directory(std::string(PASSPORT_SOURCE_DIR) + "/" + folder)) continue;
    for (const auto& file :
         std::filesystem::directory_iterator(std::string(PASSPORT_SOURCE_DIR) + "/" + folder)) {
      const std::string name = file.path().filename().string();
      if (name.starts_with("crash-")) continue;
      EXPECT_TRUE(one.codec.recode(AsBytes(ReadSource(folder + "/" + name).text))) << folder << "/" << name;
      ++seeds;
    }
  }
  EXPECT_GE(seeds, 15u);
}

// Values that C++ can hold but the wire cannot.
TEST(IsValid, SaysNoAboveAMaximumAndOutsideAnEnum) {
  const Bytes large(edl::ProvisionCall::kDataMax + 1);
  edl::ProvisionCall call{.kind = edl::ProvisionKind::kManifest, .data = large};
  EXPECT_FALSE(call.IsValid());
  call.data = call.data.first(edl::ProvisionCall::kDataMax);
  EXPECT_TRUE(call.IsValid());
  call.kind = static_cast<edl::ProvisionKind>(5);
  EXPECT_FALSE(call.IsValid());

  edl_sample::TableCall table{.token = 1, .rows = std::vector<edl_sample::Row>(1)};
  EXPECT_FALSE(table.IsValid());  // colour 0 does not exist
  table.rows[0].colour = edl_sample::Colour::kDeepBlue;
  EXPECT_TRUE(table.IsValid());
  table.rows.resize(edl_sample::TableCall::kRowsMax + 1, table.rows[0]);
  EXPECT_FALSE(table.IsValid());
}

}  // namespace
}  // namespace passport::edl_test
