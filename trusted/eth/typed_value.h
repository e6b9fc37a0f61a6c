// Values of typed data: JSON to the 32-byte words of EIP-712's encodeData.
#pragma once

#include "edl/base/bytes.h"
#include "trusted/eth/typed_schema.h"
#include "trusted/json/json.h"

namespace passport::eth {

// The word of an atomic value; for bytes and string the Keccak-256 of their content. Integers may be JSON
// integer literals, decimal strings (negative ones for signed types) or 0x-hex strings: the type tells them
// apart, unlike in transactions. kTypedDataValue for a value that is not of the type, kNumberRange for an
// integer outside it.
Result<Hash32> EncodeAtomicValue(const FieldType& type, const json::Value& value);

// Hashes structs of one schema.
class StructHasher {
 public:
  explicit StructHasher(const Schema& schema) : schema_(schema), type_hashes_(schema.size()) {}

  // hashStruct of EIP-712. The object must have exactly the struct's members (kTypedDataShape), nested at
  // most 16 arrays and structs deep (kTypedDataDepth).
  Result<Hash32> Hash(std::size_t struct_index, const json::Value& object) {
    return HashStruct(struct_index, object, 1);
  }

 private:
  Result<Hash32> HashStruct(std::size_t struct_index, const json::Value& object, std::size_t depth);
  // dimensions: how many of the type's array levels the value still has.
  Result<Hash32> EncodeValue(const FieldType& type, std::size_t dimensions, const json::Value& value,
                             std::size_t depth);
  Result<Hash32> HashArray(const FieldType& type, std::size_t dimensions, const json::Value& value,
                           std::size_t depth);
  const Hash32& TypeHash(std::size_t struct_index);

  const Schema& schema_;
  std::vector<std::optional<Hash32>> type_hashes_;  // computed once per struct
};

}  // namespace passport::eth
