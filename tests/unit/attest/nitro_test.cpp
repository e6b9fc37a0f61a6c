// Nitro documents: one that AWS signed, and those of a hypervisor of the test's own.
#include "trusted/verifier/nitro.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"
#include "tests/unit/attest/test_hypervisor.h"
#include "trusted/attest/nitro_document.h"
#include "trusted/crypto/hash.h"

namespace passport::attest {
namespace {

Status NitroRefusal(const TestHypervisor& test) { return RefusalOf(verifier::VerifyNitro, test.Make()); }

Bytes Recorded() { return kat::Hex(kat::Cases("nitro_document.txt", "document", 1).at(0)[0]); }

TEST(Nitro, ADocumentOfAwsVerifies) {
  const auto verified = verifier::VerifyNitroDocument(Recorded());
  ASSERT_TRUE(verified.ok());
  const Findings& findings = verified.value();
  EXPECT_TRUE(findings.debug);  // its PCR 0 to 2 are zero
  EXPECT_EQ(findings.measurement, Bytes(48));
  EXPECT_EQ(findings.registers.size(), 16u);
  EXPECT_TRUE(findings.ValidAt(1731627989, 1731627989));
  EXPECT_EQ(findings.not_after_s - findings.not_before_s, 10803u);  // three hours and three seconds
  // Of AWS' root certificate "aws.nitro-enclaves", G1.
  EXPECT_EQ(ToHex(findings.root), "f2caf5ecc6190b4a8399b78bc58a2bbcd0382375db8a1bfd78a82743874fd225");
  // Its user data are 32 bytes: not ours.
  EXPECT_EQ(RefusalOf(verifier::VerifyNitro, {Provider::kNitro, Recorded(), {}}), Status::kEvidenceBinding);
}

TEST(Nitro, EveryByteOfADocumentCounts) {
  const Bytes good = Recorded();
  // Every byte of the envelope and of the signature, and enough of the payload, which the signature is over.
  for (std::size_t at = 0; at < good.size(); at += at < 12 || at > good.size() - 100 ? 1U : 17U) {
    EXPECT_FALSE(verifier::VerifyNitroDocument(Flipped(good, at, at % 2 == 0 ? 1 : 0x20)).ok()) << at;
  }
}

TEST(Nitro, AGoodDocumentIsWhatItSays) {
  TestHypervisor test;
  for (const bool indefinite : {false, true}) {
    test.indefinite = indefinite;
    const auto verified = verifier::VerifyNitro(test.Make());
    ASSERT_TRUE(verified.ok());
    const Findings& findings = verified.value();
    EXPECT_EQ(findings.provider, Provider::kNitro);
    EXPECT_FALSE(findings.debug || findings.simulated || findings.tcb_current);
    EXPECT_EQ(ToBytes(findings.report_data), Bytes(64, 0xd1));
    EXPECT_EQ(findings.measurement, Bytes(48, 1));
    EXPECT_EQ(findings.signer, Bytes(48, 9));
    EXPECT_EQ(findings.attester, crypto::HashSha256(SpkiOf(test.leaf_key)));
    EXPECT_EQ(findings.root, crypto::HashSha256(SpkiOf(test.root_key)));
    EXPECT_EQ(findings.registers.size(), 16u);
    EXPECT_EQ(Findings::Parse(findings.Encode()).value(), findings);
  }
}

const struct {
  const char* what;
  void (*lie)(TestHypervisor&);
  Status refusal;
} kNitroLies[] = {
    {"no module", [](TestHypervisor& t) { t["module_id"] = Text(""); }, Status::kEvidenceFormat},
    {"SHA-256", [](TestHypervisor& t) { t["digest"] = Text("SHA256"); }, Status::kEvidenceAlgorithm},
    {"time as text", [](TestHypervisor& t) { t["timestamp"] = Text("now"); }, Status::kEvidenceFormat},
    {"made too early", [](TestHypervisor& t) { t["timestamp"] = Number(1'699'999'999'000); },
     Status::kEvidenceValidity},
    {"made too late", [](TestHypervisor& t) { t["timestamp"] = Number(1'900'000'001'000); },
     Status::kEvidenceValidity},
    {"no PCRs", [](TestHypervisor& t) { t["pcrs"] = Map({}); }, Status::kEvidenceFormat},
    {"short PCR",
     [](TestHypervisor& t) {
       t["pcrs"] = Map({{Number(0), String(Bytes(32))}});
     },
     Status::kEvidenceFormat},
    {"PCR 32",
     [](TestHypervisor& t) {
       t["pcrs"] = Map({{Number(32), String(Bytes(48))}});
     },
     Status::kEvidenceFormat},
    {"PCR twice",
     [](TestHypervisor& t) {
       t["pcrs"] = Map({{Number(0), String(Bytes(48))}, {Number(0), String(Bytes(48))}});
     },
     Status::kEvidenceFormat},
    {"only PCR 0",
     [](TestHypervisor& t) {
       t["pcrs"] = Map({{Number(0), String(Bytes(48))}});
     },
     Status::kEvidenceFormat},
    {"no bundle", [](TestHypervisor& t) { t["cabundle"] = Array({}); }, Status::kEvidenceFormat},
    {"a long bundle", [](TestHypervisor& t) { t["cabundle"] = Array(std::vector<Bytes>(9, String({1}))); },
     Status::kEvidenceFormat},
    {"no certificate", [](TestHypervisor& t) { t["certificate"] = String({}); }, Status::kEvidenceFormat},
    {"a certificate that is none", [](TestHypervisor& t) { t["certificate"] = String({1}); },
     Status::kEvidenceFormat},
    {"no user data", [](TestHypervisor& t) { t["user_data"] = Null(); }, Status::kEvidenceBinding},
    {"short user data", [](TestHypervisor& t) { t["user_data"] = String(Bytes(63)); },
     Status::kEvidenceBinding},
    {"long user data", [](TestHypervisor& t) { t["user_data"] = String(Bytes(513)); },
     Status::kEvidenceFormat},
    {"long nonce", [](TestHypervisor& t) { t["nonce"] = String(Bytes(513)); }, Status::kEvidenceFormat},
    {"an unknown member",
     [](TestHypervisor& t) {
       t.Remove("nonce");
       t["nonsense"] = Null();
     },
     Status::kEvidenceFormat},
    {"a member twice",
     [](TestHypervisor& t) {
       t.Remove("nonce");
       t.members.push_back({Text("digest"), Text("SHA384")});
     },
     Status::kEvidenceFormat},
    {"a member is missing", [](TestHypervisor& t) { t.Remove("digest"); }, Status::kEvidenceFormat},
    {"ES256",
     [](TestHypervisor& t) {
       t.header = {0xa1, 0x01, 0x26};
     },
     Status::kEvidenceAlgorithm},
    {"a longer header",
     [](TestHypervisor& t) {
       t.header = {0xa1, 0x01, 0x39, 0x00, 0x22};
     },
     Status::kEvidenceAlgorithm},
    {"another key signs", [](TestHypervisor& t) { t.signing_key = MakeEcKey(kP384); },
     Status::kEvidenceSignature},
    {"a key on P-256", [](TestHypervisor& t) { t.leaf_key = MakeEcKey(kP256); }, Status::kEvidenceAlgorithm},
    {"no CA above", [](TestHypervisor& t) { t.middle.basic_constraints = "critical,CA:FALSE"; },
     Status::kEvidenceChain},
    {"expired before its CA",
     [](TestHypervisor& t) {
       t.middle.not_before_s = 1'900'000'001;
       t.middle.not_after_s = 1'950'000'000;
     },
     Status::kEvidenceValidity},
};

TEST(Nitro, EachLieHasItsRefusal) {
  for (const auto& row : kNitroLies) {
    TestHypervisor test;
    row.lie(test);
    EXPECT_EQ(NitroRefusal(test), row.refusal) << row.what;
  }
  TestHypervisor minimal;
  minimal.Remove("nonce");
  minimal.Remove("public_key");
  EXPECT_EQ(NitroRefusal(minimal), Status::kOk);
}

TEST(Nitro, ZeroRegistersAreDebug) {
  for (std::uint8_t zero = 0; zero < 4; ++zero) {
    TestHypervisor test;
    Members pcrs;
    for (std::uint8_t i = 0; i < 9; ++i)
      pcrs.push_back({Number(i), String(Bytes(48, static_cast<std::uint8_t>(i == zero ? 0 : 1)))});
    test["pcrs"] = Map(pcrs);
    EXPECT_EQ(verifier::VerifyNitro(test.Make()).value().debug, zero < 3) << int{zero};
  }
}

TEST(Nitro, TheEnvelopeIsExact) {
  const TestHypervisor test;
  const Bytes good = test.Document();
  const auto refusal = [](Bytes document) {
    return RefusalOf(verifier::VerifyNitro, {Provider::kNitro, std::move(document), {}});
  };
  EXPECT_EQ(refusal(good), Status::kOk);
  EXPECT_EQ(refusal(Joined({good, {0}})), Status::kEvidenceFormat);
  EXPECT_EQ(refusal(Joined({{0xd2}, good})), Status::kEvidenceFormat);  // a tag
  Bytes unprotected = good;
  unprotected[6] = 0xa1;
  EXPECT_EQ(refusal(unprotected), Status::kEvidenceFormat);
  EXPECT_EQ(refusal(Bytes(kNitroBytesMax + 1, 0x84)), Status::kEvidenceFormat);
  for (std::size_t size = 1; size < good.size(); size += 7)
    EXPECT_EQ(refusal(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))),
              Status::kEvidenceFormat);
  Evidence evidence = test.Make();
  evidence.provider = Provider::kSnp;
  EXPECT_EQ(RefusalOf(verifier::VerifyNitro, evidence), Status::kEvidenceProvider);
  evidence = test.Make();
  evidence.collateral.push_back(Bytes(1));
  EXPECT_EQ(RefusalOf(verifier::VerifyNitro, evidence), Status::kEvidenceFormat);
}

}  // namespace
}  // namespace passport::attest
