// SEV-SNP reports signed by a chip of the test's own.
#include "trusted/verifier/snp.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/kat/vectors.h"
#include "tests/unit/attest/test_chip.h"
#include "trusted/crypto/hash.h"
#include "trusted/verifier/pem.h"

namespace passport::attest {
namespace {

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
  // Of the zeros behind the signature, one in five.
  for (std::size_t at = 0; at < good.quote.size(); at += at < 0x2a0 + 144 ? 1 : 5) {
    Evidence bad = good;
    bad.quote = Flipped(good.quote, at, at % 2 == 0 ? 1 : 0x80);
    EXPECT_NE(SnpRefusal(bad), Status::kOk) << at;
  }
}

const struct {
  const char* what;
  void (*change)(TestChip&);
  Status refusal;
} kSnpStates[] = {
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

// The report and the three certificates that Azure's host gave with it.
Evidence RecordedSnp() {
  std::ifstream file(std::string(PASSPORT_SOURCE_DIR) + "/tests/kat/snp_chain.pem");
  std::stringstream text;
  text << file.rdbuf();
  const auto chain = verifier::ParsePemChain(AsBytes(text.str()), 3).value();
  return {Provider::kSnp,
          kat::Hex(kat::Cases("snp_report.txt", "report", 1).at(0)[0]),
          {TableOf({{kVcek, chain.at(0)}, {kAsk, chain.at(1)}, {kArk, chain.at(2)}})}};
}

TEST(Snp, AReportOfAMilanChipVerifies) {
  const auto verified = verifier::VerifySnp(RecordedSnp());
  ASSERT_TRUE(verified.ok());
  const Findings& findings = verified.value();
  EXPECT_FALSE(findings.debug);
  // Of the certificate "ARK-Milan".
  EXPECT_EQ(ToHex(findings.root), "9f056bee44377e29308cb5ffa895bdfb62d18881fa6bed8d6f075b0204089cb9");
  EXPECT_EQ(findings.tcb, (std::vector<std::uint16_t>{3, 0, 8, 206, 0, 2}));
  EXPECT_EQ(ToHex(findings.measurement).substr(0, 16), "02c3b0d5bf1d256f");
  EXPECT_EQ(ToHex(findings.registers[4].value).substr(0, 16), "6c4cfd2e5bd0e478");
  EXPECT_TRUE(findings.ValidAt(1'720'000'000, 1'720'000'000));
}

// Signed again, so that only the field's own check can refuse it; a field without one is in the findings.
TEST(Snp, EachStateHasItsRefusal) {
  for (const auto& row : kSnpStates) {
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
