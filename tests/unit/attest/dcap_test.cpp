// SGX and TDX quotes of a platform of the test's own.
#include "trusted/verifier/dcap.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"
#include "tests/unit/attest/test_platform.h"
#include "trusted/attest/dcap_quote.h"

namespace passport::attest {
namespace {

Status DcapRefusal(const Evidence& evidence) {
  return RefusalOf(evidence.provider == Provider::kSgx ? verifier::VerifySgx : verifier::VerifyTdx, evidence);
}

std::vector<std::uint16_t> CommonTcb() {
  std::vector<std::uint16_t> out;
  for (std::uint16_t i = 11; i <= 26; ++i) out.push_back(i);
  out.insert(out.end(), {300, 8});
  return out;
}

TEST(Dcap, AnSgxQuoteIsWhatItSays) {
  const TestPlatform test;
  const auto verified = verifier::VerifySgx(test.Make());
  ASSERT_TRUE(verified.ok());
  const Findings& findings = verified.value();
  EXPECT_EQ(findings.provider, Provider::kSgx);
  EXPECT_FALSE(findings.debug || findings.simulated || findings.tcb_current);
  EXPECT_EQ(ToBytes(findings.report_data), Bytes(64, 0xd1));
  EXPECT_EQ(findings.measurement, Bytes(32, 0xa1));
  EXPECT_EQ(findings.signer, Concat({Bytes(32, 0xb1), {2, 1}}));
  std::vector<std::uint16_t> tcb = CommonTcb();
  tcb.push_back(3);
  EXPECT_EQ(findings.tcb, tcb);
  EXPECT_EQ(findings.attester, crypto::HashSha256(SpkiOf(test.pck_key)));
  EXPECT_EQ(findings.root, crypto::HashSha256(SpkiOf(test.root_key)));
  EXPECT_EQ(findings.not_after_s, 1'900'000'000u);
  EXPECT_EQ(findings.registers[2].value, (Bytes{0, 0x60, 0x6a, 0, 0, 0}));
  EXPECT_EQ(Findings::Parse(findings.Encode()).value(), findings);
}

TEST(Dcap, ATdxQuoteIsWhatItSays) {
  for (const std::uint16_t version : {std::uint16_t{4}, std::uint16_t{5}}) {
    const auto verified = verifier::VerifyTdx(Tdx(version).Make());
    ASSERT_TRUE(verified.ok()) << version;
    const Findings& findings = verified.value();
    EXPECT_EQ(findings.provider, Provider::kTdx);
    EXPECT_FALSE(findings.debug || findings.simulated || findings.tcb_current);
    EXPECT_EQ(ToBytes(findings.report_data), Bytes(64, 0xd1));
    Bytes measured;
    for (const std::uint8_t fill : kTdFills) Append(measured, Bytes(48, fill));
    EXPECT_EQ(findings.measurement, ToBytes(crypto::HashSha256(measured)));
    std::vector<std::uint16_t> tcb = CommonTcb();
    for (std::uint16_t i = 0; i < 16; ++i) tcb.push_back(i);
    EXPECT_EQ(findings.tcb, tcb);
    EXPECT_EQ(findings.registers.size(), 10u);
    EXPECT_EQ(findings.registers[4].value, Bytes(48, 0xa1));
    EXPECT_EQ(Findings::Parse(findings.Encode()).value(), findings);
  }
  TestPlatform older = Tdx(5);
  older.body_type = 2;
  older.body_size = 584;
  EXPECT_EQ(DcapRefusal(older.Make()), Status::kOk);
}

Evidence Recorded(Provider provider, const std::string& file) {
  return {provider, kat::Hex(kat::Cases(file, "quote", 1).at(0)[0]), {}};
}

// SHA-256 of the SPKI of the certificate "Intel SGX Root CA" of 2018.
constexpr const char* kIntelRoot = "a0af031289f5d5d4132f9186068a7fc13628633ba235777472e29b6b6c67a49e";

TEST(Dcap, ASgxQuoteOfIntelsQuotingEnclaveVerifies) {
  const auto verified = verifier::VerifySgx(Recorded(Provider::kSgx, "sgx_quote.txt"));
  ASSERT_TRUE(verified.ok());
  const Findings& findings = verified.value();
  EXPECT_FALSE(findings.debug);
  EXPECT_EQ(ToHex(findings.root), kIntelRoot);
  EXPECT_EQ(ToHex(findings.measurement).substr(0, 16), "4355fc068226c066");
  EXPECT_EQ(ToHex(findings.signer).substr(0, 16), "0936aa3f643cfc29");
  EXPECT_EQ(findings.tcb,
            (std::vector<std::uint16_t>{12, 12, 3, 3, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 11, 0}));
  EXPECT_EQ(ToHex(findings.registers[2].value), "00606a000000");
}

TEST(Dcap, ATdxQuoteOfIntelsQuotingEnclaveVerifies) {
  const auto verified = verifier::VerifyTdx(Recorded(Provider::kTdx, "tdx_quote.txt"));
  ASSERT_TRUE(verified.ok());
  const Findings& findings = verified.value();
  EXPECT_FALSE(findings.debug);
  EXPECT_EQ(ToHex(findings.root), kIntelRoot);
  EXPECT_EQ(ToHex(findings.registers[4].value).substr(0, 16), "c68518a0ebb42136");
  EXPECT_EQ(ToHex(findings.registers[9].value), "b0c06f000000");
  ASSERT_EQ(findings.tcb.size(), 34u);
  EXPECT_EQ((std::vector<std::uint16_t>(findings.tcb.begin(), findings.tcb.begin() + 9)),
            (std::vector<std::uint16_t>{2, 2, 2, 2, 3, 1, 0, 3, 0}));
  EXPECT_EQ(findings.tcb[16], 11);  // PCE
  EXPECT_EQ(findings.tcb[17], 6);   // quoting enclave
  EXPECT_EQ((std::vector<std::uint16_t>(findings.tcb.begin() + 18, findings.tcb.begin() + 21)),
            (std::vector<std::uint16_t>{6, 1, 2}));  // TDX module
}

// All bytes of an SGX quote before the text of its chain, which the chain's own tests bend, and a part of the
// rest.
TEST(Dcap, EveryByteOfAQuoteCounts) {
  for (const TestPlatform& test : {TestPlatform{}, Tdx(4), Tdx(5)}) {
    const Evidence good = test.Make();
    const std::size_t chain_at = good.quote.size() - test.Chain().size();
    const std::size_t step = test.version == 3 ? 1 : 4;
    for (std::size_t at = test.version == 5 ? 2 : 0; at < good.quote.size();
         at += at < chain_at ? step : 41) {
      Evidence bad = good;
      bad.quote = Flipped(good.quote, at, at % 2 == 0 ? 1 : 4);
      EXPECT_NE(DcapRefusal(bad), Status::kOk) << test.version << " " << at;
    }
  }
}

constexpr struct {
  const char* what;
  void (*lie)(TestPlatform&);
  Status refusal;
} kSgxLies[] = {
    {"version 2", [](TestPlatform& t) { t.version = 2; }, Status::kEvidenceFormat},
    {"TDX in SGX", [](TestPlatform& t) { t.tee = 0x81; }, Status::kEvidenceFormat},
    {"another vendor", [](TestPlatform& t) { t.vendor[0] ^= 1; }, Status::kEvidenceFormat},
    {"key on P-384", [](TestPlatform& t) { t.key_type = 3; }, Status::kEvidenceAlgorithm},
    {"encrypted platform id", [](TestPlatform& t) { t.data_type = 3; }, Status::kEvidenceAlgorithm},
    {"trailing byte", [](TestPlatform& t) { t.trailing = {0}; }, Status::kEvidenceFormat},
    {"not initialised", [](TestPlatform& t) { t.attributes = 4; }, Status::kEvidenceGuest},
    {"QE of somebody", [](TestPlatform& t) { t.qe_signer = Bytes(32, 1); }, Status::kEvidenceKey},
    {"QE of TDX",
     [](TestPlatform& t) {
       t.qe_signer = ParseHex(kTdQeSigner).value();
       t.qe_product = 2;
     },
     Status::kEvidenceKey},
    {"another enclave of Intel's", [](TestPlatform& t) { t.qe_product = 2; }, Status::kEvidenceKey},
    {"QE in debug", [](TestPlatform& t) { t.qe_attributes |= 2; }, Status::kEvidenceKey},
    {"QE not initialised", [](TestPlatform& t) { t.qe_attributes = 0x14; }, Status::kEvidenceKey},
    {"QE names another key", [](TestPlatform& t) { t.qe_report_data = Bytes(64, 1); },
     Status::kEvidenceBinding},
    {"QE names more",
     [](TestPlatform& t) {
       Bytes data = ToBytes(crypto::HashSha256({PointOf(t.attestation_key), t.auth}));
       data.resize(64, 1);
       t.qe_report_data = data;
     },
     Status::kEvidenceBinding},
    {"another key signs the quote", [](TestPlatform& t) { t.quote_signer = MakeEcKey(kP256); },
     Status::kEvidenceSignature},
    {"another platform signs the QE", [](TestPlatform& t) { t.qe_report_signer = MakeEcKey(kP256); },
     Status::kEvidenceSignature},
    {"the attestation key signs itself", [](TestPlatform& t) { t.qe_report_signer = t.attestation_key; },
     Status::kEvidenceSignature},
    {"no CA above", [](TestPlatform& t) { t.middle.basic_constraints = "critical,CA:FALSE"; },
     Status::kEvidenceChain},
    {"never valid", [](TestPlatform& t) { t.middle.not_after_s = 1'600'000'000; }, Status::kEvidenceValidity},
    {"platform key on P-384", [](TestPlatform& t) { t.pck_key = MakeEcKey(kP384); },
     Status::kEvidenceAlgorithm},
    {"CA on P-384", [](TestPlatform& t) { t.middle_key = MakeEcKey(kP384); }, Status::kEvidenceAlgorithm},
    {"no versions", [](TestPlatform& t) { t.extension = {}; }, Status::kEvidenceTcb},
    {"no TCB", [](TestPlatform& t) { t.extension = Der(0x30, {}); }, Status::kEvidenceTcb},
    {"TCB twice",
     [](TestPlatform& t) { t.extension = SgxExtension(TcbRows(), Row(SgxOid({2}), Der(0x30, {}))); },
     Status::kEvidenceTcb},
    {"FMSPC twice",
     [](TestPlatform& t) { t.extension = SgxExtension(TcbRows(), Row(SgxOid({4}), Der(4, Bytes(6)))); },
     Status::kEvidenceTcb},
    {"bytes after the extension", [](TestPlatform& t) { t.extension.push_back(0); }, Status::kEvidenceTcb},
    {"a component is missing",
     [](TestPlatform& t) {
       std::vector<Bytes> rows = TcbRows();
       rows.erase(rows.begin() + 3);
       t.extension = SgxExtension(rows);
     },
     Status::kEvidenceTcb},
    {"a component twice",
     [](TestPlatform& t) {
       std::vector<Bytes> rows = TcbRows();
       rows[3] = rows[4];
       t.extension = SgxExtension(rows);
     },
     Status::kEvidenceTcb},
    {"a component above 255",
     [](TestPlatform& t) {
       std::vector<Bytes> rows = TcbRows();
       rows[0] = Row(SgxOid({2, 1}), {2, 2, 1, 0});
       t.extension = SgxExtension(rows);
     },
     Status::kEvidenceTcb},
    {"a negative component",
     [](TestPlatform& t) {
       std::vector<Bytes> rows = TcbRows();
       rows[0] = Row(SgxOid({2, 1}), {2, 1, 0x80});
       t.extension = SgxExtension(rows);
     },
     Status::kEvidenceTcb},
    {"a longer number than it needs",
     [](TestPlatform& t) {
       std::vector<Bytes> rows = TcbRows();
       rows[0] = Row(SgxOid({2, 1}), {2, 2, 0, 11});
       t.extension = SgxExtension(rows);
     },
     Status::kEvidenceTcb},
};

TEST(Dcap, EachLieOfAnSgxPlatformHasItsRefusal) {
  for (const auto& row : kSgxLies) {
    TestPlatform test;
    row.lie(test);
    EXPECT_EQ(DcapRefusal(test.Make()), row.refusal) << row.what;
  }
}

constexpr struct {
  const char* what;
  std::uint16_t version;
  void (*lie)(TestPlatform&);
  Status refusal;
} kTdxLies[] = {
    {"version 3", 3, [](TestPlatform&) {}, Status::kEvidenceFormat},
    {"version 6", 6, [](TestPlatform&) {}, Status::kEvidenceFormat},
    {"SGX in TDX", 4, [](TestPlatform& t) { t.tee = 0; }, Status::kEvidenceFormat},
    {"no QE data", 4, [](TestPlatform& t) { t.outer_type = 5; }, Status::kEvidenceAlgorithm},
    {"an SGX body", 5, [](TestPlatform& t) { t.body_type = 1; }, Status::kEvidenceFormat},
    {"a wrong size", 5, [](TestPlatform& t) { t.body_size = 584; }, Status::kEvidenceFormat},
    {"QE of SGX", 4,
     [](TestPlatform& t) {
       t.qe_signer = ParseHex(kSgxQeSigner).value();
       t.qe_product = 1;
     },
     Status::kEvidenceKey},
    {"another module", 4, [](TestPlatform& t) { t.module_signer[47] = 1; }, Status::kEvidenceGuest},
    {"a module in debug", 4, [](TestPlatform& t) { t.module_attributes = 1; }, Status::kEvidenceGuest},
    {"migratable", 4, [](TestPlatform& t) { t.td_attributes |= 1u << 29; }, Status::kEvidenceGuest},
    {"with a migration TD", 5, [](TestPlatform& t) { t.service_td[0] = 1; }, Status::kEvidenceGuest},
};

TEST(Dcap, EachLieOfATdxPlatformHasItsRefusal) {
  for (const auto& row : kTdxLies) {
    TestPlatform test = Tdx(row.version);
    row.lie(test);
    EXPECT_EQ(DcapRefusal(test.Make()), row.refusal) << row.what;
  }
}

TEST(Dcap, DebugIsReportedNotRefused) {
  TestPlatform sgx;
  sgx.attributes |= 2;
  EXPECT_TRUE(verifier::VerifySgx(sgx.Make()).value().debug);
  for (const std::uint64_t bit : {1u, 0x80u}) {
    TestPlatform tdx = Tdx(4);
    tdx.td_attributes |= bit;
    EXPECT_TRUE(verifier::VerifyTdx(tdx.Make()).value().debug);
  }
}

TEST(Dcap, ChainsArePemAndNothingElse) {
  const TestPlatform test;
  const std::string good = test.Chain();
  const auto refusal = [&test](const std::string& chain) {
    return DcapRefusal({Provider::kSgx, test.QuoteWith(chain), {}});
  };
  EXPECT_EQ(refusal(good), Status::kOk);
  EXPECT_EQ(refusal(good + std::string(1, '\0')), Status::kOk);
  EXPECT_EQ(refusal(good.substr(0, good.size() - 1)), Status::kOk);  // without the last line feed
  EXPECT_EQ(refusal(good + std::string(2, '\0')), Status::kEvidenceFormat);
  EXPECT_EQ(refusal(good + "\n"), Status::kEvidenceFormat);
  EXPECT_EQ(refusal("\n" + good), Status::kEvidenceFormat);
  EXPECT_EQ(refusal(good + good), Status::kEvidenceFormat);
  EXPECT_EQ(refusal(""), Status::kEvidenceFormat);
  EXPECT_EQ(refusal(good.substr(0, good.size() - 10)), Status::kEvidenceFormat);
  const std::size_t second = good.find("-----BEGIN", 10);
  EXPECT_EQ(refusal(good.substr(0, second)), Status::kEvidenceChain);
  EXPECT_EQ(refusal(good.substr(second)), Status::kEvidenceChain);
  std::string crlf = good;
  crlf.insert(crlf.find('\n'), "\r");
  EXPECT_EQ(refusal(crlf), Status::kEvidenceFormat);
  EXPECT_EQ(refusal("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), Status::kEvidenceFormat);
}

TEST(Dcap, PartsOfTwoQuotesDoNotFit) {
  const TestPlatform test;
  TestPlatform other;
  const Evidence good = test.Make();
  Evidence mixed = good;
  mixed.quote = test.QuoteWith(other.Chain());
  EXPECT_EQ(DcapRefusal(mixed), Status::kEvidenceSignature);
  other.attestation_key = test.attestation_key;
  other.quote_signer = test.quote_signer;
  EXPECT_EQ(DcapRefusal(other.Make()),
            Status::kOk);  // the same attestation key, certified by another platform
  mixed.quote = good.quote;
  mixed.provider = Provider::kTdx;
  EXPECT_EQ(DcapRefusal(mixed), Status::kEvidenceFormat);
  EXPECT_EQ(RefusalOf(verifier::VerifyTdx, good), Status::kEvidenceProvider);
  mixed = good;
  mixed.collateral.push_back(Bytes(1));
  EXPECT_EQ(DcapRefusal(mixed), Status::kEvidenceFormat);
}

TEST(Dcap, AQuoteKnowsItsOwnLength) {
  for (const TestPlatform& test : {TestPlatform{}, Tdx(4), Tdx(5)}) {
    Bytes padded = test.Make().quote;
    const std::size_t size = padded.size();
    EXPECT_EQ(DcapQuoteBytes(padded), size);
    padded.resize(size + 1000);
    EXPECT_EQ(DcapQuoteBytes(padded), size);
    padded.resize(size - 1);
    EXPECT_EQ(DcapQuoteBytes(padded), 0u);
  }
  EXPECT_EQ(DcapQuoteBytes({}), 0u);
  EXPECT_EQ(DcapQuoteBytes(Bytes(5000)), 0u);
}

}  // namespace
}  // namespace passport::attest
