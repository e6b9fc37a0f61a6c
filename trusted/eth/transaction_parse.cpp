// Reads a transaction from JSON: every member known, none contradicting another, nothing guessed.
#include <algorithm>
#include <array>
#include <string_view>

#include "trusted/eth/transaction.h"

namespace passport::eth {
namespace {

using json::Value;

constexpr std::uint64_t kChainIdMax = UINT64_MAX / 2 - 36;  // EIP-2294: v still fits 64 bits
constexpr std::uint64_t kNonceMax = UINT64_MAX - 1;         // EIP-2681
constexpr std::size_t kDataBytesMax = 131072;
constexpr std::size_t kAccessListKeysMax = 4096;  // addresses and storage keys together

constexpr auto kMembers = std::to_array<std::string_view>(
    {"accessList", "chainId", "data", "from", "gas", "gasLimit", "gasPrice", "input", "maxFeePerGas",
     "maxPriorityFeePerGas", "nonce", "to", "type", "value"});
// Members that make viem and ethers infer a type that this network does not sign (EIP-4844, EIP-7702).
constexpr auto kMembersOfOtherTypes = std::to_array<std::string_view>(
    {"authorizationList", "blobVersionedHashes", "blobs", "maxFeePerBlobGas", "sidecars"});

Result<Unit> CheckMembers(const Value& object) {
  PASSPORT_TRY(const auto members, object.AsObject());
  for (const json::Member& member : members) {
    if (std::find(kMembersOfOtherTypes.begin(), kMembersOfOtherTypes.end(), member.key) !=
        kMembersOfOtherTypes.end())
      return Fail(Status::kTxType);
    if (std::find(kMembers.begin(), kMembers.end(), member.key) == kMembers.end())
      return Fail(Status::kTxField);
  }
  return Ok();
}

bool Has(const Value& object, std::string_view key) { return object.Find(key) != nullptr; }

// A stated type, else what viem and ethers infer from the fee members (wire-api.md 10).
Result<TransactionType> ParseType(const Value& object) {
  if (const Value* stated = object.Find("type"); stated != nullptr) {
    const auto number = ParseQuantity(*stated);
    if (!number.ok() || number.value() > U256::From(2)) return Fail(Status::kTxType);
    return static_cast<TransactionType>(number.value().bytes[31]);
  }
  if (Has(object, "maxFeePerGas") || Has(object, "maxPriorityFeePerGas")) return TransactionType::kFeeMarket;
  if (!Has(object, "gasPrice")) return Fail(Status::kTxType);
  return Has(object, "accessList") ? TransactionType::kAccessList : TransactionType::kLegacy;
}

Result<U256> RequiredNumber(const Value& object, std::string_view key) {
  const Value* value = object.Find(key);
  if (value == nullptr) return Fail(Status::kTxField);
  return ParseQuantity(*value);
}

Result<std::uint64_t> RequiredU64(const Value& object, std::string_view key, std::uint64_t max) {
  PASSPORT_TRY(const U256 number, RequiredNumber(object, key));
  PASSPORT_TRY(const std::uint64_t value, number.ToU64());
  if (value > max) return Fail(Status::kNumberRange);
  return value;
}

// `gas` is JSON-RPC's name, `gasLimit` that of ethers; both only if they agree.
Result<std::uint64_t> ParseGas(const Value& object) {
  const bool has_gas = Has(object, "gas");
  PASSPORT_TRY(const std::uint64_t gas, RequiredU64(object, has_gas ? "gas" : "gasLimit", UINT64_MAX));
  if (has_gas && Has(object, "gasLimit")) {
    PASSPORT_TRY(const std::uint64_t gas_limit, RequiredU64(object, "gasLimit", UINT64_MAX));
    if (gas_limit != gas) return Fail(Status::kTxField);
  }
  return gas;
}

// `data` and `input` are two names of one field; both only if they agree.
Result<Bytes> ParseData(const Value& object) {
  const Value* data = object.Find("data");
  const Value* input = object.Find("input");
  if (data == nullptr && input == nullptr) return Bytes();
  PASSPORT_TRY(Bytes bytes, ParseHexBytes(data != nullptr ? *data : *input));
  if (data != nullptr && input != nullptr) {
    PASSPORT_TRY(const Bytes same, ParseHexBytes(*input));
    if (same != bytes) return Fail(Status::kTxField);
  }
  if (bytes.size() > kDataBytesMax) return Fail(Status::kTooLong);
  return bytes;
}

Result<Address> ParseAddressValue(const Value& value) {
  const auto text = value.AsString();
  if (!text.ok()) return Fail(Status::kTxAddress);
  return ParseAddress(text.value());
}

Result<std::optional<Address>> ParseTo(const Value& object) {
  const Value* to = object.Find("to");
  if (to == nullptr || to->IsNull()) return std::optional<Address>();
  PASSPORT_TRY(const Address address, ParseAddressValue(*to));
  return std::optional<Address>(address);
}

Result<AccessListEntry> ParseAccessListEntry(const Value& item) {
  const Value* address = item.Find("address");
  const Value* storage_keys = item.Find("storageKeys");
  if (address == nullptr || storage_keys == nullptr) return Fail(Status::kTxField);
  PASSPORT_TRY(const auto members, item.AsObject());
  if (members.size() != 2) return Fail(Status::kTxField);
  AccessListEntry entry;
  PASSPORT_TRY(entry.address, ParseAddressValue(*address));
  PASSPORT_TRY(const auto keys, storage_keys->AsArray());
  for (const Value& key : keys) {
    PASSPORT_TRY(const Bytes bytes, ParseHexBytes(key));
    const auto storage_key = ToArray<32>(bytes);
    if (!storage_key.ok()) return Fail(Status::kTxField);
    entry.storage_keys.push_back(storage_key.value());
  }
  return entry;
}

Result<std::vector<AccessListEntry>> ParseAccessList(const Value& object) {
  std::vector<AccessListEntry> entries;
  const Value* list = object.Find("accessList");
  if (list == nullptr) return entries;
  PASSPORT_TRY(const auto items, list->AsArray());
  std::size_t keys = 0;
  for (const Value& item : items) {
    PASSPORT_TRY(AccessListEntry entry, ParseAccessListEntry(item));
    keys += 1 + entry.storage_keys.size();
    if (keys > kAccessListKeysMax) return Fail(Status::kTooLong);
    entries.push_back(std::move(entry));
  }
  return entries;
}

// Fees of another type are refused: the user would believe in a price that is not signed.
Result<Unit> ParseFees(const Value& object, Transaction& tx) {
  if (tx.type == TransactionType::kFeeMarket) {
    if (Has(object, "gasPrice")) return Fail(Status::kTxField);
    PASSPORT_TRY(tx.max_fee_per_gas, RequiredNumber(object, "maxFeePerGas"));
    PASSPORT_TRY(tx.max_priority_fee_per_gas, RequiredNumber(object, "maxPriorityFeePerGas"));
    if (tx.max_priority_fee_per_gas > tx.max_fee_per_gas) return Fail(Status::kTxField);
    return Ok();
  }
  if (Has(object, "maxFeePerGas") || Has(object, "maxPriorityFeePerGas")) return Fail(Status::kTxField);
  PASSPORT_TRY(tx.gas_price, RequiredNumber(object, "gasPrice"));
  return Ok();
}

Result<Unit> ParseChain(const Value& object, Transaction& tx) {
  const bool optional = tx.type == TransactionType::kLegacy;
  if (optional && !Has(object, "chainId")) return Ok();
  PASSPORT_TRY(const std::uint64_t chain_id, RequiredU64(object, "chainId", kChainIdMax));
  // Clients sign chain 0 of a legacy transaction as if there were no chain: replayable by accident.
  if (chain_id == 0) return Fail(Status::kTxField);
  tx.chain_id = chain_id;
  return Ok();
}

}  // namespace

Result<Transaction> ParseTransaction(const Value& object) {
  PASSPORT_TRY_VOID(CheckMembers(object));
  Transaction tx;
  PASSPORT_TRY(tx.type, ParseType(object));
  if (tx.type == TransactionType::kLegacy && Has(object, "accessList")) return Fail(Status::kTxField);
  if (const Value* from = object.Find("from"); from != nullptr) {
    PASSPORT_TRY(tx.from, ParseAddressValue(*from));
  }
  PASSPORT_TRY_VOID(ParseChain(object, tx));
  PASSPORT_TRY(tx.nonce, RequiredU64(object, "nonce", kNonceMax));
  PASSPORT_TRY(tx.gas_limit, ParseGas(object));
  PASSPORT_TRY_VOID(ParseFees(object, tx));
  PASSPORT_TRY(tx.to, ParseTo(object));
  if (Has(object, "value")) {
    PASSPORT_TRY(tx.value, RequiredNumber(object, "value"));
  }
  PASSPORT_TRY(tx.data, ParseData(object));
  PASSPORT_TRY(tx.access_list, ParseAccessList(object));
  return tx;
}

}  // namespace passport::eth
