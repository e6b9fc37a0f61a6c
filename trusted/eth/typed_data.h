// Typed structured data (EIP-712, eth_signTypedData_v4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "edl/base/ids.h"
#include "trusted/eth/address.h"
#include "trusted/json/json.h"

namespace passport::eth {

// The digest of a typed-data payload and the facts that policy judges. A fact is absent when the domain does
// not have it in its canonical type.
struct TypedData {
  Digest digest;
  std::string primary_type;
  std::optional<std::string> domain_name;
  std::optional<std::uint64_t> chain_id;
  std::optional<Address> verifying_contract;
  bool domain_is_empty = false;
};

// The payload: an object {types, primaryType, domain, message}, or a string that holds such an object as
// JSON. Every struct must have exactly its type's members. Without `types.EIP712Domain` the domain's type is
// derived from its members in the canonical order. Errors: kTypedDataShape (members missing or too many),
// kTypedDataType (malformed, unknown or too many types), kTypedDataValue (a value that is not of its type),
// kNumberRange, kTypedDataDepth, and those of json::Parse.
Result<TypedData> ParseTypedData(const json::Value& payload);

}  // namespace passport::eth
