#include "tests/unit/edl/wire_model.h"

#include <algorithm>

namespace passport::edl_test {

using edlgen::Field;
using Kind = Field::Kind;

Bytes Number(std::uint64_t value, std::size_t size) {
  Bytes out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}

bool IsVariable(const Field& field) { return field.kind == Kind::kVariable || field.kind == Kind::kArray; }

Bytes WireModel::Body(const std::vector<Field>& fields) {
  Bytes out;
  for (const Field& field : fields) Append(out, One(field));
  return out;
}

Bytes WireModel::BodyWithSize(const std::vector<Field>& fields, std::size_t index, std::uint64_t size) {
  Bytes out;
  for (std::size_t i = 0; i < fields.size(); ++i)
    Append(out, i == index ? Sized(fields[i], size) : One(fields[i]));
  return out;
}

Bytes WireModel::LargestBody(const std::vector<Field>& fields) {
  Bytes out;
  for (const Field& field : fields) Append(out, IsVariable(field) ? Sized(field, field.size) : One(field));
  return out;
}

std::vector<Slot> WireModel::Slots(const std::vector<Field>& fields) {
  std::vector<Bytes> encoded;
  for (const Field& field : fields) encoded.push_back(One(field));
  std::vector<Slot> out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (Slot& slot : SlotsOf(fields[i])) {
      Bytes before;
      for (std::size_t j = 0; j < i; ++j) Append(before, encoded[j]);
      Append(before, slot.before);
      for (std::size_t j = i + 1; j < fields.size(); ++j) Append(slot.after, encoded[j]);
      slot.before = std::move(before);
      out.push_back(std::move(slot));
    }
  }
  return out;
}

std::vector<Slot> WireModel::SlotsOf(const Field& field) {
  if (field.kind == Kind::kFixed || field.kind == Kind::kVariable) return {};
  if (field.kind == Kind::kStruct) return Slots(StructNamed(field.type).fields);
  if (field.kind != Kind::kArray) return {Slot{field.kind, field.type, {}, {}}};
  std::vector<Slot> out = Slots(StructNamed(field.type).fields);
  for (Slot& slot : out) {
    const Bytes count = Number(1, 4);
    slot.before.insert(slot.before.begin(), count.begin(), count.end());
  }
  return out;
}

Bytes WireModel::One(const Field& field) {
  switch (field.kind) {
    case Kind::kU8:
      return RandomBytes(1);
    case Kind::kU16:
      return RandomBytes(2);
    case Kind::kU32:
      return RandomBytes(4);
    case Kind::kU64:
      return RandomBytes(8);
    case Kind::kBool:
      return Number(Below(2), 1);
    case Kind::kEnum: {
      const auto& values = EnumNamed(field.type).values;
      return Number(values[Below(values.size())].second, 2);
    }
    case Kind::kStruct:
      return Body(StructNamed(field.type).fields);
    case Kind::kFixed:
      return RandomBytes(field.size);
    case Kind::kVariable:
    case Kind::kArray:
      return Sized(field, Below(std::min<std::uint64_t>(field.size, 40) + 1));
  }
  return {};
}

Bytes WireModel::Sized(const Field& field, std::uint64_t size) {
  Bytes out = Number(size, 4);
  if (field.kind == Kind::kVariable) {
    Append(out, RandomBytes(size));
  } else {
    for (std::uint64_t i = 0; i < size; ++i) Append(out, Body(StructNamed(field.type).fields));
  }
  return out;
}

Bytes WireModel::RandomBytes(std::uint64_t size) {
  Bytes out(size);
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random_());
  return out;
}

const edlgen::Enum& WireModel::EnumNamed(const std::string& name) const {
  return *std::ranges::find(unit_.enums, name, &edlgen::Enum::name);
}
const edlgen::Struct& WireModel::StructNamed(const std::string& name) const {
  return *std::ranges::find(unit_.structs, name, &edlgen::Struct::name);
}

}  // namespace passport::edl_test
