// Findings and TPM quotes: what parses encodes to the same bytes.
#include "trusted/attest/findings.h"
#include "trusted/attest/tpm2_quote.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  if (const auto findings = attest::Findings::Parse(input); findings.ok())
    PASSPORT_CHECK(Equal(findings.value().Encode(), input));
  if (const auto quote = attest::Tpm2Quote::Parse(input); quote.ok())
    PASSPORT_CHECK(Equal(quote.value().Encode(), input));
  return 0;
}
