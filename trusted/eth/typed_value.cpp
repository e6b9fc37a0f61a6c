// Encodes values by their types.
#include "trusted/eth/typed_value.h"

#include <algorithm>

#include "trusted/crypto/hash.h"
#include "trusted/eth/address.h"
#include "trusted/eth/quantity.h"

namespace passport::eth {
namespace {

using json::Value;
using Kind = FieldType::Kind;

constexpr std::size_t kDepthMax = 16;

struct Integer {
  U256 magnitude;
  bool negative = false;
};

Result<Integer> ParseInteger(const Value& value) {
  std::string_view text;
  if (value.IsNumber()) {
    PASSPORT_TRY(text, value.AsNumberText());
  } else if (value.IsString()) {
    PASSPORT_TRY(text, value.AsString());
  } else {
    return Fail(Status::kTypedDataValue);
  }
  const bool is_hex = value.IsString() && text.starts_with("0x");
  const bool negative = text.starts_with("-");
  const auto magnitude =
      is_hex ? ParseHexDigits(text.substr(2)) : ParseDecimalDigits(text.substr(negative ? 1 : 0));
  if (magnitude.ok()) return Integer{magnitude.value(), negative && !magnitude.value().IsZero()};
  return Fail(magnitude.error() == Status::kNumberRange ? Status::kNumberRange : Status::kTypedDataValue);
}

// Two's complement of 32 bytes.
U256 Negate(const U256& magnitude) {
  U256 out;
  unsigned carry = 1;
  for (std::size_t i = out.bytes.size(); i-- > 0;) {
    carry += static_cast<std::uint8_t>(~magnitude.bytes[i]);
    out.bytes[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  return out;
}

// The largest magnitude of the type: 2^bits - 1 unsigned, 2^(bits-1) - 1 signed, 2^(bits-1) signed and
// negative.
bool FitsType(const Integer& integer, const FieldType& type) {
  const bool is_signed = type.kind == Kind::kInt;
  if (integer.negative && !is_signed) return false;
  U256 max;
  if (integer.negative) {
    max.bytes[32 - type.size] = 0x80;
  } else {
    std::fill(max.bytes.end() - static_cast<std::ptrdiff_t>(type.size), max.bytes.end(), std::uint8_t{0xff});
    if (is_signed) max.bytes[32 - type.size] = 0x7f;
  }
  return integer.magnitude <= max;
}

Result<Hash32> EncodeInteger(const FieldType& type, const Value& value) {
  PASSPORT_TRY(const Integer integer, ParseInteger(value));
  if (!FitsType(integer, type)) return Fail(Status::kNumberRange);
  return (integer.negative ? Negate(integer.magnitude) : integer.magnitude).bytes;
}

Result<Hash32> EncodeAddress(const Value& value) {
  const auto text = value.AsString();
  if (!text.ok()) return Fail(Status::kTypedDataValue);
  const auto address = ParseAddress(text.value());
  if (!address.ok()) return Fail(Status::kTypedDataValue);
  Hash32 word{};
  std::copy(address.value().bytes.begin(), address.value().bytes.end(), word.begin() + 12);
  return word;
}

Result<Hash32> EncodeFixedBytes(const FieldType& type, const Value& value) {
  const auto bytes = ParseHexBytes(value);
  if (!bytes.ok() || bytes.value().size() != type.size) return Fail(Status::kTypedDataValue);
  Hash32 word{};
  std::copy(bytes.value().begin(), bytes.value().end(), word.begin());
  return word;
}

}  // namespace

Result<Hash32> EncodeAtomicValue(const FieldType& type, const Value& value) {
  switch (type.kind) {
    case Kind::kUint:
    case Kind::kInt:
      return EncodeInteger(type, value);
    case Kind::kAddress:
      return EncodeAddress(value);
    case Kind::kFixedBytes:
      return EncodeFixedBytes(type, value);
    case Kind::kBool: {
      const auto boolean = value.AsBool();
      if (!boolean.ok()) return Fail(Status::kTypedDataValue);
      return U256::From(boolean.value() ? 1 : 0).bytes;
    }
    case Kind::kBytes: {
      const auto bytes = ParseHexBytes(value);
      if (!bytes.ok()) return Fail(Status::kTypedDataValue);
      return crypto::HashKeccak256(bytes.value());
    }
    case Kind::kString: {
      const auto text = value.AsString();
      if (!text.ok()) return Fail(Status::kTypedDataValue);
      return crypto::HashKeccak256(AsBytes(text.value()));
    }
    case Kind::kStruct:
      break;
  }
  return Fail(Status::kTypedDataType);
}

Result<Hash32> StructHasher::HashStruct(std::size_t struct_index, const Value& object, std::size_t depth) {
  if (depth > kDepthMax) return Fail(Status::kTypedDataDepth);
  const auto members = object.AsObject();
  const std::vector<Field>& fields = schema_.at(struct_index).fields;
  // JSON keys are distinct, so equal counts and every field found mean that nothing is left over.
  if (!members.ok() || members.value().size() != fields.size()) return Fail(Status::kTypedDataShape);
  Bytes encoded = ToBytes(TypeHash(struct_index));
  for (const Field& field : fields) {
    const Value* value = object.Find(field.name);
    if (value == nullptr) return Fail(Status::kTypedDataShape);
    PASSPORT_TRY(const Hash32 word, EncodeValue(field.type, field.type.array_lengths.size(), *value, depth));
    Append(encoded, word);
  }
  return crypto::HashKeccak256(encoded);
}

Result<Hash32> StructHasher::EncodeValue(const FieldType& type, std::size_t dimensions, const Value& value,
                                         std::size_t depth) {
  if (dimensions > 0) return HashArray(type, dimensions, value, depth + 1);
  if (type.kind == Kind::kStruct) return HashStruct(type.struct_index, value, depth + 1);
  return EncodeAtomicValue(type, value);
}

Result<Hash32> StructHasher::HashArray(const FieldType& type, std::size_t dimensions, const Value& value,
                                       std::size_t depth) {
  if (depth > kDepthMax) return Fail(Status::kTypedDataDepth);
  const auto items = value.AsArray();
  if (!items.ok()) return Fail(Status::kTypedDataValue);
  const std::size_t length = type.array_lengths[dimensions - 1];
  if (length != 0 && items.value().size() != length) return Fail(Status::kTypedDataValue);
  Bytes encoded;
  encoded.reserve(32 * items.value().size());
  for (const Value& item : items.value()) {
    PASSPORT_TRY(const Hash32 word, EncodeValue(type, dimensions - 1, item, depth));
    Append(encoded, word);
  }
  return crypto::HashKeccak256(encoded);
}

const Hash32& StructHasher::TypeHash(std::size_t struct_index) {
  std::optional<Hash32>& hash = type_hashes_[struct_index];
  if (!hash.has_value()) hash = schema_.TypeHash(struct_index);
  return *hash;
}

}  // namespace passport::eth
