// TPM quotes: nothing in an accepted one can be another byte.
#include "tests/fuzz_attest/one_byte.h"
#include "trusted/attest/tpm2.h"

using namespace passport;

namespace {

Result<attest::Findings> VerifyQuote(const Bytes& quote) {
  return attest::VerifyTpm2({attest::Provider::kTpm2, quote, {}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const auto findings = VerifyQuote(ToBytes(input));
  if (findings.ok()) attest::CheckOneByte(input, findings.value(), VerifyQuote);
  return 0;
}
