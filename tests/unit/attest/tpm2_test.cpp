// TPM quotes: one that swtpm made, and a TPM of the test's own whose every field can be another.
#include "trusted/attest/tpm2.h"

#include <gtest/gtest.h>

#include "tests/unit/attest/test_tpm.h"

namespace passport::attest {
namespace {

Status TpmRefusal(const Tpm2Quote& quote) {
  const auto verified = VerifyTpm2({Provider::kTpm2, quote.Encode(), {}});
  return verified.ok() ? Status::kOk : verified.error();
}

TEST(Tpm2, AQuoteOfSwtpmIsWhatItSays) {
  const Tpm2Quote quote = SwtpmQuote();
  const auto verified = VerifyTpm2({Provider::kTpm2, quote.Encode(), {}});
  ASSERT_TRUE(verified.ok());
  const Findings& findings = verified.value();
  EXPECT_EQ(findings.provider, Provider::kTpm2);
  EXPECT_FALSE(findings.debug || findings.simulated || findings.tcb_current);
  EXPECT_EQ(ToBytes(findings.report_data), CountedBytes(64));
  EXPECT_EQ(findings.enclave_image, crypto::HashSha256(AsBytes("enclave image")));
  crypto::Sha256 boot;
  boot.Update(quote.pcrs.front().value).Update(Bytes(9 * 32));
  EXPECT_EQ(findings.measurement, ToBytes(boot.Final()));
  EXPECT_EQ(findings.attester, crypto::HashSha256(quote.ak_public));
  EXPECT_EQ(findings.root, Hash32{});
  ASSERT_TRUE(findings.tpm_clock.has_value());
  EXPECT_EQ(*findings.tpm_clock, (TpmClock{0x553, 1, 0, true}));
  ASSERT_EQ(findings.registers.size(), 11u);
  EXPECT_EQ(findings.registers.back().index, 14);
  EXPECT_EQ(Findings::Parse(findings.Encode()).value(), findings);
}

// Nothing in it can be changed, not even to another good value.
TEST(Tpm2, EveryByteCounts) {
  const Bytes good = SwtpmQuote().Encode();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const std::uint8_t mask : {std::uint8_t{1}, std::uint8_t{0x80}}) {
      const auto verified = VerifyTpm2Quote(Flipped(good, at, mask));
      // Only words of the key that nobody relies on change it into another one: another attester.
      if (!verified.ok()) continue;
      EXPECT_NE(verified.value().findings.attester, crypto::HashSha256(SwtpmQuote().ak_public)) << at;
    }
  }
}

TEST(Tpm2, TheTestsOwnTpmIsBelieved) {
  EXPECT_EQ(TpmRefusal(TestTpm{}.Quote()), Status::kOk);
  TestTpm unsafe;
  unsafe.safe = 0;
  EXPECT_FALSE(VerifyTpm2Quote(unsafe.Quote().Encode()).value().findings.tpm_clock->safe);
}

