// Reads struct types and hashes them.
#include "trusted/eth/typed_schema.h"

#include <algorithm>
#include <charconv>

#include "trusted/crypto/hash.h"

namespace passport::eth {
namespace {

using json::Value;
using Kind = FieldType::Kind;

// Each struct's type text repeats those of the structs it refers to, so structs times text bounds what is
// hashed.
constexpr std::size_t kStructsMax = 32;
constexpr std::size_t kTypeTextMax = 8192;  // of all structs together
constexpr std::size_t kFieldsMax = 256;     // of all structs together
constexpr std::size_t kNameSizeMax = 128;
constexpr std::size_t kArrayDimensionsMax = 8;
constexpr std::size_t kArrayLengthMax = 65535;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Solidity identifiers, and ':' inside as some exchanges use it. Nothing that has a meaning in encodeType may
// pass, or two different types could have one hash.
bool IsName(std::string_view name) {
  if (name.empty() || name.size() > kNameSizeMax || !IsLetter(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return IsLetter(c) || IsDigit(c) || c == ':'; });
}

// A decimal number without leading zeros in [1, max]; 0 if it is none.
std::size_t ParseSize(std::string_view digits, std::size_t max) {
  std::size_t value = 0;
  if (digits.empty() || !IsDigit(digits.front()) || digits.front() == '0') return 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || value > max) return 0;
  return value;
}

// EIP-712 has no aliases: `uint` and `int` without a size are not types.
std::optional<FieldType> ParseAtomicType(std::string_view text) {
  if (text == "address") return FieldType{.kind = Kind::kAddress};
  if (text == "bool") return FieldType{.kind = Kind::kBool};
  if (text == "bytes") return FieldType{.kind = Kind::kBytes};
  if (text == "string") return FieldType{.kind = Kind::kString};
  if (text.starts_with("bytes")) {
    const std::size_t size = ParseSize(text.substr(5), 32);
    if (size == 0) return std::nullopt;
    return FieldType{.kind = Kind::kFixedBytes, .size = size};
  }
  const bool is_signed = text.starts_with("int");
  if (!is_signed && !text.starts_with("uint")) return std::nullopt;
  const std::size_t bits = ParseSize(text.substr(is_signed ? 3 : 4), 256);
  if (bits == 0 || bits % 8 != 0) return std::nullopt;
  return FieldType{.kind = is_signed ? Kind::kInt : Kind::kUint, .size = bits / 8};
}

bool IsStructName(std::string_view name) {
  return IsName(name) && name != "uint" && name != "int" && !ParseAtomicType(name).has_value();
}

}  // namespace

Result<Schema> Schema::Parse(const Value& types) {
  const auto members = types.AsObject();
  if (!members.ok()) return Fail(Status::kTypedDataShape);
  const std::span<const json::Member> rows_by_name = members.value();
  if (rows_by_name.size() > kStructsMax) return Fail(Status::kTypedDataType);
  Schema schema;
  for (const json::Member& member : rows_by_name) {
    if (!IsStructName(member.key)) return Fail(Status::kTypedDataType);
    schema.structs_.push_back({member.key, {}});
  }
  std::size_t fields = 0;
  std::size_t text_size = 0;
  for (std::size_t i = 0; i < rows_by_name.size(); ++i) {
    const auto rows = rows_by_name[i].value.AsArray();
    if (!rows.ok()) return Fail(Status::kTypedDataShape);
    fields += rows.value().size();
    if (fields > kFieldsMax) return Fail(Status::kTypedDataType);
    for (const Value& row : rows.value()) {
      const auto name = row.GetString("name");
      const auto type = row.GetString("type");
      if (!name.ok() || !type.ok() || row.AsObject().value().size() != 2)
        return Fail(Status::kTypedDataShape);
      text_size += name.value().size() + type.value().size();
      if (text_size > kTypeTextMax) return Fail(Status::kTypedDataType);
      PASSPORT_TRY_VOID(schema.AddField(schema.structs_[i], name.value(), type.value()));
    }
  }
  return schema;
}

Result<Unit> Schema::Add(std::string_view name,
                         const std::vector<std::pair<std::string, std::string>>& fields) {
  StructType added{std::string(name), {}};
  for (const auto& [field_name, type_text] : fields)
    PASSPORT_TRY_VOID(AddField(added, field_name, type_text));
  structs_.push_back(std::move(added));
  return Ok();
}

std::optional<std::size_t> Schema::Find(std::string_view name) const {
  for (std::size_t i = 0; i < structs_.size(); ++i)
    if (structs_[i].name == name) return i;
  return std::nullopt;
}

Result<Unit> Schema::AddField(StructType& to, std::string_view name, std::string_view type_text) const {
  const bool is_new = std::none_of(to.fields.begin(), to.fields.end(),
                                   [name](const Field& field) { return field.name == name; });
  if (!IsName(name) || !is_new) return Fail(Status::kTypedDataType);
  PASSPORT_TRY(FieldType type, ResolveType(type_text));
  to.fields.push_back({std::string(name), std::string(type_text), std::move(type)});
  return Ok();
}

Result<FieldType> Schema::ResolveType(std::string_view text) const {
  const std::size_t base_size = std::min(text.find('['), text.size());
  const std::string_view base = text.substr(0, base_size);
  FieldType type;
  if (const auto atomic = ParseAtomicType(base); atomic.has_value()) {
    type = *atomic;
  } else if (const auto index = Find(base); index.has_value()) {
    type.kind = Kind::kStruct;
    type.struct_index = *index;
  } else {
    return Fail(Status::kTypedDataType);
  }
  for (std::string_view rest = text.substr(base_size); !rest.empty();) {
    const std::size_t close = rest.find(']');
    if (rest.front() != '[' || close == rest.npos || type.array_lengths.size() == kArrayDimensionsMax)
      return Fail(Status::kTypedDataType);
    const std::string_view digits = rest.substr(1, close - 1);
    const std::size_t length = ParseSize(digits, kArrayLengthMax);
    if (length == 0 && !digits.empty()) return Fail(Status::kTypedDataType);
    type.array_lengths.push_back(length);
    rest.remove_prefix(close + 1);
  }
  return type;
}

std::vector<std::size_t> Schema::Dependencies(std::size_t index) const {
  std::vector<bool> seen(structs_.size());
  std::vector<std::size_t> found = {index};
  seen[index] = true;
  for (std::size_t next = 0; next < found.size(); ++next) {
    for (const Field& field : structs_[found[next]].fields) {
      if (field.type.kind != Kind::kStruct || seen[field.type.struct_index]) continue;
      seen[field.type.struct_index] = true;
      found.push_back(field.type.struct_index);
    }
  }
  return found;
}

Hash32 Schema::TypeHash(std::size_t index) const {
  std::vector<std::size_t> order = Dependencies(index);
  std::sort(order.begin() + 1, order.end(),
            [this](std::size_t a, std::size_t b) { return structs_[a].name < structs_[b].name; });
  std::string text;
  for (const std::size_t i : order) {
    text += structs_[i].name + "(";
    for (const Field& field : structs_[i].fields) {
      if (&field != structs_[i].fields.data()) text += ",";
      text += field.type_text + " " + field.name;
    }
    text += ")";
  }
  return crypto::HashKeccak256(AsBytes(text));
}

}  // namespace passport::eth
