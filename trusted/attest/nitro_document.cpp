#include "trusted/attest/nitro_document.h"

#include <algorithm>

#include "trusted/cbor/cbor.h"

namespace passport::attest {
namespace {

using cbor::CborReader;
using cbor::CborString;

// Protected header { 1 (alg): -35 (ES384) }.
constexpr ByteArray<4> kEs384Header = {0xa1, 0x01, 0x38, 0x22};
constexpr std::size_t kCertificateBytesMax = 1024;
constexpr std::size_t kMembersMax = 9;

enum Member : unsigned {
  kModuleId,
  kDigest,
  kTimestamp,
  kPcrs,
  kCertificate,
  kBundle,
  kPublicKey,
  kUserData,
  kNonce,
  kUnknown
};
constexpr std::array<std::string_view, kMembersMax> kNames = {"module_id",  "digest",      "timestamp",
                                                              "pcrs",       "certificate", "cabundle",
                                                              "public_key", "user_data",   "nonce"};
constexpr unsigned kNeeded =
    1u << kModuleId | 1u << kDigest | 1u << kTimestamp | 1u << kPcrs | 1u << kCertificate | 1u << kBundle;

Member MemberOf(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  return static_cast<Member>(at - kNames.begin());
}

void ReadPcrs(CborReader& in, NitroDocument& out) {
  const std::size_t count = in.Map(kNitroPcrsMax);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t index = in.Unsigned();
    const ByteSpan value = in.String(48);
    const bool rises = out.pcrs.empty() || index > out.pcrs.back().index;
    if (index >= kNitroPcrsMax || !rises || value.size() != 48) return in.Reject();
    out.pcrs.push_back({static_cast<std::uint8_t>(index), value});
  }
}

ByteSpan ReadCertificate(CborReader& in) {
  const ByteSpan der = in.String(kCertificateBytesMax);
  if (der.empty()) in.Reject();
  return der;
}

void ReadBundle(CborReader& in, NitroDocument& out) {
  const std::size_t count = in.Array(kNitroBundleMax);
  if (count == 0) in.Reject();
  for (std::size_t i = 0; i < count; ++i) out.bundle.push_back(ReadCertificate(in));
}

// What the document says beside what is used must be within its bounds, too.
void ReadMember(CborReader& in, Member member, NitroDocument& out, bool& is_sha384) {
  switch (member) {
    case kModuleId:
      if (in.Text(256).empty()) in.Reject();
      return;
    case kDigest:
      is_sha384 = in.Text(16) == "SHA384";
      return;
    case kTimestamp:
      out.timestamp_ms = in.Unsigned();
      return;
    case kPcrs:
      return ReadPcrs(in, out);
    case kCertificate:
      out.certificate = ReadCertificate(in);
      return;
    case kBundle:
      return ReadBundle(in, out);
    case kPublicKey:
      in.StringOrNull(1024);
      return;
    case kUserData:
      out.user_data = in.StringOrNull(512);
      return;
    case kNonce:
      in.StringOrNull(512);
      return;
    case kUnknown:
      return in.Reject();
  }
}

Result<Unit> ParsePayload(NitroDocument& out) {
  CborReader in(out.payload);
  unsigned seen = 0;
  bool is_sha384 = false;
  CborReader::OpenMap members = in.MapOfAnyLength(kMembersMax);
  while (members.NextPair(in)) {
    const Member member = MemberOf(in.Text(16));
    if ((seen & 1u << member) != 0) in.Reject();
    seen |= 1u << member;
    ReadMember(in, member, out, is_sha384);
  }
  if (!in.Done() || (seen & kNeeded) != kNeeded) return Fail(Status::kEvidenceFormat);
  if (!is_sha384) return Fail(Status::kEvidenceAlgorithm);
  return Ok();
}

}  // namespace

ByteSpan NitroDocument::Pcr0To31(std::uint8_t index) const {
  for (const Pcr& pcr : pcrs) {
    if (pcr.index == index) return pcr.value;
  }
  return {};
}

Bytes NitroDocument::SignedBytes() const {
  // [ "Signature1", protected header, no external data, payload ]
  Bytes out = {0x84, 0x6a};
  Append(out, AsBytes("Signature1"));
  Append(out, CborString(kEs384Header));
  Append(out, CborString({}));
  Append(out, CborString(payload));
  return out;
}

Result<NitroDocument> NitroDocument::Parse(ByteSpan input) {
  if (input.size() > kNitroBytesMax) return Fail(Status::kEvidenceFormat);
  CborReader in(input);
  NitroDocument out;
  if (in.Array(4) != 4) return Fail(Status::kEvidenceFormat);
  const ByteSpan header = in.String(64);
  if (in.Map(0) != 0) in.Reject();  // unprotected header: nothing that is not signed
  out.payload = in.String(kNitroBytesMax);
  const ByteSpan signature = in.String(96);
  if (!in.Done()) return Fail(Status::kEvidenceFormat);
  if (!Equal(header, kEs384Header) || signature.size() != 96) return Fail(Status::kEvidenceAlgorithm);
  std::copy_n(signature.begin(), 48, out.r.begin());
  std::copy_n(signature.begin() + 48, 48, out.s.begin());
  PASSPORT_TRY_VOID(ParsePayload(out));
  return out;
}

}  // namespace passport::attest
