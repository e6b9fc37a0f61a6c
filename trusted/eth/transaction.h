// Transactions that eth_signTransaction signs: legacy (EIP-155), EIP-2930, EIP-1559, EIP-4844 and EIP-7702.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "edl/base/ids.h"
#include "trusted/eth/address.h"
#include "trusted/eth/quantity.h"
#include "trusted/json/json.h"

namespace passport::eth {

enum class TransactionType : std::uint8_t {
  kLegacy = 0,
  kAccessList = 1,
  kFeeMarket = 2,
  kBlob = 3,
  kSetCode = 4,
};

struct AccessListEntry {
  Address address;
  std::vector<Hash32> storage_keys;
};

// A signature as curve::EcdsaSignature yields it: r and s big endian, and the parity of R's y coordinate (0
// or 1).
struct SignatureValues {
  Hash32 r{};
  Hash32 s{};
  std::uint8_t y_parity = 0;
};

// EIP-7702: what an account signs so that code at an address acts for it. Chain 0 is every chain.
struct Authorization {
  std::uint64_t chain_id = 0;
  Address address;
  std::uint64_t nonce = 0;

  Digest SigningDigest() const;
};

// One that its account has signed, as a transaction carries it.
struct SignedAuthorization {
  Authorization authorization;
  SignatureValues signature;
};

// A parsed transaction; its members are the facts that policy judges.
struct Transaction {
  TransactionType type = TransactionType::kLegacy;
  std::optional<Address> from;            // as the client stated; the caller compares it with the account
  std::optional<std::uint64_t> chain_id;  // only a legacy transaction may lack it: valid on every chain
  std::uint64_t nonce = 0;
  std::uint64_t gas_limit = 0;
  U256 gas_price;                 // types 0 and 1
  U256 max_fee_per_gas;           // types 2 to 4
  U256 max_priority_fee_per_gas;  // types 2 to 4
  std::optional<Address> to;      // none: the transaction creates a contract
  U256 value;
  Bytes data;
  std::vector<AccessListEntry> access_list;  // types 1 to 4
  U256 max_fee_per_blob_gas;                 // type 3
  std::vector<Hash32> blob_versioned_hashes;
  std::vector<SignedAuthorization> authorization_list;  // type 4

  bool CreatesContract() const { return !to.has_value(); }
  bool SetsCode() const { return type == TransactionType::kSetCode; }

  // What a signature of this transaction signs.
  Digest SigningDigest() const;
  // The raw transaction for eth_sendRawTransaction: EIP-2718 type byte (unless legacy) and RLP. Of a blob
  // transaction that is its payload: the client wraps it with the blobs, which nobody signs.
  Bytes EncodeSigned(const SignatureValues& signature) const;
};

// The object that eth_signTransaction carries (wire-api.md 10). An absent type is inferred as viem and ethers
// do; nonce, gas and fees must be present, value and data default to nothing. kTxType: a type that is not one
// of the five, or not inferable. kTxField: unknown, missing, contradicting or misplaced members, and blobs.
// kTxAddress, and the number errors of ParseQuantity, for bad values. kTooLong: too much data or too long an
// access list.
Result<Transaction> ParseTransaction(const json::Value& object);

// The object {address, chainId, nonce}, exactly. kTxField, kTxAddress, and the errors of numbers.
Result<Authorization> ParseAuthorization(const json::Value& object);

}  // namespace passport::eth
