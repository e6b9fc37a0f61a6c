#include "trusted/reshare/notice.h"

#include "edl/base/parties.h"
#include "trusted/crypto/tagged_hash.h"
#include "trusted/sharing/encoding.h"

namespace passport::reshare {
namespace {

constexpr std::uint8_t kVersion = 1;

}  // namespace

void WriteSignatures(Writer& writer, const Signatures& signatures) {
  PASSPORT_CHECK(signatures.size() <= sharing::kPartiesMax);
  writer.U16(static_cast<std::uint16_t>(signatures.size()));
  for (const auto& [party, signature] : signatures) writer.U16(party.value).Raw(signature);
}

Signatures ReadSignatures(Reader& reader) {
  const std::uint16_t count = reader.U16();
  if (count > sharing::kPartiesMax) reader.Reject();
  Signatures out;
  PartyIndex last;
  while (!reader.failed() && out.size() < count) {
    const PartyIndex party = ReadPartyAbove(reader, last);
    out[party] = reader.Array<64>();
  }
  return out;
}

Bytes Notice::Encode() const {
  Writer writer;
  writer.U8(kVersion).Raw(key.bytes).U64(epoch);
  WriteSignatures(writer, confirmations);
  WriteSignatures(writer, aborts);
  return writer.Take();
}

Result<Notice> Notice::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kVersion) return Fail(Status::kMalformed);
  Notice out;
  out.key.bytes = reader.Array<32>();
  out.epoch = reader.U64();
  out.confirmations = ReadSignatures(reader);
  out.aborts = ReadSignatures(reader);
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

Hash32 AbortDigest(const KeyId& key, std::uint64_t epoch) {
  return crypto::TaggedHash(crypto::tag::kReshareAbort, key.bytes, {crypto::Le64(epoch)});
}

}  // namespace passport::reshare
