#include "trusted/dkg/messages.h"

#include "trusted/curve/ed25519.h"
#include "trusted/sharing/encoding.h"
#include "trusted/sharing/quorum.h"

namespace passport::dkg {

using curve::Ed25519;
using curve::Group;
using curve::Secp256k1;

namespace {

constexpr std::uint8_t kMessageVersion = 1;

template <Group G>
std::vector<proof::DlogProofOf<G>> ReadProofs(Reader& reader) {
  const std::uint16_t count = reader.U16();
  if (count > sharing::kPartiesMax) reader.Reject();
  std::vector<proof::DlogProofOf<G>> out;
  while (!reader.failed() && out.size() < count) out.push_back(proof::DlogProofOf<G>::Read(reader));
  return out;
}

}  // namespace

void WriteHeader(Writer& writer, const Header& header, std::uint8_t round) {
  writer.U8(kMessageVersion).U8(round).U16(header.from.value).Raw(header.context);
}

Header ReadHeader(Reader& reader, std::uint8_t round) {
  if (reader.U8() != kMessageVersion || reader.U8() != round) reader.Reject();
  Header out;
  out.from.value = reader.U16();
  out.context = reader.Array<32>();
  return out;
}

bool Proposal::IsValidFor(std::uint8_t group_curve) const {
  return curve == group_curve && n <= sharing::kPartiesMax && t >= 2 && t <= n && dealers.size() >= t &&
         sharing::IsPartySet(dealers, n);
}

Hash32 Proposal::Context() const {
  crypto::Sha256 state = crypto::TaggedState(crypto::tag::kSetup, Hash32{});
  state.Update(digest);
  // Keys for ECDSA came first, when there was no other kind.
  const bool is_first_kind = curve == curve::kCurveSecp256k1 && purpose == sharing::kPurposeEcdsa;
  if (!is_first_kind) state.Update(ByteArray<2>{curve, purpose});
  return state.Final();
}

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

template <Group G>
Bytes OpeningBroadcastOf<G>::Encode() const {
  PASSPORT_CHECK(proofs.size() <= sharing::kPartiesMax);
  Writer writer;
  WriteHeader(writer, header, 2);
  sharing::WritePoints<G>(writer, coefficients);
  writer.Raw(chain_code_part).Raw(salt);
  writer.U16(static_cast<std::uint16_t>(proofs.size()));
  for (const proof::DlogProofOf<G>& proof : proofs) proof.Write(writer);
  writer.Raw(echo);
  return writer.Take();
}

template <Group G>
crypto::SecretBytes OpeningOf<G>::EncodeSecret() const {
  return sharing::AppendSecret<G>(broadcast.Encode(), share);
}

template <Group G>
Result<OpeningOf<G>> OpeningOf<G>::Parse(ByteSpan input) {
  Reader reader(input);
  OpeningOf out;
  out.broadcast.header = ReadHeader(reader, 2);
  out.broadcast.coefficients = sharing::ReadPoints<G>(reader);
  out.broadcast.chain_code_part = reader.Array<32>();
  out.broadcast.salt = reader.Array<32>();
  out.broadcast.proofs = ReadProofs<G>(reader);
  out.broadcast.echo = reader.Array<32>();
  out.share = curve::SecretScalarOf<G>(sharing::ReadScalar<G>(reader));
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

template <Group G>
Bytes ConfirmationOf<G>::Encode() const {
  Writer writer;
  WriteHeader(writer, header, 3);
  writer.Raw(digest);
  proof.Write(writer);
  writer.Raw(signature);
  return writer.Take();
}

template <Group G>
Result<ConfirmationOf<G>> ConfirmationOf<G>::Parse(ByteSpan input) {
  Reader reader(input);
  ConfirmationOf out;
  out.header = ReadHeader(reader, 3);
  out.digest = reader.Array<32>();
  out.proof = proof::DlogProofOf<G>::Read(reader);
  out.signature = reader.Array<64>();
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

template struct OpeningBroadcastOf<Secp256k1>;
template struct OpeningOf<Secp256k1>;
template struct ConfirmationOf<Secp256k1>;
template struct OpeningBroadcastOf<Ed25519>;
template struct OpeningOf<Ed25519>;
template struct ConfirmationOf<Ed25519>;

}  // namespace passport::dkg
