// Encodes transactions, unsigned for the digest and signed for the chain.
#include "trusted/eth/transaction.h"

#include <array>
#include <string_view>

#include "trusted/crypto/hash.h"
#include "trusted/eth/rlp.h"

namespace passport::eth {
namespace {

RlpList AccessListRlp(const std::vector<AccessListEntry>& entries) {
  RlpList list;
  for (const AccessListEntry& entry : entries) {
    RlpList keys;
    for (const Hash32& key : entry.storage_keys) keys.AddBytes(key);
    list.AddList(RlpList().AddBytes(entry.address.bytes).AddList(keys));
  }
  return list;
}

RlpList AuthorizationRlp(const Authorization& authorization) {
  return RlpList()
      .AddUint(authorization.chain_id)
      .AddBytes(authorization.address.bytes)
      .AddUint(authorization.nonce);
}

// nonce, fees, gas, to, value, data: the order is that of each type's EIP; legacy differs only in lacking the
// chain first.
void AddBody(RlpList& list, const Transaction& tx) {
  list.AddUint(tx.nonce);
  if (tx.type >= TransactionType::kFeeMarket) {
    list.AddUint(tx.max_priority_fee_per_gas).AddUint(tx.max_fee_per_gas);
  } else {
    list.AddUint(tx.gas_price);
  }
  list.AddUint(tx.gas_limit);
  list.AddBytes(tx.to ? ByteSpan(tx.to->bytes) : ByteSpan());
  list.AddUint(tx.value).AddBytes(tx.data);
}

void AddSignature(RlpList& list, std::uint64_t v, const SignatureValues& signature) {
  list.AddUint(v).AddUint(U256{signature.r}).AddUint(U256{signature.s});
}

// EIP-155: the chain takes the signature's place in what is signed, and moves into v in what is sent.
Bytes EncodeLegacy(const Transaction& tx, const SignatureValues* signature) {
  RlpList list;
  AddBody(list, tx);
  if (signature != nullptr) {
    const std::uint64_t base = tx.chain_id ? 35 + 2 * *tx.chain_id : 27;
    AddSignature(list, base + signature->y_parity, *signature);
  } else if (tx.chain_id) {
    list.AddUint(*tx.chain_id).AddUint(0).AddUint(0);
  }
  return list.Encode();
}

// What a type has after the access list: EIP-4844, EIP-7702.
void AddTail(RlpList& list, const Transaction& tx) {
  if (tx.type == TransactionType::kBlob) {
    RlpList hashes;
    for (const Hash32& hash : tx.blob_versioned_hashes) hashes.AddBytes(hash);
    list.AddUint(tx.max_fee_per_blob_gas).AddList(hashes);
  }
  if (tx.type != TransactionType::kSetCode) return;
  RlpList authorizations;
  for (const SignedAuthorization& one : tx.authorization_list) {
    RlpList item = AuthorizationRlp(one.authorization);
    AddSignature(item, one.signature.y_parity, one.signature);
    authorizations.AddList(item);
  }
  list.AddList(authorizations);
}

// EIP-2718: the type byte and a list; EIP-2930, 1559, 4844 and 7702 for what is in it.
Bytes EncodeTyped(const Transaction& tx, const SignatureValues* signature) {
  PASSPORT_CHECK(tx.chain_id.has_value());
  RlpList list;
  list.AddUint(*tx.chain_id);
  AddBody(list, tx);
  list.AddList(AccessListRlp(tx.access_list));
  AddTail(list, tx);
  if (signature != nullptr) AddSignature(list, signature->y_parity, *signature);
  Bytes out = {static_cast<std::uint8_t>(tx.type)};
  Append(out, list.Encode());
  return out;
}

Bytes Encode(const Transaction& tx, const SignatureValues* signature) {
  return tx.type == TransactionType::kLegacy ? EncodeLegacy(tx, signature) : EncodeTyped(tx, signature);
}

}  // namespace

// keccak256(0x05 || rlp([chain_id, address, nonce])).
Digest Authorization::SigningDigest() const {
  Bytes signed_bytes = {0x05};
  Append(signed_bytes, AuthorizationRlp(*this).Encode());
  return {crypto::HashKeccak256(signed_bytes)};
}

Digest Transaction::SigningDigest() const { return {crypto::HashKeccak256(Encode(*this, nullptr))}; }

Bytes Transaction::EncodeSigned(const SignatureValues& signature) const {
  PASSPORT_CHECK(signature.y_parity <= 1);
  return Encode(*this, &signature);
}

}  // namespace passport::eth
