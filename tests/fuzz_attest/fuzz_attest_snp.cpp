// SEV-SNP: a report, and after it a certificate table.
#include "tests/fuzz_attest/one_byte.h"
#include "trusted/attest/snp_report.h"
#include "trusted/verifier/snp.h"

using namespace passport;

namespace {

bool IsInside(ByteSpan part, ByteSpan whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size <= attest::kSnpReportBytes) {
    PASSPORT_CHECK(size == attest::kSnpReportBytes || !attest::SnpReport::Parse({data, size}).ok());
    return 0;
  }
  const ByteSpan report(data, attest::kSnpReportBytes);
  const ByteSpan table = ByteSpan(data, size).subspan(attest::kSnpReportBytes);
  const auto certificates = attest::SnpCertificates::Parse(table);
  if (certificates.ok()) {
    for (const ByteSpan one : {certificates.value().vcek, certificates.value().vlek, certificates.value().ask,
                               certificates.value().ark})
      PASSPORT_CHECK(IsInside(one, table));
  }
  const auto parsed = attest::SnpReport::Parse(report);
  if (parsed.ok()) PASSPORT_CHECK(parsed.value().turin || parsed.value().reported_tcb.fmc == 0);
  if (!fuzz::IsLookedAtClosely({data, size})) return 0;
  const auto verify = [&table](const Bytes& quote) {
    return verifier::VerifySnp({attest::Provider::kSnp, quote, {ToBytes(table)}});
  };
  const auto findings = verify(ToBytes(report));
  if (findings.ok()) attest::CheckOneByte(report, findings.value(), verify);
  return 0;
}
