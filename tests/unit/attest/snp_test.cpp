// SEV-SNP reports signed by a chip of the test's own.
#include "trusted/verifier/snp.h"

#include <gtest/gtest.h>

#include "edl/base/codec.h"
#include "tests/unit/attest/test_ca.h"
#include "trusted/attest/snp_report.h"
#include "trusted/crypto/hash.h"

namespace passport::attest {
namespace {

// Offsets of fields (firmware ABI specification, 7.3).
constexpr std::size_t kVersionAt = 0x000;
constexpr std::size_t kPolicyAt = 0x008;
constexpr std::size_t kVmplAt = 0x030;
constexpr std::size_t kAlgorithmAt = 0x034;
constexpr std::size_t kFlagsAt = 0x048;
constexpr std::size_t kReportDataAt = 0x050;
constexpr std::size_t kMeasurementAt = 0x090;
constexpr std::size_t kReportedTcbAt = 0x180;
constexpr std::size_t kFamilyAt = 0x188;
constexpr std::size_t kChipAt = 0x1a0;

Bytes SplOf(std::uint8_t version) { return version < 0x80 ? Bytes{2, 1, version} : Bytes{2, 2, 0, version}; }

struct Guid {
  const char* text;
  Bytes certificate;
};

Bytes TableOf(const std::vector<Guid>& entries) {
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

constexpr const char* kVcek = "63da758de6644564adc5f4b93be8accd";
constexpr const char* kVlek = "a8074bc2a25a483eaae639c045a0b8a1";
constexpr const char* kAsk = "4ab7b379bbac4fe4a02f05aef327c782";
constexpr const char* kArk = "c0b406a4a803495297433fb6014cd0ae";

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

Status SnpRefusal(const Evidence& evidence) { return RefusalOf(verifier::VerifySnp, evidence); }
Status SnpRefusal(const TestChip& chip) { return SnpRefusal(chip.Make()); }

TEST(Snp, AGoodReportIsWhatItSays) {
  const TestChip chip;
  const auto verified = verifier::VerifySnp(chip.Make());
  ASSERT_TRUE(verified.ok());
  const Findings& findings = verified.value();
  EXPECT_EQ(findings.provider, Provider::kSnp);
  EXPECT_FALSE(findings.debug || findings.simulated || findings.tcb_current);
  EXPECT_EQ(ToBytes(findings.report_data), Bytes(64, 0xd1));
  EXPECT_EQ(findings.measurement, Bytes(48, 0xa1));
  EXPECT_EQ(findings.enclave_image, Hash32{});
  EXPECT_EQ(findings.signer, Bytes(48, 0xe1));
  EXPECT_EQ(findings.tcb, (std::vector<std::uint16_t>{3, 1, 8, 209, 0, 4}));
  EXPECT_EQ(findings.attester, crypto::HashSha256(SpkiOf(chip.chip_key)));
  EXPECT_EQ(findings.root, crypto::HashSha256(SpkiOf(chip.root_key)));
  EXPECT_EQ(findings.not_before_s, 1'700'000'000u);
  EXPECT_EQ(findings.not_after_s, 1'900'000'000u);
  ASSERT_EQ(findings.registers.size(), 6u);
  EXPECT_EQ(findings.registers[0].value, Bytes(32, 0xb1));
  EXPECT_EQ(findings.registers[4].value, Bytes(64, 0xc1));
  EXPECT_EQ(Findings::Parse(findings.Encode()).value(), findings);
}

TEST(Snp, EveryByteOfAReportCounts) {
  const Evidence good = TestChip{}.Make();
  for (std::size_t at = 0; at < good.quote.size(); ++at) {
    Evidence bad = good;
    bad.quote = Flipped(good.quote, at, at % 2 == 0 ? 1 : 0x80);
    EXPECT_NE(SnpRefusal(bad), Status::kOk) << at;
  }
}

// Signed again, so that only the field's own check can refuse it; a field without one is in the findings.
TEST(Snp, EachStateHasItsRefusal) {
  const struct {
    const char* what;
    void (*change)(TestChip&);
    Status refusal;
  } kRows[] = {
      {"version 1", [](TestChip& t) { t.report[kVersionAt] = 1; }, Status::kEvidenceFormat},
      {"version 4, whose layout is not known", [](TestChip& t) { t.report[kVersionAt] = 4; },
       Status::kEvidenceFormat},
      {"version 258", [](TestChip& t) { t.report[kVersionAt + 1] = 1; }, Status::kEvidenceFormat},
      {"no algorithm", [](TestChip& t) { t.report[kAlgorithmAt] = 0; }, Status::kEvidenceAlgorithm},
      {"not signed", [](TestChip& t) { t.report[kFlagsAt] = 7 << 2; }, Status::kEvidenceAlgorithm},
      {"VMPL 1", [](TestChip& t) { t.report[kVmplAt] = 1; }, Status::kEvidenceGuest},
      {"VMPL 2^24", [](TestChip& t) { t.report[kVmplAt + 3] = 1; }, Status::kEvidenceGuest},
      {"migration", [](TestChip& t) { t.report[kPolicyAt + 2] |= 4; }, Status::kEvidenceGuest},
      {"older microcode", [](TestChip& t) { t.report[kReportedTcbAt + 7] -= 1; }, Status::kEvidenceTcb},
      {"newer firmware", [](TestChip& t) { t.report[kReportedTcbAt + 6] += 1; }, Status::kEvidenceTcb},
      {"other loader", [](TestChip& t) { t.report[kReportedTcbAt] += 1; }, Status::kEvidenceTcb},
      {"other TEE", [](TestChip& t) { t.report[kReportedTcbAt + 1] += 1; }, Status::kEvidenceTcb},
      {"another chip", [](TestChip& t) { t.report[kChipAt + 63] ^= 1; }, Status::kEvidenceBinding},
      {"masked chip",
       [](TestChip& t) {
         Put(t.report, kChipAt, Bytes(64));
         t.leaf.extensions[4].second = Bytes(64);
       },
       Status::kEvidenceBinding},
      {"says VLEK", [](TestChip& t) { t.report[kFlagsAt] = 1 << 2; }, Status::kEvidenceChain},
      {"a VLEK in the place of a VCEK",
       [](TestChip& t) {
         t.leaf.extensions.push_back({"1.3.6.1.4.1.3704.1.5", {22, 1, 65}});
       },
       Status::kEvidenceBinding},
      {"no chip id in the certificate", [](TestChip& t) { t.leaf.extensions.pop_back(); },
       Status::kEvidenceBinding},
      {"no versions in the certificate",
       [](TestChip& t) { t.leaf.extensions.erase(t.leaf.extensions.begin()); }, Status::kEvidenceTcb},
      {"key on P-256", [](TestChip& t) { t.chip_key = MakeEcKey(kP256); }, Status::kEvidenceAlgorithm},
  };
  for (const auto& row : kRows) {
    TestChip chip;
    row.change(chip);
    Evidence evidence{Provider::kSnp, {}, {}};
    if (EVP_PKEY_get_bits(chip.chip_key.get()) == 384) {
      evidence = chip.Make();
    } else {  // such a key cannot make the report's signature: one of a chip stands there
      evidence = TestChip{}.Make();
      evidence.collateral = {TableOf({{kVcek, chip.Leaf()}, {kAsk, chip.Middle()}, {kArk, chip.Root()}})};
    }
    EXPECT_EQ(SnpRefusal(evidence), row.refusal) << row.what;
  }
}

TEST(Snp, DebugIsReportedNotRefused) {
  TestChip chip;
  chip.report[kPolicyAt + 2] |= 8;
  const auto findings = verifier::VerifySnp(chip.Make());
  ASSERT_TRUE(findings.ok());
  EXPECT_TRUE(findings.value().debug);
}

TEST(Snp, ALaterChipHasAnotherLayout) {
  TestChip chip;
  chip.report[kVersionAt] = 5;
  chip.report[kFamilyAt] = 0x1a;
  Put(chip.report, kReportedTcbAt, Bytes{2, 3, 1, 8, 0, 0, 0, 209});
  Bytes chip_id(64);
  std::fill_n(chip_id.begin(), 8, std::uint8_t{0xc2});
  Put(chip.report, kChipAt, chip_id);
  chip.leaf.extensions[4].second = Bytes{4, 8, 0xc2, 0xc2, 0xc2, 0xc2, 0xc2, 0xc2, 0xc2, 0xc2};
  EXPECT_EQ(SnpRefusal(chip), Status::kEvidenceTcb);  // the certificate says no fmc
  chip.leaf.extensions.push_back({"1.3.6.1.4.1.3704.1.3.9", SplOf(2)});
  const auto findings = verifier::VerifySnp(chip.Make());
  ASSERT_TRUE(findings.ok());
  EXPECT_EQ(findings.value().tcb, (std::vector<std::uint16_t>{3, 1, 8, 209, 2, 4}));
}

TEST(Snp, AProvidersKeyIsAnotherKindOfKey) {
  TestChip chip;
  chip.report[kFlagsAt] = 1 << 2;
  chip.leaf_guid = kVlek;
  chip.leaf.extensions.back() = {"1.3.6.1.4.1.3704.1.5", {22, 3, 65, 87, 83}};
  EXPECT_EQ(SnpRefusal(chip), Status::kOk);
  chip.leaf.extensions.pop_back();
  EXPECT_EQ(SnpRefusal(chip), Status::kEvidenceBinding);
}

TEST(Snp, TablesAreBounded) {
  const TestChip chip;
  const Evidence good = chip.Make();
  const Bytes table = good.collateral[0];
  const auto with = [&good](Bytes other) {
    Evidence out = good;
    out.collateral = {std::move(other)};
    return SnpRefusal(out);
  };
  // EFI_GUIDs have their first three parts little endian; both are seen.
  Bytes mixed = table;
  Put(mixed, 0, ParseHex("8d75da6364e66445adc5f4b93be8accd").value());
  EXPECT_EQ(with(mixed), Status::kOk);
  Bytes padded = table;
  padded.resize(padded.size() + 100);
  EXPECT_EQ(with(padded), Status::kOk);
  EXPECT_EQ(with(TableOf({{kVcek, chip.Leaf()}, {kAsk, chip.Middle()}})), Status::kEvidenceChain);
  EXPECT_EQ(with(TableOf({{kAsk, chip.Middle()}, {kArk, chip.Root()}})), Status::kEvidenceChain);
  EXPECT_EQ(with(TableOf({{kVcek, chip.Leaf()}, {kArk, chip.Root()}})), Status::kEvidenceChain);
  EXPECT_EQ(with(TableOf({{kVcek, chip.Leaf()}, {kAsk, chip.Root()}, {kArk, chip.Root()}})),
            Status::kEvidenceChain);
  EXPECT_EQ(
      with(TableOf({{kVcek, chip.Leaf()}, {kVcek, chip.Leaf()}, {kAsk, chip.Middle()}, {kArk, chip.Root()}})),
      Status::kEvidenceFormat);
  EXPECT_EQ(with(Bytes(table.begin(), table.begin() + 24)), Status::kEvidenceFormat);
  EXPECT_EQ(with(TableOf(std::vector<Guid>(16, {"11111111111111111111111111111111", Bytes(1)}))),
            Status::kEvidenceFormat);
  Bytes outside = table;
  outside[16 + 2] = 0xff;  // the first offset
  EXPECT_EQ(with(outside), Status::kEvidenceFormat);
  Bytes giant = table;
  Put(giant, 20, Bytes{0xff, 0xff, 0xff, 0xff});  // the first length
  EXPECT_EQ(with(giant), Status::kEvidenceFormat);
}

TEST(Snp, OtherEvidenceIsNotForIt) {
  Evidence evidence = TestChip{}.Make();
  evidence.provider = Provider::kTdx;
  EXPECT_EQ(SnpRefusal(evidence), Status::kEvidenceProvider);
  evidence.provider = Provider::kSnp;
  evidence.quote.push_back(0);
  EXPECT_EQ(SnpRefusal(evidence), Status::kEvidenceFormat);
  evidence.quote.pop_back();
  evidence.collateral.push_back(Bytes(1));
  EXPECT_EQ(SnpRefusal(evidence), Status::kEvidenceFormat);
}

// Another chip of the same maker, with its own good certificate, cannot take over a report.
TEST(Snp, ASwappedSignatureIsRefused) {
  const TestChip chip;
  const TestChip other;
  Evidence mixed = chip.Make();
  mixed.collateral = other.Make().collateral;
  EXPECT_EQ(SnpRefusal(mixed), Status::kEvidenceSignature);
}

}  // namespace
}  // namespace passport::attest
