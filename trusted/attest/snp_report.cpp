#include "trusted/attest/snp_report.h"

#include <algorithm>

#include "edl/base/codec.h"

namespace passport::attest {
namespace {

constexpr std::uint64_t kPolicyMigrate = std::uint64_t{1} << 18;
constexpr std::uint64_t kPolicyDebug = std::uint64_t{1} << 19;
constexpr std::uint32_t kEcdsaP384Sha384 = 1;
constexpr std::uint8_t kFamilyTurin = 0x1a;
constexpr std::size_t kTableEntriesMax = 16;
constexpr std::size_t kCertificateBytesMax = 4096;

SnpTcb ReadTcb(Reader& in, bool turin) {
  const ByteArray<8> raw = in.Array<8>();
  if (turin) return {.bootloader = raw[1], .tee = raw[2], .snp = raw[3], .microcode = raw[7], .fmc = raw[0]};
  return {.bootloader = raw[0], .tee = raw[1], .snp = raw[6], .microcode = raw[7]};
}

// A number of 48 bytes in a little-endian field of 72.
ByteArray<48> ReadNumber(Reader& in) {
  const ByteArray<72> field = in.Array<72>();
  if (std::any_of(field.begin() + 48, field.end(), [](std::uint8_t byte) { return byte != 0; })) in.Reject();
  ByteArray<48> out;
  std::reverse_copy(field.begin(), field.begin() + 48, out.begin());
  return out;
}

bool AllZero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

// The same GUID in the two byte orders that hosts write, as RFC 9562 text and as EFI_GUID.
bool IsGuid(const ByteArray<16>& found, std::string_view hex) {
  const auto plain = ParseHex(hex);
  if (!plain.ok()) return false;
  Bytes mixed = plain.value();
  std::reverse(mixed.begin(), mixed.begin() + 4);
  std::reverse(mixed.begin() + 4, mixed.begin() + 6);
  std::reverse(mixed.begin() + 6, mixed.begin() + 8);
  return Equal(found, plain.value()) || Equal(found, mixed);
}

// Where the certificate of that GUID goes; null for another kind of entry.
ByteSpan* PlaceOf(SnpCertificates& table, const ByteArray<16>& guid) {
  if (IsGuid(guid, "63da758de6644564adc5f4b93be8accd")) return &table.vcek;
  if (IsGuid(guid, "a8074bc2a25a483eaae639c045a0b8a1")) return &table.vlek;
  if (IsGuid(guid, "4ab7b379bbac4fe4a02f05aef327c782")) return &table.ask;
  if (IsGuid(guid, "c0b406a4a803495297433fb6014cd0ae")) return &table.ark;
  return nullptr;
}

}  // namespace

Result<SnpReport> SnpReport::Parse(ByteSpan input) {
  if (input.size() != kSnpReportBytes) return Fail(Status::kEvidenceFormat);
  Reader in(input);
  SnpReport out;
  const std::uint32_t version = in.U32();
  out.guest_svn = in.U32();
  const std::uint64_t policy = in.U64();
  out.family_id = in.Array<16>();
  out.image_id = in.Array<16>();
  out.vmpl = in.U32();
  const std::uint32_t algorithm = in.U32();
  in.Raw(16);  // current TCB and platform information: the host's, which the reported TCB speaks for
  const std::uint32_t flags = in.U32();
  in.U32();
  out.report_data = in.Array<64>();
  out.measurement = in.Array<48>();
  out.host_data = in.Array<32>();
  out.id_key_digest = in.Array<48>();
  out.author_key_digest = in.Array<48>();
  out.report_id = in.Array<32>();
  in.Raw(32);  // report id of the migration agent, whom the policy does not allow
  const ByteSpan reported_tcb = in.Raw(8);
  const std::uint8_t family = in.U8();  // 0 in version 2, which is older than Turin
  in.Raw(23);
  out.chip_id = in.Array<64>();
  in.Raw(0x2a0 - 0x1e0);  // committed and launch TCB, firmware versions, mitigations
  out.r = ReadNumber(in);
  out.s = ReadNumber(in);
  const ByteSpan rest = in.Raw(512 - 144);
  if (!in.Done() || !AllZero(rest)) return Fail(Status::kEvidenceFormat);
  if (version != 2 && version != 3 && version != 5) return Fail(Status::kEvidenceFormat);
  const std::uint32_t signer = flags >> 2 & 7;
  if (algorithm != kEcdsaP384Sha384 || signer > 1) return Fail(Status::kEvidenceAlgorithm);
  out.signed_by_vlek = signer == 1;
  out.turin = version >= 3 && family >= kFamilyTurin;
  Reader tcb(reported_tcb);
  out.reported_tcb = ReadTcb(tcb, out.turin);
  out.debug = (policy & kPolicyDebug) != 0;
  out.migratable = (policy & kPolicyMigrate) != 0;
  return out;
}

Result<SnpCertificates> SnpCertificates::Parse(ByteSpan input) {
  Reader in(input);
  SnpCertificates out;
  for (std::size_t i = 0; i < kTableEntriesMax; ++i) {
    const ByteArray<16> guid = in.Array<16>();
    const std::uint32_t offset = in.U32();
    const std::uint32_t size = in.U32();
    if (in.failed()) return Fail(Status::kEvidenceFormat);
    if (AllZero(guid) && offset == 0 && size == 0) return out;
    if (offset > input.size() || size > input.size() - offset) return Fail(Status::kEvidenceFormat);
    ByteSpan* place = PlaceOf(out, guid);
    if (place == nullptr) continue;
    if (!place->empty() || size == 0 || size > kCertificateBytesMax) return Fail(Status::kEvidenceFormat);
    *place = input.subspan(offset, size);
  }
  return Fail(Status::kEvidenceFormat);
}

}  // namespace passport::attest
