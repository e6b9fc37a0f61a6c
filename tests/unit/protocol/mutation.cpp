#include "tests/unit/protocol/mutation.h"

#include <algorithm>

#include "trusted/curve/ed25519.h"

namespace passport::test {
namespace {

using Edit = std::function<void(std::span<std::uint8_t>)>;

void Fill(std::span<std::uint8_t> bytes, std::uint8_t value) { std::fill(bytes.begin(), bytes.end(), value); }

void Copy(ByteSpan from, std::span<std::uint8_t> to) { std::copy(from.begin(), from.end(), to.begin()); }

Bytes SomeValidValue(FieldType type, std::size_t size) {
  const curve::Scalar seven = curve::Scalar::FromU64(7);
  const curve::Ed25519Scalar little_seven = curve::Ed25519Scalar::FromU64(7);
  switch (type) {
    case FieldType::kPoint:
      return ToBytes(curve::MulBase(seven)->Encode());
    case FieldType::kScalar:
      return ToBytes(seven.Encode());
    case FieldType::kEdwardsPoint:
      return ToBytes(curve::Ed25519::MulBase(little_seven)->Encode());
    case FieldType::kLittleScalar:
      return ToBytes(little_seven.Encode());
    case FieldType::kOpaque:
    case FieldType::kFixed:
      break;
  }
  return Bytes(size, 0x5a);
}

struct Flip {
  std::size_t byte = 0;
  std::uint8_t bit = 1;
};

// Which bits are flipped: of a point its sign, of a scalar the least significant one, so that these flips
// give values that decode.
std::vector<Flip> FlipsOf(const Field& field) {
  switch (field.type) {
    case FieldType::kPoint:
      return {{0}};
    case FieldType::kScalar:
      return {{field.size - 1}};
    case FieldType::kEdwardsPoint:
      return {{field.size - 1, 0x80}};
    case FieldType::kLittleScalar:
      return {{0}};
    case FieldType::kOpaque:
    case FieldType::kFixed:
      return {{0}, {field.size / 2}, {field.size - 1}};
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
  for (const Flip& flip : FlipsOf(field)) {
    add("bit flipped in byte " + std::to_string(flip.byte), other_decodes,
        [&](std::span<std::uint8_t> bytes) { bytes[flip.byte] ^= flip.bit; });
  }
  const bool is_opaque = field.type == FieldType::kOpaque;
  const bool is_scalar = field.type == FieldType::kScalar || field.type == FieldType::kLittleScalar;
  add("zero", is_opaque || is_scalar, [](auto bytes) { Fill(bytes, 0); });
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
