// SGX and TDX quotes: what parses is exactly as long as it says, and all its parts are inside.
#include "trusted/attest/dcap_quote.h"

#include "tests/fuzz_attest/one_byte.h"
#include "trusted/verifier/dcap.h"

using namespace passport;

namespace {

bool IsInside(ByteSpan part, ByteSpan whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void Check(ByteSpan input, attest::Provider provider,
           Result<attest::Findings> (*verify)(const attest::Evidence& evidence)) {
  const auto quote = attest::DcapQuote::Parse(input, provider);
  if (!quote.ok()) return;
  PASSPORT_CHECK(attest::DcapQuoteBytes(input) == input.size());
  for (const ByteSpan part : {quote.value().signed_part, quote.value().qe_report_bytes, quote.value().qe_auth,
                              quote.value().pck_chain})
    PASSPORT_CHECK(IsInside(part, input));
  if (!fuzz::IsLookedAtClosely(input)) return;
  const auto verify_quote = [&](const Bytes& bytes) { return verify({provider, bytes, {}}); };
  const auto findings = verify_quote(ToBytes(input));
  if (findings.ok()) attest::CheckOneByte(input, findings.value(), verify_quote);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  Check(input, attest::Provider::kSgx, verifier::VerifySgx);
  Check(input, attest::Provider::kTdx, verifier::VerifyTdx);
  return 0;
}
