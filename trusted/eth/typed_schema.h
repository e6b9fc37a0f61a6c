// The struct types of a typed-data payload and their type hashes (EIP-712, encodeType).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edl/base/bytes.h"
#include "trusted/json/json.h"

namespace passport::eth {

constexpr std::string_view kDomainTypeName = "EIP712Domain";

// The type of one field: an atomic type or a struct, possibly in arrays.
struct FieldType {
  enum class Kind { kUint, kInt, kAddress, kBool, kFixedBytes, kBytes, kString, kStruct };
  Kind kind = Kind::kBool;
  std::size_t size = 0;                         // bytes, for kUint, kInt, kFixedBytes
  std::size_t struct_index = 0;                 // for kStruct
  std::vector<std::size_t> array_lengths = {};  // innermost first; 0 is an array of any length
};

struct Field {
  std::string name;
  std::string type_text;
  FieldType type;
};

struct StructType {
  std::string name;
  std::vector<Field> fields;
};

// A closed set of struct types: every field's type is atomic or in the set. Struct types may contain arrays
// of themselves.
class Schema {
 public:
  // From the payload's `types` object. kTypedDataType if a name is no identifier, names an atomic type or
  // occurs twice, if a type is unknown, or if there is too much (32 structs, 256 fields, 8 KiB of names and
  // types); kTypedDataShape if it is not made of {name, type} rows.
  static Result<Schema> Parse(const json::Value& types);

  // Adds a struct of atomic fields, each {name, type text}; for a domain that the payload does not describe.
  Result<Unit> Add(std::string_view name, const std::vector<std::pair<std::string, std::string>>& fields);

  std::optional<std::size_t> Find(std::string_view name) const;
  const StructType& at(std::size_t index) const { return structs_[index]; }
  std::size_t size() const { return structs_.size(); }

  // Keccak-256 of encodeType: the struct, then the structs it refers to, sorted by name.
  Hash32 TypeHash(std::size_t index) const;

 private:
  Result<Unit> AddField(StructType& to, std::string_view name, std::string_view type_text) const;
  Result<FieldType> ResolveType(std::string_view text) const;
  std::vector<std::size_t> Dependencies(std::size_t index) const;

  std::vector<StructType> structs_;
};

}  // namespace passport::eth
