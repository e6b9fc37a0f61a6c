// Any text: what is read is within the limits, and writing it and reading it again changes nothing.
#include "trusted/json/json.h"
#include "trusted/json/member_text.h"
#include "trusted/json/write.h"

using namespace passport;

namespace {

constexpr json::Limits kLimits = {
    .text_bytes_max = 65536, .string_bytes_max = 1024, .depth_max = 8, .nodes_max = 512};

struct Size {
  std::size_t depth = 0;
  std::size_t nodes = 1;

  void Add(const Size& child) {
    depth = std::max(depth, child.depth);
    nodes += child.nodes;
  }
};

Size Measure(const json::Value& value) {
  Size size;
  if (const auto items = value.AsArray(); items.ok()) {
    for (const json::Value& item : items.value()) size.Add(Measure(item));
    ++size.depth;
  }
  if (const auto members = value.AsObject(); members.ok()) {
    for (const json::Member& member : members.value()) {
      PASSPORT_CHECK(member.key.size() <= kLimits.string_bytes_max);
      PASSPORT_CHECK(value.Find(member.key) == &member.value);  // no key hides another
      size.Add(Measure(member.value));
    }
    ++size.depth;
  }
  if (const auto text = value.AsString(); text.ok())
    PASSPORT_CHECK(text.value().size() <= kLimits.string_bytes_max);
  return size;
}

// The second reader finds what the first one read.
void CheckMemberTexts(ByteSpan text, std::span<const json::Member> members) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto again = json::Parse(json::MemberText(text, i), kLimits);
    PASSPORT_CHECK(again.ok());
    PASSPORT_CHECK(json::Serialize(again.value()) == json::Serialize(members[i].value));
  }
  PASSPORT_CHECK(json::MemberText(text, members.size()).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = json::Parse(ByteSpan(data, size), kLimits);
  if (!value.ok()) return 0;
  if (const auto members = value.value().AsObject(); members.ok())
    CheckMemberTexts({data, size}, members.value());
  const Size measured = Measure(value.value());
  PASSPORT_CHECK(measured.depth <= kLimits.depth_max && measured.nodes <= kLimits.nodes_max);
  const std::string text = json::Serialize(value.value());
  const auto again = json::Parse(text);
  PASSPORT_CHECK(again.ok());
  PASSPORT_CHECK(json::Serialize(again.value()) == text);
  return 0;
}
