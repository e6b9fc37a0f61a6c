// Checks a typed-data payload's shape and makes its digest (EIP-712, definition of encode).
#include "trusted/eth/typed_data.h"

#include <array>
#include <string_view>

#include "trusted/crypto/hash.h"
#include "trusted/eth/quantity.h"
#include "trusted/eth/typed_schema.h"
#include "trusted/eth/typed_value.h"

namespace passport::eth {
namespace {

using json::Value;

struct DomainField {
  std::string_view name;
  std::string_view type;
};
// EIP-712's domain fields, in the order that it demands.
constexpr std::array<DomainField, 5> kDomainFields = {{{"name", "string"},
                                                       {"version", "string"},
                                                       {"chainId", "uint256"},
                                                       {"verifyingContract", "address"},
                                                       {"salt", "bytes32"}}};

// The domain's type as its members show it, for payloads whose types do not describe it. A member that is no
// domain field makes the hash refuse the domain later, because the derived type lacks it.
Result<Unit> AddDomainType(Schema& schema, const Value& domain) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const DomainField& field : kDomainFields)
    if (domain.Find(field.name) != nullptr) fields.emplace_back(field.name, field.type);
  return schema.Add(kDomainTypeName, fields);
}

// A domain member as a fact, if the domain's type declares it as the given kind.
const Value* FindFact(const StructType& type, const Value& domain, std::string_view name,
                      FieldType::Kind kind) {
  for (const Field& field : type.fields)
    if (field.name == name && field.type.kind == kind && field.type.array_lengths.empty())
      return domain.Find(name);
  return nullptr;
}

// Called once the domain has been encoded, so every member is a value of its type.
void ReadFacts(const StructType& type, const Value& domain, TypedData& out) {
  if (const Value* name = FindFact(type, domain, "name", FieldType::Kind::kString); name != nullptr)
    out.domain_name = std::string(name->AsString().value());
  if (const Value* contract = FindFact(type, domain, "verifyingContract", FieldType::Kind::kAddress);
      contract != nullptr)
    out.verifying_contract = ParseAddress(contract->AsString().value()).value();
  if (const Value* chain = FindFact(type, domain, "chainId", FieldType::Kind::kUint); chain != nullptr) {
    const auto word = EncodeAtomicValue({.kind = FieldType::Kind::kUint, .size = 32}, *chain);
    if (const auto id = U256{word.value()}.ToU64(); id.ok()) out.chain_id = id.value();
  }
}

// Members of the payload, each present and of its type; nothing else beside them.
struct Payload {
  const Value* types = nullptr;
  const Value* domain = nullptr;
  const Value* message = nullptr;  // may be absent when the domain itself is signed
  std::string primary_type;
};

Result<Payload> ParsePayload(const Value& object) {
  const auto primary_type = object.GetString("primaryType");
  if (!primary_type.ok()) return Fail(Status::kTypedDataShape);
  const Payload payload = {object.Find("types"), object.Find("domain"), object.Find("message"),
                           std::string(primary_type.value())};
  const std::size_t members = payload.message == nullptr ? 3 : 4;
  if (payload.types == nullptr || payload.domain == nullptr || object.AsObject().value().size() != members)
    return Fail(Status::kTypedDataShape);
  return payload;
}

// hashStruct(message), or nothing for the primary type EIP712Domain, whose message must be absent or empty.
Result<Bytes> HashMessage(StructHasher& hasher, std::size_t primary_index, const Payload& payload) {
  if (payload.primary_type == kDomainTypeName) {
    if (payload.message == nullptr) return Bytes();
    const auto members = payload.message->AsObject();
    if (!members.ok() || !members.value().empty()) return Fail(Status::kTypedDataShape);
    return Bytes();
  }
  if (payload.message == nullptr) return Fail(Status::kTypedDataShape);
  PASSPORT_TRY(const Hash32 hash, hasher.Hash(primary_index, *payload.message));
  return ToBytes(hash);
}

Result<TypedData> ParseObject(const Value& object) {
  PASSPORT_TRY(Payload payload, ParsePayload(object));
  PASSPORT_TRY(Schema schema, Schema::Parse(*payload.types));
  if (!schema.Find(kDomainTypeName).has_value()) {
    PASSPORT_TRY_VOID(AddDomainType(schema, *payload.domain));
  }
  const auto primary_index = schema.Find(payload.primary_type);
  if (!primary_index.has_value()) return Fail(Status::kTypedDataType);
  const std::size_t domain_index = *schema.Find(kDomainTypeName);

  StructHasher hasher(schema);
  PASSPORT_TRY(const Hash32 domain_hash, hasher.Hash(domain_index, *payload.domain));
  PASSPORT_TRY(const Bytes message_hash, HashMessage(hasher, *primary_index, payload));
  Bytes signed_bytes = {0x19, 0x01};
  Append(signed_bytes, domain_hash);
  Append(signed_bytes, message_hash);

  TypedData out;
  out.digest = {crypto::HashKeccak256(signed_bytes)};
  out.primary_type = std::move(payload.primary_type);
  out.domain_is_empty = payload.domain->AsObject().value().empty();
  ReadFacts(schema.at(domain_index), *payload.domain, out);
  return out;
}

}  // namespace

Result<TypedData> ParseTypedData(const Value& payload) {
  if (!payload.IsString()) return ParseObject(payload);
  PASSPORT_TRY(const std::string_view text, payload.AsString());
  PASSPORT_TRY(const Value object, json::Parse(text));
  return ParseObject(object);
}

}  // namespace passport::eth
