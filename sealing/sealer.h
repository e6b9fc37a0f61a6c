// Sealer: encrypts one record for the disk of a host that is not trusted (format SEAL1, boundary.md 4.3).
#pragma once

#include "edl/base/bytes.h"
#include "edl/base/ids.h"
#include "sealing/svn_chain.h"
#include "trusted/crypto/rng.h"
#include "trusted/crypto/secret.h"

namespace passport::sealing {

// SEAL1, integers little endian. Bytes 0 to 133 are the associated data of the AEAD.
//   offset  bytes
//        0      4  magic "SEAL"
//        4      1  version: 1
//        5      1  algorithm: 1 = XChaCha20-Poly1305
//        6      1  policy: SealPolicy
//        7      1  source mask: where the root key came from, one bit per source (boundary.md 4.2)
//        8      4  security version (svn) of the sealing enclave
//       12      4  key epoch
//       16     32  key id, random: the salt of this record's own key
//       48      2  record type
//       50     32  record id
//       82      8  record version
//       90      8  counter of the head that the record was written under
//       98      4  plaintext bytes
//      102     32  key commitment
//      134     24  nonce, random
//      158      n  ciphertext
//    158+n     16  tag
// HKDF-SHA256(key of the policy, salt = key id, info = "seal1" || LE16 record type || algorithm) gives 64
// bytes: the AEAD key, then the commitment, which makes a record open under one key only.
inline constexpr std::size_t kSealHeaderBytes = 158;
inline constexpr std::size_t kSealOverheadBytes = kSealHeaderBytes + 16;
inline constexpr std::size_t kSealedBytesMax = 131072;  // `record` of put and fetched in edl/
inline constexpr std::size_t kSealPlaintextBytesMax = kSealedBytesMax - kSealOverheadBytes;

enum class SealPolicy : std::uint8_t {
  kUnique = 1,   // this enclave image only
  kProduct = 2,  // this product at this svn or a higher one: survives upgrades
};

enum SealSource : std::uint8_t { kSourceKeyfile = 1, kSourceTpm2 = 2 };

// What the launcher gives an enclave at start.
struct SealingKeys {
  crypto::SecretKey32 unique;
  crypto::SecretKey32 product;  // of `svn`
  std::uint32_t svn = 0;        // at most kSvnMax
  std::uint8_t source_mask = kSourceKeyfile;
  std::uint32_t key_epoch = 0;
};

// What a record is, apart from its content. All of it is authenticated, none of it is secret.
struct RecordHeader {
  SealPolicy policy = SealPolicy::kProduct;
  std::uint16_t type = 0;
  RecordId id;
  std::uint64_t version = 0;
  std::uint64_t head_counter = 0;
  bool operator==(const RecordHeader&) const = default;
};

struct UnsealedRecord {
  crypto::SecretBytes plaintext;
  std::uint64_t version = 0;
  std::uint64_t head_counter = 0;
  std::uint32_t svn = 0;  // below the sealer's own: seal it again
};

// The header that a blob claims, unverified. kUnseal if it is no SEAL1 blob of consistent size.
Result<RecordHeader> PeekHeader(ByteSpan blob);

class Sealer {
 public:
  explicit Sealer(SealingKeys keys);

  // plaintext.size() + kSealOverheadBytes bytes; plaintext.size() <= kSealPlaintextBytesMax.
  Bytes Seal(const RecordHeader& header, ByteSpan plaintext, crypto::Rng& rng) const;
  // Opens a blob that must be of this type and id. kUnseal for any failure: the host learns nothing from
  // which.
  Result<UnsealedRecord> Unseal(std::uint16_t type, const RecordId& id, ByteSpan blob) const;

  // The key of the record index (head.h) as an enclave of `svn` has it; svn <= own svn.
  crypto::SecretKey32 IndexKey(std::uint32_t svn) const;
  std::uint32_t svn() const { return keys_.svn; }

 private:
  crypto::SecretKey32 ProductKey(std::uint32_t svn) const;
  SealingKeys keys_;
};

}  // namespace passport::sealing
