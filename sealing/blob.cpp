#include "sealing/blob.h"

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

void EncodeHeader(Writer& writer, const BlobHeader& header) {
  writer.Raw(AsBytes(kMagic)).U8(kFormatVersion).U8(kAlgorithmXChaCha);
  writer.U8(static_cast<std::uint8_t>(header.policy)).U8(header.source_mask);
  writer.U32(header.svn).U32(header.key_epoch).Raw(header.key_id);
  writer.U16(header.type).Raw(header.id.bytes).U64(header.version).U64(header.head_counter);
  writer.U32(header.plaintext_bytes).Raw(header.commitment);
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

Bytes SealBlob(const SecretKey32& policy_key, BlobHeader header, ByteSpan plaintext, crypto::Rng& rng) {
  PASSPORT_CHECK(plaintext.size() <= kSealPlaintextBytesMax);
  header.key_id = rng.Array<32>();
  header.plaintext_bytes = static_cast<std::uint32_t>(plaintext.size());
  const BlobKey blob_key = DeriveBlobKey(policy_key, header.key_id, header.type);
  header.commitment = blob_key.commitment;
  const auto nonce = rng.Array<24>();

  Writer blob;
  EncodeHeader(blob, header);
  const Bytes sealed = crypto::SealXChaCha(blob_key.key.Expose(), nonce, blob.bytes(), plaintext);
  return blob.Raw(nonce).Raw(sealed).Take();
}

Result<BlobHeader> ParseBlob(ByteSpan blob) {
  Reader reader(blob);
  if (!Equal(reader.Raw(kMagic.size()), AsBytes(kMagic)) || reader.U8() != kFormatVersion ||
      reader.U8() != kAlgorithmXChaCha)
    return Fail(Status::kUnseal);
  BlobHeader header;
  const std::uint8_t policy = reader.U8();
  header.policy = static_cast<SealPolicy>(policy);
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
      policy < static_cast<std::uint8_t>(SealPolicy::kUnique) ||
      policy > static_cast<std::uint8_t>(SealPolicy::kQuorum))
    return Fail(Status::kUnseal);
  return header;
}

Result<SecretBytes> OpenBlob(const SecretKey32& policy_key, const BlobHeader& header, ByteSpan blob) {
  const BlobKey blob_key = DeriveBlobKey(policy_key, header.key_id, header.type);
  if (!crypto::EqualCt(blob_key.commitment, header.commitment)) return Fail(Status::kUnseal);
  Reader rest(blob.subspan(kAssociatedBytes));
  const auto nonce = rest.Array<24>();
  auto plaintext = crypto::OpenXChaCha(blob_key.key.Expose(), nonce, blob.first(kAssociatedBytes),
                                       rest.Raw(rest.remaining()));
  if (!plaintext.ok()) return Fail(Status::kUnseal);
  return std::move(plaintext).value();
}

}  // namespace passport::sealing
