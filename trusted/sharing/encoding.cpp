#include "trusted/sharing/encoding.h"

#include "trusted/curve/ed25519.h"
#include "trusted/sharing/quorum.h"

namespace passport::sharing {

using curve::Group;
using curve::PointOf;
using curve::ScalarOf;
using curve::SecretScalarOf;

template <Group G>
PointOf<G> ReadPoint(Reader& reader) {
  const Result<PointOf<G>> point = PointOf<G>::Parse(reader.Raw(G::kPointSize));
  if (point.ok()) return point.value();
  reader.Reject();
  return {};
}

template <Group G>
ScalarOf<G> ReadScalar(Reader& reader) {
  const Result<ScalarOf<G>> scalar = ScalarOf<G>::Parse(reader.Raw(G::kScalarSize));
  if (scalar.ok()) return scalar.value();
  reader.Reject();
  return {};
}

template <Group G>
void WritePoints(Writer& writer, std::span<const PointOf<G>> points) {
  PASSPORT_CHECK(points.size() <= kPartiesMax);
  writer.U16(static_cast<std::uint16_t>(points.size()));
  for (const PointOf<G>& point : points) writer.Raw(point.Encode());
}

template <Group G>
std::vector<PointOf<G>> ReadPoints(Reader& reader) {
  const std::uint16_t count = reader.U16();
  if (count > kPartiesMax) reader.Reject();
  std::vector<PointOf<G>> out;
  while (!reader.failed() && out.size() < count) out.push_back(ReadPoint<G>(reader));
  return out;
}

void WriteParties(Writer& writer, std::span<const PartyIndex> parties) {
  PASSPORT_CHECK(parties.size() <= kPartiesMax);
  writer.U16(static_cast<std::uint16_t>(parties.size()));
  for (const PartyIndex party : parties) writer.U16(party.value);
}

std::vector<PartyIndex> ReadParties(Reader& reader, std::uint16_t n) {
  const std::uint16_t count = reader.U16();
  if (count > kPartiesMax) reader.Reject();
  std::vector<PartyIndex> out;
  while (!reader.failed() && out.size() < count) out.push_back({reader.U16()});
  if (!IsPartySet(out, n)) reader.Reject();
  return out;
}

template <Group G>
crypto::SecretBytes AppendSecret(ByteSpan public_part, const SecretScalarOf<G>& secret) {
  Bytes out(public_part.size() + G::kScalarSize);
  std::copy(public_part.begin(), public_part.end(), out.begin());
  const crypto::Secret<ByteArray<G::kScalarSize>> encoded(secret.Expose().Encode());
  std::copy(encoded.Expose().begin(), encoded.Expose().end(),
            out.begin() + static_cast<std::ptrdiff_t>(public_part.size()));
  return crypto::SecretBytes(std::move(out));
}

template PointOf<curve::Secp256k1> ReadPoint<curve::Secp256k1>(Reader&);
template ScalarOf<curve::Secp256k1> ReadScalar<curve::Secp256k1>(Reader&);
template void WritePoints<curve::Secp256k1>(Writer&, std::span<const PointOf<curve::Secp256k1>>);
template std::vector<PointOf<curve::Secp256k1>> ReadPoints<curve::Secp256k1>(Reader&);
template crypto::SecretBytes AppendSecret<curve::Secp256k1>(ByteSpan,
                                                            const SecretScalarOf<curve::Secp256k1>&);

template PointOf<curve::Ed25519> ReadPoint<curve::Ed25519>(Reader&);
template ScalarOf<curve::Ed25519> ReadScalar<curve::Ed25519>(Reader&);
template void WritePoints<curve::Ed25519>(Writer&, std::span<const PointOf<curve::Ed25519>>);
template std::vector<PointOf<curve::Ed25519>> ReadPoints<curve::Ed25519>(Reader&);
template crypto::SecretBytes AppendSecret<curve::Ed25519>(ByteSpan, const SecretScalarOf<curve::Ed25519>&);

}  // namespace passport::sharing
