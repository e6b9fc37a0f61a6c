#include "trusted/sharing/encoding.h"

#include "trusted/sharing/quorum.h"

namespace passport::sharing {

using curve::Point;
using curve::Scalar;

Point ReadPoint(Reader& reader) {
  const Result<Point> point = Point::Parse(reader.Raw(kPointSize));
  if (point.ok()) return point.value();
  reader.Reject();
  return {};
}

Scalar ReadScalar(Reader& reader) {
  const Result<Scalar> scalar = Scalar::Parse(reader.Raw(kScalarSize));
  if (scalar.ok()) return scalar.value();
  reader.Reject();
  return {};
}

void WritePoints(Writer& writer, std::span<const Point> points) {
  PASSPORT_CHECK(points.size() <= kPartiesMax);
  writer.U16(static_cast<std::uint16_t>(points.size()));
  for (const Point& point : points) writer.Raw(point.Encode());
}

std::vector<Point> ReadPoints(Reader& reader) {
  const std::uint16_t count = reader.U16();
  if (count > kPartiesMax) reader.Reject();
  std::vector<Point> out;
  while (!reader.failed() && out.size() < count) out.push_back(ReadPoint(reader));
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

crypto::SecretBytes AppendSecret(ByteSpan public_part, const curve::SecretScalar& secret) {
  Bytes out(public_part.size() + kScalarSize);
  std::copy(public_part.begin(), public_part.end(), out.begin());
  const crypto::Secret<ByteArray<kScalarSize>> encoded(secret.Expose().Encode());
  std::copy(encoded.Expose().begin(), encoded.Expose().end(),
            out.begin() + static_cast<std::ptrdiff_t>(public_part.size()));
  return crypto::SecretBytes(std::move(out));
}

}  // namespace passport::sharing
