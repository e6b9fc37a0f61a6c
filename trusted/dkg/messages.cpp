#include "trusted/dkg/messages.h"

#include "trusted/sharing/encoding.h"
#include "trusted/sharing/quorum.h"

namespace passport::dkg {
namespace {

constexpr std::uint8_t kVersion = 1;

void WriteHeader(Writer& writer, const Header& header, std::uint8_t round) {
  writer.U8(kVersion).U8(round).U16(header.from.value).Raw(header.context);
}

Header ReadHeader(Reader& reader, std::uint8_t round) {
  if (reader.U8() != kVersion || reader.U8() != round) reader.Reject();
  Header out;
  out.from.value = reader.U16();
  out.context = reader.Array<32>();
  return out;
}

std::vector<proof::DlogProof> ReadProofs(Reader& reader) {
  const std::uint16_t count = reader.U16();
  if (count > sharing::kPartiesMax) reader.Reject();
  std::vector<proof::DlogProof> out;
  while (!reader.failed() && out.size() < count) out.push_back(proof::DlogProof::Read(reader));
  return out;
}

}  // namespace

bool Proposal::IsValid() const {
  return curve == sharing::kCurveSecp256k1 && n <= sharing::kPartiesMax && t >= 2 && t <= n &&
         dealers.size() >= t && sharing::IsPartySet(dealers, n);
}

Hash32 Proposal::Context() const { return crypto::TaggedHash(crypto::tag::kSetup, Hash32{}, {digest}); }

Bytes Commitment::Encode() const {
  Writer writer;
  WriteHeader(writer, header, 1);
  writer.Raw(commitment).Raw(nonce);
  return writer.Take();
}

Result<Commitment> Commitment::Parse(ByteSpan input) {
  Reader reader(input);
  Commitment out;
  out.header = ReadHeader(reader, 1);
  out.commitment = reader.Array<32>();
  out.nonce = reader.Array<32>();
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes OpeningBroadcast::Encode() const {
  PASSPORT_CHECK(proofs.size() <= sharing::kPartiesMax);
  Writer writer;
  WriteHeader(writer, header, 2);
  sharing::WritePoints(writer, coefficients);
  writer.Raw(chain_code_part).Raw(salt);
  writer.U16(static_cast<std::uint16_t>(proofs.size()));
  for (const proof::DlogProof& proof : proofs) proof.Write(writer);
  writer.Raw(echo);
  return writer.Take();
}

crypto::SecretBytes Opening::EncodeSecret() const { return sharing::AppendSecret(broadcast.Encode(), share); }

Result<Opening> Opening::Parse(ByteSpan input) {
  Reader reader(input);
  Opening out;
  out.broadcast.header = ReadHeader(reader, 2);
  out.broadcast.coefficients = sharing::ReadPoints(reader);
  out.broadcast.chain_code_part = reader.Array<32>();
  out.broadcast.salt = reader.Array<32>();
  out.broadcast.proofs = ReadProofs(reader);
  out.broadcast.echo = reader.Array<32>();
  out.share = curve::SecretScalar(sharing::ReadScalar(reader));
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes Confirmation::Encode() const {
  Writer writer;
  WriteHeader(writer, header, 3);
  writer.Raw(digest);
  proof.Write(writer);
  writer.Raw(signature);
  return writer.Take();
}

Result<Confirmation> Confirmation::Parse(ByteSpan input) {
  Reader reader(input);
  Confirmation out;
  out.header = ReadHeader(reader, 3);
  out.digest = reader.Array<32>();
  out.proof = proof::DlogProof::Read(reader);
  out.signature = reader.Array<64>();
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::dkg
