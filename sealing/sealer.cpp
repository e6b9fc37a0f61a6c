#include "sealing/sealer.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/crypto/aead.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/hash.h"

namespace passport::sealing {
namespace {

using crypto::SecretBytes;
using crypto::SecretKey32;

constexpr std::string_view kMagic = "SEAL";
constexpr std::uint8_t kFormatVersion = 1;
constexpr std::uint8_t kAlgorithmXChaCha = 1;
constexpr std::size_t kAssociatedBytes = 134;

// Every field of a blob before the nonce, in order.
struct Header {
  std::uint8_t policy = 0;
  std::uint8_t source_mask = 0;
  std::uint32_t svn = 0;
  std::uint32_t key_epoch = 0;
  ByteArray<32> key_id{};
  std::uint16_t type = 0;
  RecordId id;
  std::uint64_t version = 0;
  std::uint64_t head_counter = 0;
  std::uint32_t plaintext_bytes = 0;
  ByteArray<32> commitment{};
};

void EncodeHeader(Writer& writer, const Header& header) {
  writer.Raw(AsBytes(kMagic)).U8(kFormatVersion).U8(kAlgorithmXChaCha);
  writer.U8(header.policy).U8(header.source_mask).U32(header.svn).U32(header.key_epoch).Raw(header.key_id);
  writer.U16(header.type).Raw(header.id.bytes).U64(header.version).U64(header.head_counter);
  writer.U32(header.plaintext_bytes).Raw(header.commitment);
}

Result<Header> ParseHeader(ByteSpan blob) {
  Reader reader(blob);
  if (!Equal(reader.Raw(kMagic.size()), AsBytes(kMagic)) || reader.U8() != kFormatVersion ||
      reader.U8() != kAlgorithmXChaCha)
    return Fail(Status::kUnseal);
  Header header;
  header.policy = reader.U8();
  header.source_mask = reader.U8();
  header.svn = reader.U32();
  header.key_epoch = reader.U32();
  header.key_id = reader.Array<32>();
  header.type = reader.U16();
  header.id.bytes = reader.Array<32>();
  header.version = reader.U64();
  header.head_counter = reader.U64();
  header.plaintext_bytes = reader.U32();
  header.commitment = reader.Array<32>();
  if (reader.failed() || header.plaintext_bytes > kSealPlaintextBytesMax ||
      blob.size() != kSealOverheadBytes + header.plaintext_bytes ||
      (header.policy != static_cast<std::uint8_t>(SealPolicy::kUnique) &&
       header.policy != static_cast<std::uint8_t>(SealPolicy::kProduct)))
    return Fail(Status::kUnseal);
  return header;
}

// One record's own key and its commitment.
struct BlobKey {
  SecretKey32 key;
  ByteArray<32> commitment{};
};

BlobKey DeriveBlobKey(const SecretKey32& policy_key, const ByteArray<32>& key_id, std::uint16_t type) {
  const Bytes info = Writer().Raw(AsBytes("seal1")).U16(type).U8(kAlgorithmXChaCha).Take();
  crypto::Secret<ByteArray<64>> output;
  crypto::HkdfSha256(key_id, policy_key.Expose(), info, output.ExposeMutable());
  BlobKey out;
  std::copy_n(output.Expose().begin(), 32, out.key.ExposeMutable().begin());
  std::copy_n(output.Expose().begin() + 32, 32, out.commitment.begin());
  return out;
}

}  // namespace

Result<RecordHeader> PeekHeader(ByteSpan blob) {
  PASSPORT_TRY(const Header header, ParseHeader(blob));
  return RecordHeader{static_cast<SealPolicy>(header.policy), header.type, header.id, header.version,
                      header.head_counter};
}

Sealer::Sealer(SealingKeys keys) : keys_(std::move(keys)) { PASSPORT_CHECK(keys_.svn <= kSvnMax); }

Bytes Sealer::Seal(const RecordHeader& record, ByteSpan plaintext, crypto::Rng& rng) const {
  PASSPORT_CHECK(plaintext.size() <= kSealPlaintextBytesMax);
  const SecretKey32& policy_key = record.policy == SealPolicy::kUnique ? keys_.unique : keys_.product;
  Header header;
  header.policy = static_cast<std::uint8_t>(record.policy);
  header.source_mask = keys_.source_mask;
  header.svn = keys_.svn;
  header.key_epoch = keys_.key_epoch;
  header.key_id = rng.Array<32>();
  header.type = record.type;
  header.id = record.id;
  header.version = record.version;
  header.head_counter = record.head_counter;
  header.plaintext_bytes = static_cast<std::uint32_t>(plaintext.size());
  const BlobKey blob_key = DeriveBlobKey(policy_key, header.key_id, record.type);
  header.commitment = blob_key.commitment;
  const auto nonce = rng.Array<24>();

  Writer blob;
  EncodeHeader(blob, header);
  const Bytes sealed = crypto::SealXChaCha(blob_key.key.Expose(), nonce, blob.bytes(), plaintext);
  return blob.Raw(nonce).Raw(sealed).Take();
}

Result<UnsealedRecord> Sealer::Unseal(std::uint16_t type, const RecordId& id, ByteSpan blob) const {
  PASSPORT_TRY(const Header header, ParseHeader(blob));
  const bool unique = header.policy == static_cast<std::uint8_t>(SealPolicy::kUnique);
  if (header.type != type || header.id != id || header.source_mask != keys_.source_mask ||
      header.key_epoch != keys_.key_epoch || header.svn > keys_.svn || (unique && header.svn != keys_.svn))
    return Fail(Status::kUnseal);
  const BlobKey blob_key =
      DeriveBlobKey(unique ? keys_.unique.Clone() : ProductKey(header.svn), header.key_id, header.type);
  if (!crypto::EqualCt(blob_key.commitment, header.commitment)) return Fail(Status::kUnseal);
  Reader rest(blob.subspan(kAssociatedBytes));
  const auto nonce = rest.Array<24>();
  auto plaintext = crypto::OpenXChaCha(blob_key.key.Expose(), nonce, blob.first(kAssociatedBytes),
                                       rest.Raw(rest.remaining()));
  if (!plaintext.ok()) return Fail(Status::kUnseal);
  return UnsealedRecord{std::move(plaintext).value(), header.version, header.head_counter, header.svn};
}

SecretKey32 Sealer::IndexKey(std::uint32_t svn) const {
  SecretKey32 key;
  crypto::HkdfSha256({}, ProductKey(svn).Expose(), AsBytes("seal1 index"), key.ExposeMutable());
  return key;
}

SecretKey32 Sealer::ProductKey(std::uint32_t svn) const {
  PASSPORT_CHECK(svn <= keys_.svn);
  return LowerSvnKey(keys_.product, keys_.svn - svn);
}

}  // namespace passport::sealing
