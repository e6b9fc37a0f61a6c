// What passport-verifier answers, without the process around it.
#include "trusted/verifier/verify.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/attest/good_evidence.h"
#include "trusted/platform_link/helper.h"

namespace passport::verifier {
namespace {

using attest::Evidence;
using attest::Findings;
using attest::Provider;
using platform_link::HelperAnswer;
using platform_link::HelperRequest;
using platform_link::Op;

struct Answered {
  bool ok = false;
  Bytes body;
};
Answered Ask(ByteSpan record) {
  const Bytes answer = AnswerRequest(record);
  const auto parsed = HelperAnswer::Parse(answer);
  EXPECT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().op, Op::kVerify);
  return {parsed.value().ok, ToBytes(parsed.value().body)};
}
Answered AskToVerify(ByteSpan evidence) { return Ask(HelperRequest{Op::kVerify, evidence}.Encode()); }

TEST(VerifierAnswers, EveryProviderHasAVerifier) {
  for (const Evidence& evidence : attest::GoodEvidence()) {
    const Answered answer = AskToVerify(evidence.Encode());
    ASSERT_TRUE(answer.ok) << attest::NameOf(evidence.provider) << ": " << AsText(answer.body);
    const auto findings = Findings::Parse(answer.body);
    ASSERT_TRUE(findings.ok());
    EXPECT_EQ(findings.value().provider, evidence.provider);
    EXPECT_EQ(findings.value().simulated, evidence.provider == Provider::kSimulated);
    EXPECT_FALSE(findings.value().debug);
  }
}

TEST(VerifierAnswers, RefusalsAreTextThatSaysWhatToDo) {
  std::vector<Bytes> refused = {Bytes{}, Bytes{0}, Bytes{1}, Bytes(65'536, 7), Bytes(70'000, 7)};
  refused.push_back(HelperRequest{Op::kSeal, Bytes(32)}.Encode());
  refused.push_back(HelperRequest{Op::kVerify, {}}.Encode());
  refused.push_back(HelperRequest{Op::kVerify, Evidence{}.Encode()}.Encode());
  refused.push_back(HelperRequest{Op::kVerify, Bytes(attest::kEvidenceBytesMax + 1)}.Encode());
  for (Evidence evidence : attest::GoodEvidence()) {
    evidence.quote.back() ^= 1;
    refused.push_back(HelperRequest{Op::kVerify, evidence.Encode()}.Encode());
  }
  for (const Bytes& record : refused) {
    const Answered answer = Ask(record);
    EXPECT_FALSE(answer.ok);
    EXPECT_TRUE(IsPlainText(AsText(answer.body)));
    EXPECT_NE(AsText(answer.body).find("; "), std::string_view::npos) << AsText(answer.body);
  }
}

// A provider's evidence under another provider's number is of no use.
TEST(VerifierAnswers, ProvidersAreNotMixedUp) {
  for (Evidence evidence : attest::GoodEvidence()) {
    const Provider own = evidence.provider;
    for (std::uint8_t number = 1; number < attest::kProviderCount; ++number) {
      evidence.provider = static_cast<Provider>(number);
      EXPECT_EQ(AskToVerify(evidence.Encode()).ok, evidence.provider == own);
    }
  }
}

TEST(CertifiedTpm2, TheCertificateMustBeTheKeys) {
  const auto refusal = [](const Evidence& evidence) { return attest::RefusalOf(Verify, evidence); };
  const Evidence good = attest::CertifiedTpm2();
  const auto findings = Verify(good);
  ASSERT_TRUE(findings.ok());
  EXPECT_NE(findings.value().root, Hash32{});
  EXPECT_EQ(findings.value().not_after_s, 1'900'000'000u);
  EXPECT_EQ(refusal(attest::CertifiedTpm2({}, attest::kP384)), Status::kOk);
  EXPECT_EQ(refusal(attest::CertifiedTpm2({}, "P-521")), Status::kEvidenceAlgorithm);
  Evidence others = good;
  others.collateral = attest::CertifiedTpm2().collateral;
  EXPECT_EQ(refusal(others), Status::kEvidenceBinding);
  Evidence short_chain = good;
  short_chain.collateral.pop_back();
  EXPECT_EQ(refusal(short_chain), Status::kEvidenceChain);
  EXPECT_EQ(refusal(attest::CertifiedTpm2({.basic_constraints = "critical,CA:TRUE"})),
            Status::kEvidenceChain);
}

}  // namespace
}  // namespace passport::verifier
