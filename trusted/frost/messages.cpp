#include "trusted/frost/messages.h"

#include "trusted/curve/ed25519.h"
#include "trusted/sharing/encoding.h"

namespace passport::frost {
namespace {

constexpr std::uint8_t kVersion = 1;

void WriteHeader(Writer& writer, const Header& header, std::uint8_t round) {
  writer.U8(kVersion).U8(round).U16(header.from.value).Raw(header.ssid);
}

Header ReadHeader(Reader& reader, std::uint8_t round) {
  if (reader.U8() != kVersion || reader.U8() != round) reader.Reject();
  Header out;
  out.from.value = reader.U16();
  out.ssid = reader.Array<32>();
  return out;
}

}  // namespace

template <curve::Group G>
Bytes NonceCommitmentOf<G>::Encode() const {
  Writer writer;
  WriteHeader(writer, header, 1);
  writer.Raw(hiding.Encode()).Raw(binding.Encode());
  return writer.Take();
}

template <curve::Group G>
Result<NonceCommitmentOf<G>> NonceCommitmentOf<G>::Parse(ByteSpan input) {
  Reader reader(input);
  NonceCommitmentOf out;
  out.header = ReadHeader(reader, 1);
  out.hiding = sharing::ReadPoint<G>(reader);
  out.binding = sharing::ReadPoint<G>(reader);
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

template <curve::Group G>
Bytes SignatureShareOf<G>::Encode() const {
  Writer writer;
  WriteHeader(writer, header, 2);
  writer.Raw(echo).Raw(share.Encode());
  return writer.Take();
}

template <curve::Group G>
Result<SignatureShareOf<G>> SignatureShareOf<G>::Parse(ByteSpan input) {
  Reader reader(input);
  SignatureShareOf out;
  out.header = ReadHeader(reader, 2);
  out.echo = reader.Array<32>();
  out.share = sharing::ReadScalar<G>(reader);
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

template struct NonceCommitmentOf<curve::Ed25519>;
template struct NonceCommitmentOf<curve::Secp256k1>;
template struct SignatureShareOf<curve::Ed25519>;
template struct SignatureShareOf<curve::Secp256k1>;

}  // namespace passport::frost
