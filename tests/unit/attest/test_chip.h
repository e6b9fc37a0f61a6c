// A chip that signs SEV-SNP reports, with all its keys; what it says is the test's choice.
#pragma once

#include "edl/base/codec.h"
#include "tests/unit/attest/test_ca.h"
#include "trusted/attest/snp_report.h"

namespace passport::attest {

// Offsets of fields (firmware ABI specification, 7.3).
inline constexpr std::size_t kVersionAt = 0x000;
inline constexpr std::size_t kPolicyAt = 0x008;
inline constexpr std::size_t kVmplAt = 0x030;
inline constexpr std::size_t kAlgorithmAt = 0x034;
inline constexpr std::size_t kFlagsAt = 0x048;
inline constexpr std::size_t kReportDataAt = 0x050;
inline constexpr std::size_t kMeasurementAt = 0x090;
inline constexpr std::size_t kReportedTcbAt = 0x180;
inline constexpr std::size_t kFamilyAt = 0x188;
inline constexpr std::size_t kChipAt = 0x1a0;

inline Bytes SplOf(std::uint8_t version) {
  return version < 0x80 ? Bytes{2, 1, version} : Bytes{2, 2, 0, version};
}

struct Guid {
  const char* text;
  Bytes certificate;
};

inline Bytes TableOf(const std::vector<Guid>& entries) {
  std::size_t offset = 24 * (entries.size() + 1);
  Writer head;
  Bytes bodies;
  for (const Guid& entry : entries) {
    head.Raw(ParseHex(entry.text).value()).U32(static_cast<std::uint32_t>(offset + bodies.size()));
    head.U32(static_cast<std::uint32_t>(entry.certificate.size()));
    Append(bodies, entry.certificate);
  }
  head.Raw(Bytes(24)).Raw(bodies);
  return head.Take();
}

inline constexpr const char* kVcek = "63da758de6644564adc5f4b93be8accd";
inline constexpr const char* kVlek = "a8074bc2a25a483eaae639c045a0b8a1";
inline constexpr const char* kAsk = "4ab7b379bbac4fe4a02f05aef327c782";
inline constexpr const char* kArk = "c0b406a4a803495297433fb6014cd0ae";

// A chip, its keys and the report it would sign; a test changes what it likes before Make.
struct TestChip {
  EvpKey root_key = FixedRsaKey("rsa-root");
  EvpKey middle_key = FixedRsaKey("rsa-middle");
  EvpKey chip_key = MakeEcKey(kP384);
  CertificateSpec leaf = {};
  Bytes report = Report();
  const char* leaf_guid = kVcek;

  TestChip() {
    leaf.basic_constraints = leaf.key_usage = "";  // AMD's have neither
    leaf.extensions = {{"1.3.6.1.4.1.3704.1.3.1", SplOf(3)},
                       {"1.3.6.1.4.1.3704.1.3.2", SplOf(1)},
                       {"1.3.6.1.4.1.3704.1.3.3", SplOf(8)},
                       {"1.3.6.1.4.1.3704.1.3.8", SplOf(209)},
                       {"1.3.6.1.4.1.3704.1.4", Bytes(64, 0xc1)}};
  }

  static Bytes Report() {
    Bytes out(kSnpReportBytes);
    out[kVersionAt] = 2;
    out[0x004] = 4;                          // guest SVN
    Put(out, kPolicyAt, Bytes{0, 0, 3, 0});  // SMT, and the bit that is always set
    Put(out, 0x010, Bytes(16, 0xf1));
    Put(out, 0x020, Bytes(16, 0xf2));
    out[kAlgorithmAt] = 1;
    Put(out, kReportDataAt, Bytes(64, 0xd1));
    Put(out, kMeasurementAt, Bytes(48, 0xa1));
    Put(out, 0x0c0, Bytes(32, 0xb1));
    Put(out, 0x0e0, Bytes(48, 0xe1));
    Put(out, 0x110, Bytes(48, 0xe2));
    Put(out, 0x140, Bytes(32, 0xe3));
    Put(out, kReportedTcbAt, Bytes{3, 1, 0, 0, 0, 0, 8, 209});
    Put(out, kChipAt, Bytes(64, 0xc1));
    return out;
  }

  Bytes Signed() const {
    Bytes out = report;
    Bytes raw = SignRaw(chip_key, ByteSpan(out).first(kSnpSignedBytes));
    std::reverse(raw.begin(), raw.begin() + 48);
    std::reverse(raw.begin() + 48, raw.end());
    Put(out, 0x2a0, ByteSpan(raw).first(48));
    Put(out, 0x2a0 + 72, ByteSpan(raw).subspan(48));
    return out;
  }
  Bytes Leaf() const { return MakeCertificate(leaf, chip_key, middle_key); }
  Bytes Middle() const { return MakeCertificate(MiddleSpec(), middle_key, root_key); }
  Bytes Root() const { return MakeCertificate(RootSpec(), root_key, root_key); }
  Evidence Make() const {
    return {Provider::kSnp, Signed(), {TableOf({{leaf_guid, Leaf()}, {kAsk, Middle()}, {kArk, Root()}})}};
  }
};

}  // namespace passport::attest
