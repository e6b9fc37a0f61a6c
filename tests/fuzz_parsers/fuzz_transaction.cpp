// Any JSON as a transaction: what is taken keeps the rules of its type, and its digest does not hang on its
// notation.
#include "trusted/eth/transaction.h"

#include "trusted/json/json.h"
#include "trusted/json/write.h"

using namespace passport;

namespace {

std::string Quantity(std::uint64_t value) { return json::Quote(eth::ToQuantityText(eth::U256::From(value))); }
std::string Quantity(const eth::U256& value) { return json::Quote(eth::ToQuantityText(value)); }
std::string HexText(ByteSpan bytes) { return json::Quote("0x" + ToHex(bytes)); }

std::string AccessList(const eth::Transaction& tx) {
  std::vector<std::string> entries;
  for (const eth::AccessListEntry& entry : tx.access_list) {
    std::vector<std::string> keys;
    for (const Hash32& key : entry.storage_keys) keys.push_back(HexText(key));
    json::ObjectWriter writer;
    writer.Raw("storageKeys", json::ArrayOf(keys)).Raw("address", HexText(entry.address.bytes));
    entries.push_back(writer.Finish());
  }
  return json::ArrayOf(entries);
}

std::string Hashes(const std::vector<Hash32>& hashes) {
  std::vector<std::string> items;
  for (const Hash32& hash : hashes) items.push_back(HexText(hash));
  return json::ArrayOf(items);
}

std::string Authorizations(const eth::Transaction& tx) {
  std::vector<std::string> items;
  for (const eth::SignedAuthorization& one : tx.authorization_list) {
    items.push_back(json::ObjectWriter()
                        .Raw("yParity", Quantity(one.signature.y_parity))
                        .Raw("s", Quantity(eth::U256{one.signature.s}))
                        .Raw("r", Quantity(eth::U256{one.signature.r}))
                        .Raw("nonce", Quantity(one.authorization.nonce))
                        .Raw("chainId", Quantity(one.authorization.chain_id))
                        .Raw("address", HexText(one.authorization.address.bytes))
                        .Finish());
  }
  return json::ArrayOf(items);
}

// The transaction in one notation: every member present, the type stated.
std::string Canonical(const eth::Transaction& tx) {
  json::ObjectWriter writer;
  writer.U64("type", static_cast<std::uint64_t>(tx.type))
      .Raw("nonce", Quantity(tx.nonce))
      .Raw("gas", Quantity(tx.gas_limit))
      .Raw("value", Quantity(tx.value))
      .Raw("input", HexText(tx.data))
      .Raw("to", tx.to ? json::Quote(eth::ToChecksumText(*tx.to)) : "null");
  if (tx.chain_id) writer.Raw("chainId", Quantity(*tx.chain_id));
  if (tx.type >= eth::TransactionType::kFeeMarket) {
    writer.Raw("maxFeePerGas", Quantity(tx.max_fee_per_gas));
    writer.Raw("maxPriorityFeePerGas", Quantity(tx.max_priority_fee_per_gas));
  } else {
    writer.Raw("gasPrice", Quantity(tx.gas_price));
  }
  if (tx.type != eth::TransactionType::kLegacy) writer.Raw("accessList", AccessList(tx));
  if (tx.type == eth::TransactionType::kBlob) {
    writer.Raw("maxFeePerBlobGas", Quantity(tx.max_fee_per_blob_gas));
    writer.Raw("blobVersionedHashes", Hashes(tx.blob_versioned_hashes));
  }
  if (tx.SetsCode()) writer.Raw("authorizationList", Authorizations(tx));
  return writer.Finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = json::Parse(ByteSpan(data, size));
  if (!value.ok()) return 0;
  const auto tx = eth::ParseTransaction(value.value());
  if (!tx.ok()) return 0;
  const bool legacy = tx.value().type == eth::TransactionType::kLegacy;
  PASSPORT_CHECK(legacy || tx.value().chain_id.has_value());
  PASSPORT_CHECK(!legacy || tx.value().access_list.empty());
  PASSPORT_CHECK(tx.value().chain_id != 0u);
  PASSPORT_CHECK(tx.value().type < eth::TransactionType::kBlob || !tx.value().CreatesContract());
  const Bytes encoded = tx.value().EncodeSigned({.r = {1}, .s = {2}, .y_parity = 1});
  PASSPORT_CHECK(legacy ? encoded[0] >= 0xc0 : encoded[0] == static_cast<std::uint8_t>(tx.value().type));

  const auto canonical =
      json::Parse(Canonical(tx.value()), {.text_bytes_max = 1 << 20, .string_bytes_max = 1 << 19});
  const auto again = eth::ParseTransaction(canonical.value());
  PASSPORT_CHECK(again.ok());
  PASSPORT_CHECK(again.value().SigningDigest() == tx.value().SigningDigest());
  return 0;
}
