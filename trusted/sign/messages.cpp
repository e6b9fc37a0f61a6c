#include "trusted/sign/messages.h"

#include "trusted/curve/group.h"
#include "trusted/sharing/encoding.h"

namespace passport::sign {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kPointSize = curve::Secp256k1::kPointSize;

}  // namespace

void Header::Write(Writer& writer, std::uint8_t round) const {
  writer.U8(kVersion).U8(round).U16(from.value).U16(to.value).Raw(ssid).Raw(setup.bytes);
}

Header Header::Read(Reader& reader, std::uint8_t round) {
  if (reader.U8() != kVersion || reader.U8() != round) reader.Reject();
  Header out;
  out.from.value = reader.U16();
  out.to.value = reader.U16();
  out.ssid = reader.Array<32>();
  out.setup.bytes = reader.Array<32>();
  return out;
}

Bytes NonceCommitment::Encode() const {
  Writer writer(Header::kSize + kPayloadSize);
  header.Write(writer, 1);
  writer.Raw(commitment).Raw(extension.Encode());
  return writer.Take();
}

Result<NonceCommitment> NonceCommitment::Parse(ByteSpan input) {
  Reader reader(input);
  NonceCommitment out;
  out.header = Header::Read(reader, 1);
  out.commitment = reader.Array<32>();
  const ByteSpan extension = reader.Raw(ote::ExtensionMessage::kSize);
  if (!reader.Done()) return Fail(Status::kMalformed);
  PASSPORT_TRY(out.extension, ote::ExtensionMessage::Parse(extension));
  return out;
}

Bytes Multiplication::Encode() const {
  Writer writer(Header::kSize + kPayloadSize);
  header.Write(writer, 2);
  writer.Raw(nonce.Encode()).Raw(salt).Raw(public_share.Encode()).Raw(echo).Raw(multiply.Encode());
  writer.Raw(gamma_nonce.Encode()).Raw(gamma_key.Encode()).Raw(psi.Encode());
  return writer.Take();
}

Result<Multiplication> Multiplication::Parse(ByteSpan input) {
  Reader reader(input);
  Multiplication out;
  out.header = Header::Read(reader, 2);
  const ByteSpan nonce = reader.Raw(kPointSize);
  out.salt = reader.Array<32>();
  const ByteSpan public_share = reader.Raw(kPointSize);
  out.echo = reader.Array<32>();
  const ByteSpan multiply = reader.Raw(mul::MultiplyMessage::kSize);
  const ByteSpan gamma_nonce = reader.Raw(kPointSize);
  const ByteSpan gamma_key = reader.Raw(kPointSize);
  out.psi = sharing::ReadScalar(reader);
  if (!reader.Done()) return Fail(Status::kMalformed);
  const auto own = curve::Point::ParsePair(nonce, public_share);
  const auto gammas = curve::Point::ParsePair(gamma_nonce, gamma_key);
  if (!own.ok() || !gammas.ok()) return Fail(Status::kMalformed);
  out.nonce = own.value()[0];
  out.public_share = own.value()[1];
  out.gamma_nonce = gammas.value()[0];
  out.gamma_key = gammas.value()[1];
  PASSPORT_TRY(out.multiply, mul::MultiplyMessage::Parse(multiply));
  return out;
}

Bytes SignatureShare::Encode() const {
  Writer writer;
  writer.U8(kVersion).U8(3).U16(from.value).Raw(ssid).Raw(u.Encode()).Raw(w.Encode());
  return writer.Take();
}

Result<SignatureShare> SignatureShare::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kVersion || reader.U8() != 3) reader.Reject();
  SignatureShare out;
  out.from.value = reader.U16();
  out.ssid = reader.Array<32>();
  out.u = sharing::ReadScalar(reader);
  out.w = sharing::ReadScalar(reader);
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::sign
