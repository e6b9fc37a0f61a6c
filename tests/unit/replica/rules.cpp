#include "tests/unit/replica/rules.h"

#include <algorithm>

namespace passport::replica {
namespace {

enum Kind : std::uint8_t { kAppend = 1, kAppendIfExists = 2, kNever = 3 };

Bytes Encode(Kind kind, std::uint64_t number, const RecordId& other) {
  Writer out;
  out.U8(kind).U64(number).Raw(other.bytes);
  return out.Take();
}

}  // namespace

Bytes Append(std::uint64_t number) { return Encode(kAppend, number, {}); }
Bytes AppendIfExists(std::uint64_t number, const RecordId& other) {
  return Encode(kAppendIfExists, number, other);
}
Bytes Forbidden(std::uint64_t number) { return Encode(kNever, number, {}); }

std::vector<std::uint64_t> Numbers(ByteSpan value) {
  std::vector<std::uint64_t> out;
  for (Reader in(value); in.remaining() > 0;) out.push_back(in.U64());
  return out;
}

RecordId Record(std::uint8_t name) {
  RecordId out;
  out.bytes.fill(name);
  return out;
}

RecordId NumberedRecord(std::uint64_t number) {
  Writer out;
  out.U64(number).Raw(ByteArray<24>{});
  return RecordId{Reader(out.bytes()).Array<32>()};
}

std::vector<RecordId> LogRules::RestsOn(ByteSpan evidence) {
  Reader in(evidence);
  if (in.U8() != kAppendIfExists) return {};
  static_cast<void>(in.U64());
  return {RecordId{in.Array<32>()}};
}

Judgement LogRules::Judge(const RecordId&, const Version& before, ByteSpan evidence, PartyIndex) {
  Reader in(evidence);
  const std::uint8_t kind = in.U8();
  const std::uint64_t number = in.U64();
  const RecordId other{in.Array<32>()};
  if (!in.Done() || (kind != kAppend && kind != kAppendIfExists)) return Refused{kForbidden};
  if (kind == kAppendIfExists) {
    const Version* version = view(other);
    if (version == nullptr) return NeedRecords{{other}};
    if (version->number == 0) return Refused{kLacks};
  }
  const std::vector<std::uint64_t> numbers = Numbers(before.value);
  if (std::ranges::find(numbers, number) != numbers.end()) return Refused{kTwice};
  Writer out;
  out.Raw(before.value).U64(number);
  return out.Take();
}

}  // namespace passport::replica
