// One SEAL1 blob as bytes: header, the key of one record, sealing and opening under a policy key. For the
// files of this folder; others use Sealer or QuorumSealer.
#pragma once

#include "edl/base/bytes.h"
#include "edl/base/ids.h"
#include "trusted/crypto/rng.h"
#include "trusted/crypto/secret.h"

namespace passport::sealing {

// SEAL1, integers little endian. Bytes 0 to 133 are the associated data of the AEAD.
//   offset  bytes
//        0      4  magic "SEAL"
//        4      1  version: 1
//        5      1  algorithm: 1 = XChaCha20-Poly1305
//        6      1  policy: SealPolicy
//        7      1  source mask: where the root key came from, one bit per source (boundary.md 4.2); 0: QUORUM
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
  kQuorum = 3,   // a key that k of n operators have shares of (quorum.h): leaves the machine
};

// Every field before the nonce that is not fixed.
struct BlobHeader {
  SealPolicy policy = SealPolicy::kProduct;
  std::uint8_t source_mask = 0;
  std::uint32_t svn = 0;
  std::uint32_t key_epoch = 0;
  ByteArray<32> key_id{};  // SealBlob draws it
  std::uint16_t type = 0;
  RecordId id;
  std::uint64_t version = 0;
  std::uint64_t head_counter = 0;
  std::uint32_t plaintext_bytes = 0;  // SealBlob fills it in, and the commitment
  ByteArray<32> commitment{};
};

// plaintext.size() <= kSealPlaintextBytesMax.
Bytes SealBlob(const crypto::SecretKey32& policy_key, BlobHeader header, ByteSpan plaintext,
               crypto::Rng& rng);
// What a blob claims, unverified. kUnseal if it is no SEAL1 blob of consistent size.
Result<BlobHeader> ParseBlob(ByteSpan blob);
// The content of a blob with this header. kUnseal unless the key and every byte are those it was sealed with.
Result<crypto::SecretBytes> OpenBlob(const crypto::SecretKey32& policy_key, const BlobHeader& header,
                                     ByteSpan blob);

}  // namespace passport::sealing
