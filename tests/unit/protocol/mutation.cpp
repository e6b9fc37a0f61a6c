#include "tests/unit/protocol/mutation.h"

#include <algorithm>

#include "trusted/curve/point.h"

namespace passport::test {
namespace {

using Edit = std::function<void(std::span<std::uint8_t>)>;

void Fill(std::span<std::uint8_t> bytes, std::uint8_t value) { std::fill(bytes.begin(), bytes.end(), value); }

void Copy(ByteSpan from, std::span<std::uint8_t> to) { std::copy(from.begin(), from.end(), to.begin()); }

Bytes SomeValidValue(FieldType type, std::size_t size) {
  const curve::Scalar seven = curve::Scalar::FromU64(7);
  if (type == FieldType::kPoint) return ToBytes(curve::MulBase(seven)->Encode());
  if (type == FieldType::kScalar) return ToBytes(seven.Encode());
  return Bytes(size, 0x5a);
}

// Which bytes have their lowest bit flipped. A point's first byte is its sign and a scalar's last one the
// least significant, so that these flips give values that decode.
std::vector<std::size_t> FlippedBytes(const Field& field) {
  switch (field.type) {
    case FieldType::kPoint:
      return {0};
    case FieldType::kScalar:
      return {field.size - 1};
    case FieldType::kOpaque:
    case FieldType::kFixed:
      return {0, field.size / 2, field.size - 1};
  }
  return {};
}

}  // namespace

std::vector<Mutation> MutationsOf(const Field& field, const Bytes& honest, const Bytes& other_peer,
                                  const Bytes& other_session) {
  std::vector<Mutation> out;
  const bool other_decodes = field.type != FieldType::kFixed;
  const auto add = [&](const std::string& how, bool decodes, const Edit& edit) {
    Mutation mutation{field.name + ": " + how, honest, decodes};
    edit(std::span(mutation.message).subspan(field.offset, field.size));
    if (mutation.message != honest) out.push_back(std::move(mutation));
  };
  const auto field_of = [&](const Bytes& message) {
    return ByteSpan(message).subspan(field.offset, field.size);
  };
  for (const std::size_t index : FlippedBytes(field)) {
    add("bit flipped in byte " + std::to_string(index), other_decodes,
        [&](std::span<std::uint8_t> bytes) { bytes[index] ^= 1; });
  }
  const bool is_opaque = field.type == FieldType::kOpaque;
  add("zero", is_opaque || field.type == FieldType::kScalar, [](auto bytes) { Fill(bytes, 0); });
  add("ones", is_opaque, [](auto bytes) { Fill(bytes, 0xff); });
  add("another value", other_decodes,
      [&](auto bytes) { Copy(SomeValidValue(field.type, field.size), bytes); });
  add("another peer's", other_decodes, [&](auto bytes) { Copy(field_of(other_peer), bytes); });
  add("another session's", other_decodes, [&](auto bytes) { Copy(field_of(other_session), bytes); });
  return out;
}

std::vector<Mutation> WrongSizesOf(const Bytes& honest) {
  Mutation truncated{"truncated", honest, false};
  truncated.message.pop_back();
  Mutation extended{"extended", honest, false};
  extended.message.push_back(0);
  return {truncated, extended, {"empty", {}, false}};
}

std::string Describe(const protocol::Abort& abort) {
  return "reason " + std::to_string(static_cast<int>(abort.reason)) + ", culprit " +
         (abort.culprit ? std::to_string(abort.culprit->value) : "none");
}

}  // namespace passport::test