const struct {
  const char* what;
  void (*lie)(TestTpm&);
  Status refusal;
} kTpmLies[] = {
    {"not the TPM's own words", [](TestTpm& t) { t.magic ^= 1; }, Status::kEvidenceFormat},
    {"a certification instead of a quote", [](TestTpm& t) { t.type = 0x8017; }, Status::kEvidenceFormat},
    {"two banks", [](TestTpm& t) { t.banks = 2; }, Status::kEvidenceFormat},
    {"SHA-1 bank", [](TestTpm& t) { t.bank = 4; }, Status::kEvidenceFormat},
    {"no truth value", [](TestTpm& t) { t.safe = 2; }, Status::kEvidenceFormat},
    {"trailing byte", [](TestTpm& t) { t.trailing = {0}; }, Status::kEvidenceFormat},
    {"cipher of a storage key", [](TestTpm& t) { t.symmetric = 6; }, Status::kEvidenceFormat},
    {"key derivation", [](TestTpm& t) { t.kdf = 0x0020; }, Status::kEvidenceFormat},
    {"RSA key", [](TestTpm& t) { t.key_type = 1; }, Status::kEvidenceAlgorithm},
    {"name by SHA-1", [](TestTpm& t) { t.name_algorithm = 4; }, Status::kEvidenceAlgorithm},
    {"a key without a scheme", [](TestTpm& t) { t.scheme = 0x0010; }, Status::kEvidenceAlgorithm},
    {"Schnorr key", [](TestTpm& t) { t.scheme = 0x001c; }, Status::kEvidenceAlgorithm},
    {"SHA-1 key", [](TestTpm& t) { t.scheme_hash = 4; }, Status::kEvidenceAlgorithm},
    {"P-384", [](TestTpm& t) { t.curve = 4; }, Status::kEvidenceAlgorithm},
    {"RSA signature", [](TestTpm& t) { t.signature_algorithm = 0x14; }, Status::kEvidenceAlgorithm},
    {"SHA-1 signature", [](TestTpm& t) { t.signature_hash = 4; }, Status::kEvidenceAlgorithm},
    {"unrestricted", [](TestTpm& t) { t.attributes &= ~(1u << 16); }, Status::kEvidenceKey},
    {"not for signing", [](TestTpm& t) { t.attributes &= ~(1u << 18); }, Status::kEvidenceKey},
    {"can leave the TPM", [](TestTpm& t) { t.attributes &= ~(1u << 1); }, Status::kEvidenceKey},
    {"can change its parent", [](TestTpm& t) { t.attributes &= ~(1u << 4); }, Status::kEvidenceKey},
    {"came from outside", [](TestTpm& t) { t.attributes &= ~(1u << 5); }, Status::kEvidenceKey},
    {"decrypts too", [](TestTpm& t) { t.attributes |= 1u << 17; }, Status::kEvidenceKey},
    {"signs certificates", [](TestTpm& t) { t.attributes |= 1u << 19; }, Status::kEvidenceKey},
    {"another report", [](TestTpm& t) { t.extra_data = Bytes(32, 1); }, Status::kEvidenceBinding},
    {"no report", [](TestTpm& t) { t.extra_data = Bytes{}; }, Status::kEvidenceBinding},
    {"other PCR values", [](TestTpm& t) { t.pcr_digest = Bytes(32, 1); }, Status::kEvidenceBinding},
    {"fewer PCRs",
     [](TestTpm& t) {
       t.selection = {0xfe, 0x43, 0x00};
     },
     Status::kEvidenceBinding},
    {"a longer selection",
     [](TestTpm& t) {
       t.selection = {0xff, 0x43, 0, 0};
     },
     Status::kEvidenceBinding},
    {"fewer PCR values", [](TestTpm& t) { t.parts.pcrs.erase(t.parts.pcrs.begin()); },
     Status::kEvidenceBinding},
    {"another PCR", [](TestTpm& t) { t.parts.pcrs[9].index = 10; }, Status::kEvidenceBinding},
    {"another image", [](TestTpm& t) { t.parts.enclave_image[0] ^= 1; }, Status::kEvidenceBinding},
    {"extended twice",
     [](TestTpm& t) {
       Hash32& pcr = t.parts.pcrs.back().value;
       pcr = crypto::HashSha256({pcr, t.parts.enclave_image});
     },
     Status::kEvidenceBinding},
};

TEST(Tpm2, EachLieHasItsRefusal) {
  for (const auto& row : kTpmLies) {
    TestTpm tpm;
    row.lie(tpm);
    EXPECT_EQ(TpmRefusal(tpm.Quote()), row.refusal) << row.what;
  }
}

TEST(Tpm2, PartsOfTwoQuotesDoNotFit) {
  TestTpm tpm;
  const Tpm2Quote first = tpm.Quote();
  tpm.parts.report_data[0] ^= 1;
  const Tpm2Quote second = tpm.Quote();
  Tpm2Quote mixed = first;
  mixed.report_data = second.report_data;
  EXPECT_EQ(TpmRefusal(mixed), Status::kEvidenceBinding);
  mixed = first;
  mixed.signature = second.signature;
  EXPECT_EQ(TpmRefusal(mixed), Status::kEvidenceSignature);
  mixed = first;
  mixed.ak_public = TestTpm{}.Quote().ak_public;
  EXPECT_EQ(TpmRefusal(mixed), Status::kEvidenceSignature);
}

TEST(Tpm2, PointsOffTheCurveAreNoKeys) {
  Tpm2Quote quote = TestTpm{}.Quote();
  quote.ak_public.back() ^= 1;
  EXPECT_EQ(TpmRefusal(quote), Status::kEvidenceKey);
}

TEST(Tpm2, CertificatesAreNotForTheCore) {
  EXPECT_EQ(VerifyTpm2({Provider::kTpm2, SwtpmQuote().Encode(), {Bytes(1)}}).error(),
            Status::kEvidenceProvider);
  EXPECT_EQ(VerifyTpm2({Provider::kSnp, SwtpmQuote().Encode(), {}}).error(), Status::kEvidenceProvider);
}

}  // namespace
}  // namespace passport::attest
