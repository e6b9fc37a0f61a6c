#include "trusted/verifier/pck.h"

#include <algorithm>

#include "trusted/verifier/der.h"

namespace passport::verifier {
namespace {

// 1.2.840.113741.1.13.1, below which all OIDs of the extension lie.
constexpr ByteArray<9> kSgxArc = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01};
constexpr std::uint8_t kTcbArc = 2;
constexpr std::uint8_t kFmspcArc = 4;
constexpr std::uint8_t kPceSvnArc = 17;
constexpr std::uint8_t kCpuSvnArc = 18;

// The last part of an OID right below the arc and these parts; 0 if it lies elsewhere.
std::uint8_t LastPart(ByteSpan oid, std::initializer_list<std::uint8_t> parts) {
  Bytes prefix = ToBytes(kSgxArc);
  prefix.insert(prefix.end(), parts);
  if (oid.size() != prefix.size() + 1 || !Equal(oid.first(prefix.size()), prefix)) return 0;
  return oid.back();
}

// SEQUENCE OF SEQUENCE { OID, value }: every number from 1 to 18 exactly once.
bool ReadTcb(DerReader rows, PckFacts& out) {
  unsigned seen = 0;
  while (!rows.AtEnd() && !rows.failed()) {
    DerReader row = rows.Sequence();
    const std::uint8_t part = LastPart(row.Element(kDerOid), {kTcbArc});
    if (part == 0 || part > kCpuSvnArc || (seen & 1u << part) != 0) return false;
    seen |= 1u << part;
    if (part <= out.components.size()) {
      out.components[part - 1u] = static_cast<std::uint16_t>(row.Unsigned(0xff));
    } else if (part == kPceSvnArc) {
      out.pce_svn = static_cast<std::uint16_t>(row.Unsigned(0xffff));
    } else {
      row.Element(kDerOctets);  // the components once more, in the processor's own form
    }
    if (row.failed() || !row.AtEnd()) return false;
  }
  return !rows.failed() && seen == (1u << (kCpuSvnArc + 1)) - 2;
}

}  // namespace

Result<PckFacts> PckFacts::Read(const Certificate& certificate) {
  DerReader extension(certificate.Extension("1.2.840.113741.1.13.1"));
  DerReader rows = extension.Sequence();
  if (extension.failed() || !extension.AtEnd()) return Fail(Status::kEvidenceTcb);
  PckFacts out;
  bool has_tcb = false;
  bool has_fmspc = false;
  while (!rows.AtEnd() && !rows.failed()) {
    DerReader row = rows.Sequence();
    const std::uint8_t part = LastPart(row.Element(kDerOid), {});
    if (part == kTcbArc) {
      if (has_tcb || !ReadTcb(row.Sequence(), out)) return Fail(Status::kEvidenceTcb);
      has_tcb = true;
    } else if (part == kFmspcArc) {
      const ByteSpan fmspc = row.Element(kDerOctets);
      if (has_fmspc || fmspc.size() != out.fmspc.size()) return Fail(Status::kEvidenceTcb);
      std::copy(fmspc.begin(), fmspc.end(), out.fmspc.begin());
      has_fmspc = true;
    } else {
      row.Any();
    }
    if (row.failed() || !row.AtEnd()) return Fail(Status::kEvidenceTcb);
  }
  if (rows.failed() || !has_tcb || !has_fmspc) return Fail(Status::kEvidenceTcb);
  return out;
}

}  // namespace passport::verifier
