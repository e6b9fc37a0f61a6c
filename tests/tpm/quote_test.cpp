// Quotes: who checks them finds what they are about, and nothing of another one.
#include <tss2/tss2_mu.h>

#include "tests/tpm/fixture.h"
#include "trusted/attest/simulated.h"
#include "trusted/attest/tpm2.h"

namespace passport::tpm_test {
namespace {

using Quoting = TpmTest;

attest::Tpm2Quote QuoteOf(PlatformRun& run, std::uint8_t nonce) {
  const Reply reply = run.Call(Op::kQuote, Bytes(64, nonce));
  EXPECT_TRUE(reply.ok) << reply.text();
  const Result<attest::Evidence> evidence = attest::Evidence::Parse(reply.body);
  if (!evidence.ok() || evidence.value().provider != attest::Provider::kTpm2) return {};
  EXPECT_TRUE(evidence.value().collateral.empty());
  const Result<attest::Tpm2Quote> quote = attest::Tpm2Quote::Parse(evidence.value().quote);
  return quote.ok() ? quote.value() : attest::Tpm2Quote{};
}

TPMS_ATTEST Attested(const attest::Tpm2Quote& quote) {
  TPMS_ATTEST out{};
  std::size_t end = 0;
  EXPECT_EQ(Tss2_MU_TPMS_ATTEST_Unmarshal(quote.attest.data(), quote.attest.size(), &end, &out),
            TSS2_RC_SUCCESS);
  EXPECT_EQ(end, quote.attest.size());
  return out;
}

TEST_F(Quoting, PassesTheVerifierOfThePeers) {
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  const Reply reply = run.Call(Op::kQuote, Bytes(64, 1));
  const Result<attest::Evidence> evidence = attest::Evidence::Parse(reply.body);
  ASSERT_TRUE(evidence.ok());
  const Result<attest::Findings> findings = attest::VerifyTpm2(evidence.value());
  ASSERT_TRUE(findings.ok()) << static_cast<int>(findings.error());
  EXPECT_EQ(ToBytes(findings.value().report_data), Bytes(64, 1));
  EXPECT_EQ(findings.value().enclave_image, Measurement("enclave"));
  EXPECT_FALSE(findings.value().simulated);
  EXPECT_EQ(findings.value().attester, crypto::HashSha256(QuoteOf(run, 2).ak_public));
}

TEST_F(Quoting, WithTheNonceOfAnother_FailsTheVerifier) {
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  attest::Tpm2Quote quote = QuoteOf(run, 1);
  quote.report_data = {};
  const Result<attest::Findings> findings = attest::VerifyTpm2({attest::Provider::kTpm2, quote.Encode(), {}});
  ASSERT_FALSE(findings.ok());
  EXPECT_EQ(findings.error(), Status::kEvidenceBinding);
}

TEST_F(Quoting, SaysTheRegistersTheEnclaveAndTheNonce) {
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  const attest::Tpm2Quote quote = QuoteOf(run, 1);
  EXPECT_EQ(quote.enclave_image, Measurement("enclave"));
  ASSERT_EQ(quote.pcrs.size(), attest::kQuotedPcrs.size());
  EXPECT_EQ(quote.pcrs.back().value, attest::EnclavePcrOf(Measurement("enclave")));
  const TPMS_ATTEST attested = Attested(quote);
  EXPECT_EQ(attested.magic, TPM2_GENERATED_VALUE);
  ASSERT_EQ(attested.type, TPM2_ST_ATTEST_QUOTE);
  const ByteSpan extra(attested.extraData.buffer, attested.extraData.size);
  EXPECT_TRUE(Equal(extra, crypto::HashSha256(Bytes(64, 1))));
  EXPECT_FALSE(Equal(extra, crypto::HashSha256(Bytes(64, 2))));
  const TPMS_QUOTE_INFO& info = attested.attested.quote;
  ASSERT_EQ(info.pcrSelect.count, 1U);
  EXPECT_EQ(info.pcrSelect.pcrSelections[0].pcrSelect[0], 0xff);
  EXPECT_EQ(info.pcrSelect.pcrSelections[0].pcrSelect[1], 0x43);
}

TEST_F(Quoting, IsFreshEachTime_ByOneKeyOverReboots) {
  attest::Tpm2Quote first;
  {
    PlatformRun run(tpm().Name());
    ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
    first = QuoteOf(run, 1);
    const attest::Tpm2Quote again = QuoteOf(run, 1);
    EXPECT_EQ(again.ak_public, first.ak_public);
    EXPECT_NE(again.signature, first.signature);
    EXPECT_NE(Attested(QuoteOf(run, 2)).extraData.buffer[0], Attested(first).extraData.buffer[0]);
  }
  tpm().Reboot();
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  const attest::Tpm2Quote later = QuoteOf(run, 1);
  EXPECT_EQ(later.ak_public, first.ak_public);
  EXPECT_GT(Attested(later).clockInfo.resetCount, Attested(first).clockInfo.resetCount);
  EXPECT_NE(first.ak_public, Bytes{});
}

TEST_F(Quoting, OfAnotherTpm_IsByAnotherKey) {
  const Swtpm other_tpm;
  PlatformRun run(tpm().Name());
  PlatformRun other(other_tpm.Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  ASSERT_TRUE(other.Start(Measurement("enclave")).ok);
  EXPECT_NE(QuoteOf(run, 1).ak_public, QuoteOf(other, 1).ak_public);
}

TEST_F(Quoting, WithoutATpm_IsSimulatedInDevelopmentAndRefusedOtherwise) {
  PlatformRun production;
  ASSERT_TRUE(production.Start(Measurement("enclave")).ok);
  const Reply refused = production.Call(Op::kQuote, Bytes(64, 1));
  EXPECT_FALSE(refused.ok);
  EXPECT_NE(refused.text().find("nothing here can attest"), std::string::npos) << refused.text();

  PlatformRun development;
  ASSERT_TRUE(development.Start(Measurement("enclave"), platform_link::kStartDevelopment).ok);
  const Reply reply = development.Call(Op::kQuote, Bytes(64, 1));
  ASSERT_TRUE(reply.ok) << reply.text();
  const Result<attest::Evidence> evidence = attest::Evidence::Parse(reply.body);
  ASSERT_TRUE(evidence.ok());
  const Result<attest::Findings> findings = attest::VerifySimulated(evidence.value());
  ASSERT_TRUE(findings.ok());
  EXPECT_TRUE(findings.value().simulated);
  EXPECT_EQ(findings.value().enclave_image, Measurement("enclave"));
}

}  // namespace
}  // namespace passport::tpm_test
