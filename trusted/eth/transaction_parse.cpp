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
constexpr std::size_t kBlobsMax = 32;             // far above what a block may have
constexpr std::size_t kAuthorizationsMax = 64;
constexpr std::uint8_t kBlobVersion = 1;  // first byte of a versioned hash (EIP-4844)

constexpr auto kMembers = std::to_array<std::string_view>(
    {"accessList", "authorizationList", "blobVersionedHashes", "chainId", "data", "from", "gas", "gasLimit",
     "gasPrice", "input", "maxFeePerBlobGas", "maxFeePerGas", "maxPriorityFeePerGas", "nonce", "to", "type",
     "value"});

Result<Unit> CheckMembers(const Value& object) {
  PASSPORT_TRY(const auto members, object.AsObject());
  for (const json::Member& member : members) {
    if (std::find(kMembers.begin(), kMembers.end(), member.key) == kMembers.end())
      return Fail(Status::kTxField);
  }
  return Ok();
}

bool Has(const Value& object, std::string_view key) { return object.Find(key) != nullptr; }

// A stated type, else what viem and ethers infer from the members (wire-api.md 10).
Result<TransactionType> ParseType(const Value& object) {
  if (const Value* stated = object.Find("type"); stated != nullptr) {
    const auto number = ParseQuantity(*stated);
    if (!number.ok() || number.value() > U256::From(4)) return Fail(Status::kTxType);
    return static_cast<TransactionType>(number.value().bytes[31]);
  }
  if (Has(object, "authorizationList")) return TransactionType::kSetCode;
  if (Has(object, "blobVersionedHashes") || Has(object, "maxFeePerBlobGas")) return TransactionType::kBlob;
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
  if (tx.type >= TransactionType::kFeeMarket) {
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

Result<Unit> ParseBlobs(const Value& object, Transaction& tx) {
  if (tx.type != TransactionType::kBlob) {
    if (Has(object, "blobVersionedHashes") || Has(object, "maxFeePerBlobGas")) return Fail(Status::kTxField);
    return Ok();
  }
  PASSPORT_TRY(tx.max_fee_per_blob_gas, RequiredNumber(object, "maxFeePerBlobGas"));
  const Value* list = object.Find("blobVersionedHashes");
  if (list == nullptr) return Fail(Status::kTxField);
  PASSPORT_TRY(const auto items, list->AsArray());
  if (items.empty()) return Fail(Status::kTxField);
  if (items.size() > kBlobsMax) return Fail(Status::kTooLong);
  for (const Value& item : items) {
    PASSPORT_TRY(const Bytes bytes, ParseHexBytes(item));
    const auto hash = ToArray<32>(bytes);
    if (!hash.ok() || hash.value()[0] != kBlobVersion) return Fail(Status::kTxField);
    tx.blob_versioned_hashes.push_back(hash.value());
  }
  return Ok();
}

Result<Authorization> ReadAuthorization(const Value& object) {
  Authorization out;
  PASSPORT_TRY(out.chain_id, RequiredU64(object, "chainId", kChainIdMax));
  PASSPORT_TRY(out.nonce, RequiredU64(object, "nonce", kNonceMax));
  const Value* address = object.Find("address");
  if (address == nullptr) return Fail(Status::kTxField);
  PASSPORT_TRY(out.address, ParseAddressValue(*address));
  return out;
}

// As viem writes it. Whether the signature is anybody's is the chain's business: it skips those that are not.
Result<SignedAuthorization> ParseSignedAuthorization(const Value& item) {
  PASSPORT_TRY(const auto members, item.AsObject());
  if (members.size() != 6) return Fail(Status::kTxField);
  SignedAuthorization out;
  PASSPORT_TRY(out.authorization, ReadAuthorization(item));
  PASSPORT_TRY(const U256 r, RequiredNumber(item, "r"));
  PASSPORT_TRY(const U256 s, RequiredNumber(item, "s"));
  PASSPORT_TRY(const std::uint64_t parity, RequiredU64(item, "yParity", 1));
  out.signature = {r.bytes, s.bytes, static_cast<std::uint8_t>(parity)};
  return out;
}

Result<Unit> ParseAuthorizations(const Value& object, Transaction& tx) {
  const Value* list = object.Find("authorizationList");
  if (tx.SetsCode() != (list != nullptr)) return Fail(Status::kTxField);
  if (list == nullptr) return Ok();
  PASSPORT_TRY(const auto items, list->AsArray());
  if (items.empty()) return Fail(Status::kTxField);
  if (items.size() > kAuthorizationsMax) return Fail(Status::kTooLong);
  for (const Value& item : items) {
    PASSPORT_TRY(SignedAuthorization one, ParseSignedAuthorization(item));
    tx.authorization_list.push_back(one);
  }
  return Ok();
}

}  // namespace

Result<Authorization> ParseAuthorization(const Value& object) {
  PASSPORT_TRY(const auto members, object.AsObject());
  if (members.size() != 3) return Fail(Status::kTxField);
  return ReadAuthorization(object);
}

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
  // EIP-4844 and EIP-7702: these types create no contract.
  if (tx.CreatesContract() && tx.type >= TransactionType::kBlob) return Fail(Status::kTxField);
  if (Has(object, "value")) {
    PASSPORT_TRY(tx.value, RequiredNumber(object, "value"));
  }
  PASSPORT_TRY(tx.data, ParseData(object));
  PASSPORT_TRY(tx.access_list, ParseAccessList(object));
  PASSPORT_TRY_VOID(ParseBlobs(object, tx));
  PASSPORT_TRY_VOID(ParseAuthorizations(object, tx));
  return tx;
}

}  // namespace passport::eth
