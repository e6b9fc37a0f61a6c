// AMD SEV-SNP attestation reports and the certificate table that comes with them, as formats.
#pragma once

#include <optional>

#include "edl/base/bytes.h"

namespace passport::attest {

inline constexpr std::size_t kSnpReportBytes = 1184;
inline constexpr std::size_t kSnpSignedBytes = 0x2a0;  // of them, what the signature is over

// Security versions of the parts of the trusted firmware. `fmc` is there from family 1Ah (Turin) on, else 0.
struct SnpTcb {
  std::uint8_t bootloader = 0;
  std::uint8_t tee = 0;
  std::uint8_t snp = 0;
  std::uint8_t microcode = 0;
  std::uint8_t fmc = 0;
  bool operator==(const SnpTcb&) const = default;
};

// ATTESTATION_REPORT of versions 2, 3 and 5 (SEV Secure Nested Paging Firmware ABI Specification, 56860,
// 7.3): what is used of it.
struct SnpReport {
  std::uint32_t guest_svn = 0;
  bool debug = false;       // the host may read and write the guest's memory
  bool migratable = false;  // a migration agent may take the guest to another machine
  std::uint32_t vmpl = 0;
  bool signed_by_vlek = false;  // with a cloud provider's key, else with the chip's (VCEK)
  bool turin = false;           // family 1Ah or later: other TCB layout, chip id of 8 bytes
  ByteArray<16> family_id{};
  ByteArray<16> image_id{};
  ByteArray<64> report_data{};
  ByteArray<48> measurement{};
  ByteArray<32> host_data{};
  ByteArray<48> id_key_digest{};
  ByteArray<48> author_key_digest{};
  ByteArray<32> report_id{};
  SnpTcb reported_tcb;
  ByteArray<64> chip_id{};
  ByteArray<48> r{};  // of the signature, big endian
  ByteArray<48> s{};

  // kEvidenceFormat for another length or version, or bits that must be zero and are not outside of what is
  // signed; kEvidenceAlgorithm unless it is signed with ECDSA P-384 and SHA-384 by a VCEK or a VLEK.
  static Result<SnpReport> Parse(ByteSpan input);
};

// The certificates of a GHCB certificate table, DER, borrowed. What a host leaves out is empty.
struct SnpCertificates {
  ByteSpan vcek;
  ByteSpan vlek;
  ByteSpan ask;  // or ASVK, the one above a VLEK
  ByteSpan ark;

  // kEvidenceFormat for a table without end, entries outside of the input or one kind twice. Other entries
  // are passed over, and bytes of the input that no entry names.
  static Result<SnpCertificates> Parse(ByteSpan input);
};

}  // namespace passport::attest
