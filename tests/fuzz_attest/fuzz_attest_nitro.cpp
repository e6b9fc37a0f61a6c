// Nitro documents: bounds of what parses, and nothing in an accepted one can be another byte.
#include "tests/fuzz_attest/one_byte.h"
#include "trusted/attest/nitro_document.h"
#include "trusted/verifier/nitro.h"

using namespace passport;

namespace {

Result<attest::Findings> VerifyDocument(const Bytes& document) {
  return verifier::VerifyNitroDocument(document);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const auto document = attest::NitroDocument::Parse(input);
  if (!document.ok()) return 0;
  PASSPORT_CHECK(size <= attest::kNitroBytesMax && document.value().pcrs.size() <= attest::kNitroPcrsMax);
  PASSPORT_CHECK(!document.value().bundle.empty() &&
                 document.value().bundle.size() <= attest::kNitroBundleMax);
  for (std::size_t i = 1; i < document.value().pcrs.size(); ++i)
    PASSPORT_CHECK(document.value().pcrs[i - 1].index < document.value().pcrs[i].index);
  PASSPORT_CHECK(document.value().SignedBytes().size() > document.value().payload.size());
  if (!fuzz::IsLookedAtClosely(input)) return 0;
  const auto findings = VerifyDocument(ToBytes(input));
  if (findings.ok()) attest::CheckOneByte(input, findings.value(), VerifyDocument);
  return 0;
}
