#include "trusted/sign/defence.h"

#include "trusted/sharing/encoding.h"

namespace passport::sign {
namespace {

constexpr std::uint8_t kVersion = 2;

void WriteExchange(Writer& writer, const Exchanged& exchanged) {
  for (const SignedShown* word : {&exchanged.sent, &exchanged.received}) {
    word->shown.Write(writer);
    writer.Raw(word->signature);
  }
}

SignedShown ReadSigned(Reader& reader) {
  SignedShown out{Shown::Read(reader), {}};
  out.signature = reader.Array<64>();
  return out;
}

// By counterparty, rising; each the receiver of one word and the sender of the other.
Exchanges ReadExchanges(Reader& reader) {
  const std::uint16_t count = reader.U16();
  if (count > sharing::kPartiesMax) reader.Reject();
  Exchanges out;
  while (!reader.failed() && out.size() < count) {
    SignedShown sent = ReadSigned(reader);
    SignedShown received = ReadSigned(reader);
    const PartyIndex peer = sent.shown.header.to;
    const bool rises = out.empty() || out.rbegin()->first < peer;
    if (!rises || received.shown.header.from != peer) reader.Reject();
    out.emplace(peer, Exchanged{sent, received});
  }
  return out;
}

// All fields but the signature.
Bytes Body(const Defence& defence) {
  Writer writer;
  writer.U8(kVersion);
  defence.own.Write(writer);
  defence.proof.Write(writer);
  writer.U16(static_cast<std::uint16_t>(defence.exchanges.size()));
  for (const auto& [peer, exchanged] : defence.exchanges) WriteExchange(writer, exchanged);
  return writer.Take();
}

}  // namespace

void Shown::Write(Writer& writer) const {
  header.Write(writer, 2);
  for (const curve::Point& point : {nonce, public_share, gamma_nonce, gamma_key}) writer.Raw(point.Encode());
  writer.Raw(psi.Encode()).Raw(rest);
}

Shown Shown::Read(Reader& reader) {
  Shown out;
  out.header = Header::Read(reader, 2);
  for (curve::Point* point : {&out.nonce, &out.public_share, &out.gamma_nonce, &out.gamma_key}) {
    *point = sharing::ReadPoint(reader);
  }
  out.psi = sharing::ReadScalar(reader);
  out.rest = reader.Array<32>();
  return out;
}

Shown Show(const Multiplication& message) {
  crypto::Sha256 rest;
  const mul::MultiplyMessage& multiply = message.multiply;
  rest.Update(message.salt).Update(message.echo).Update(multiply.nonce);
  rest.Update(multiply.corrections.bytes());
  for (const curve::Scalar& eta : multiply.eta) rest.Update(eta.Encode());
  rest.Update(multiply.mu);
  return {message.header,    message.nonce, message.public_share, message.gamma_nonce,
          message.gamma_key, message.psi,   rest.Final()};
}

Hash32 Statement(const Shown& shown) {
  Writer fields;
  shown.Write(fields);
  return crypto::TaggedHash(crypto::tag::kSgShown, shown.header.ssid, {fields.bytes()});
}

Hash32 Statement(const SignatureShare& share, const Hash32& receipt, const Digest& digest) {
  return crypto::TaggedHash(crypto::tag::kSgShare, share.ssid, {digest.bytes, receipt, share.Encode()});
}

void SignedShare::Write(Writer& writer) const { writer.Raw(share.Encode()).Raw(receipt).Raw(signature); }

SignedShare SignedShare::Read(Reader& reader) {
  SignedShare out;
  const auto share = SignatureShare::Parse(reader.Raw(kSize - 32 - 64));
  if (!share.ok()) reader.Reject();
  if (share.ok()) out.share = share.value();
  out.receipt = reader.Array<32>();
  out.signature = reader.Array<64>();
  return out;
}

Hash32 Defence::Statement(const Dispute& dispute) const {
  Writer quorum;
  quorum.U16(static_cast<std::uint16_t>(dispute.quorum.size()));
  for (const PartyIndex party : dispute.quorum) quorum.U16(party.value);
  return crypto::TaggedHash(
      crypto::tag::kSgBlame, dispute.ssid,
      {dispute.digest.bytes, dispute.public_key.Encode(), quorum.bytes(), crypto::HashSha256(Body(*this))});
}

Bytes Defence::Encode() const {
  Writer writer;
  return writer.Raw(Body(*this)).Raw(signature).Take();
}

Result<Defence> Defence::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kVersion) reader.Reject();
  Defence out;
  out.own = SignedShare::Read(reader);
  out.proof = proof::DleqProof::Read(reader);
  out.exchanges = ReadExchanges(reader);
  out.signature = reader.Array<64>();
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::sign
