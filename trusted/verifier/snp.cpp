// AMD SEV-SNP. Certificates and their extensions: Versioned Chip Endorsement Key Certificate and KDS
// Interface Specification, 57230.
#include "trusted/verifier/snp.h"

#include <algorithm>

#include "trusted/attest/snp_report.h"
#include "trusted/verifier/chain.h"
#include "trusted/verifier/p384.h"

namespace passport::verifier {
namespace {

using attest::SnpReport;

constexpr const char* kOidBootloader = "1.3.6.1.4.1.3704.1.3.1";
constexpr const char* kOidTee = "1.3.6.1.4.1.3704.1.3.2";
constexpr const char* kOidSnp = "1.3.6.1.4.1.3704.1.3.3";
constexpr const char* kOidMicrocode = "1.3.6.1.4.1.3704.1.3.8";
constexpr const char* kOidFmc = "1.3.6.1.4.1.3704.1.3.9";
constexpr const char* kOidChip = "1.3.6.1.4.1.3704.1.4";
constexpr const char* kOidProvider = "1.3.6.1.4.1.3704.1.5";  // of a VLEK alone

// Whether the extension is the DER INTEGER of that byte.
bool SaysVersion(const Certificate& certificate, const char* oid, std::uint8_t version) {
  const Bytes expected = version < 0x80 ? Bytes{2, 1, version} : Bytes{2, 2, 0, version};
  return Equal(certificate.Extension(oid), expected);
}

bool SaysTcb(const Certificate& certificate, const SnpReport& report) {
  const attest::SnpTcb& tcb = report.reported_tcb;
  return SaysVersion(certificate, kOidBootloader, tcb.bootloader) &&
         SaysVersion(certificate, kOidTee, tcb.tee) && SaysVersion(certificate, kOidSnp, tcb.snp) &&
         SaysVersion(certificate, kOidMicrocode, tcb.microcode) &&
         (!report.turin || SaysVersion(certificate, kOidFmc, tcb.fmc));
}

// A VCEK is of one chip, whose id stands in the extension as it is or as an OCTET STRING; a masked id (zeros)
// is nobody's.
bool IsOfChip(const Certificate& certificate, const SnpReport& report) {
  const ByteSpan id = ByteSpan(report.chip_id).first(report.turin ? 8 : 64);
  ByteSpan stated = certificate.Extension(kOidChip);
  if (stated.size() == id.size() + 2 && stated[0] == 0x04 && stated[1] == id.size())
    stated = stated.subspan(2);
  const bool masked = std::all_of(id.begin(), id.end(), [](std::uint8_t byte) { return byte == 0; });
  return !masked && Equal(stated, id);
}

Result<Unit> CheckCertificate(const Certificate& certificate, const SnpReport& report) {
  const bool is_vlek = !certificate.Extension(kOidProvider).empty();
  if (is_vlek != report.signed_by_vlek) return Fail(Status::kEvidenceBinding);
  if (!is_vlek && !IsOfChip(certificate, report)) return Fail(Status::kEvidenceBinding);
  if (!SaysTcb(certificate, report)) return Fail(Status::kEvidenceTcb);
  return Ok();
}

attest::Findings ToFindings(const SnpReport& report, const Chain& chain) {
  attest::Findings out;
  out.provider = attest::Provider::kSnp;
  out.debug = report.debug;
  out.report_data = report.report_data;
  out.measurement = ToBytes(report.measurement);
  if (report.id_key_digest != ByteArray<48>{}) out.signer = ToBytes(report.id_key_digest);
  const attest::SnpTcb& tcb = report.reported_tcb;
  const auto guest_svn = static_cast<std::uint16_t>(std::min<std::uint32_t>(report.guest_svn, 0xffff));
  out.tcb = {tcb.bootloader, tcb.tee, tcb.snp, tcb.microcode, tcb.fmc, guest_svn};
  out.attester = chain.leaf_spki;
  out.root = chain.root_spki;
  out.not_before_s = chain.not_before_s;
  out.not_after_s = chain.not_after_s;
  Bytes names = ToBytes(report.family_id);
  Append(names, report.image_id);
  out.registers = {{0, ToBytes(report.host_data)},         {1, ToBytes(report.id_key_digest)},
                   {2, ToBytes(report.author_key_digest)}, {3, ToBytes(report.report_id)},
                   {4, ToBytes(report.chip_id)},           {5, std::move(names)}};
  return out;
}

}  // namespace

Result<attest::Findings> VerifySnp(const attest::Evidence& evidence) {
  if (evidence.provider != attest::Provider::kSnp) return Fail(Status::kEvidenceProvider);
  if (evidence.collateral.size() != 1) return Fail(Status::kEvidenceFormat);
  PASSPORT_TRY(const SnpReport report, SnpReport::Parse(evidence.quote));
  PASSPORT_TRY(const attest::SnpCertificates table,
               attest::SnpCertificates::Parse(evidence.collateral.front()));
  if (report.vmpl != 0 || report.migratable) return Fail(Status::kEvidenceGuest);
  const ByteSpan certificates[] = {report.signed_by_vlek ? table.vlek : table.vcek, table.ask, table.ark};
  for (const ByteSpan certificate : certificates) {
    if (certificate.empty()) return Fail(Status::kEvidenceChain);
  }
  PASSPORT_TRY(const Chain chain,
               VerifyChain(certificates, Algorithm::kRsaPssSha384, Algorithm::kP384Sha384));
  PASSPORT_TRY_VOID(CheckCertificate(chain.leaf, report));
  const ByteSpan signed_part = ByteSpan(evidence.quote).first(attest::kSnpSignedBytes);
  if (!VerifyP384(chain.leaf.spki(), signed_part, report.r, report.s))
    return Fail(Status::kEvidenceSignature);
  return ToFindings(report, chain);
}

}  // namespace passport::verifier
