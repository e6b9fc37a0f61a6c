// Any bytes as evidence, and as a record to passport-verifier: one encoding, one answer.
#include "tests/fuzz_attest/one_byte.h"
#include "trusted/platform_link/helper.h"
#include "trusted/verifier/verify.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const Bytes raw_answer = verifier::AnswerRequest(input);
  PASSPORT_CHECK(platform_link::HelperAnswer::Parse(raw_answer).ok());
  const auto evidence = attest::Evidence::Parse(input);
  if (!evidence.ok()) return 0;
  PASSPORT_CHECK(Equal(evidence.value().Encode(), input));
  if (!fuzz::IsLookedAtClosely(input)) return 0;
  const Bytes record = platform_link::HelperRequest{platform_link::Op::kVerify, input}.Encode();
  const Bytes answer = verifier::AnswerRequest(record);
  const auto parsed = platform_link::HelperAnswer::Parse(answer);
  PASSPORT_CHECK(parsed.ok());
  const auto findings = verifier::Verify(evidence.value());
  PASSPORT_CHECK(parsed.value().ok == findings.ok());
  if (!findings.ok()) {
    PASSPORT_CHECK(IsPlainText(AsText(parsed.value().body)));
    return 0;
  }
  PASSPORT_CHECK(Equal(parsed.value().body, findings.value().Encode()));
  PASSPORT_CHECK(findings.value().provider == evidence.value().provider);
  return 0;
}
