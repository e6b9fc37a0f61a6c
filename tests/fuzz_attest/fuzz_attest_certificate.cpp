// X.509: certificates one after the other, each behind its length as two bytes, little endian; as one chain,
// and what each says. A chain that holds does so only in this order.
#include <algorithm>

#include "edl/base/codec.h"
#include "tests/fuzz_attest/one_byte.h"
#include "trusted/verifier/chain.h"
#include "trusted/verifier/pck.h"
#include "trusted/verifier/pem.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in({data, size});
  std::vector<ByteSpan> chain;
  while (in.remaining() > 0 && chain.size() < verifier::kChainMax) {
    const std::uint16_t length = in.U16();
    chain.push_back(in.Raw(length));
  }
  for (const ByteSpan der : chain) {
    const auto certificate = verifier::Certificate::Parse(der);
    if (!certificate.ok()) continue;
    PASSPORT_CHECK(!certificate.value().spki().empty());
    PASSPORT_CHECK(!(certificate.value().IsEndEntity() && certificate.value().MayIssueAbove(0)));
    const auto facts = verifier::PckFacts::Read(certificate.value());
    if (facts.ok())
      PASSPORT_CHECK(std::ranges::all_of(facts.value().components, [](auto c) { return c < 256; }));
  }
  const auto pem = verifier::ParsePemChain({data, size}, 3);
  if (pem.ok()) PASSPORT_CHECK(!pem.value().empty() && pem.value().size() <= 3);
  if (!fuzz::IsLookedAtClosely({data, size})) return 0;
  using verifier::Algorithm;
  for (const Algorithm algorithm :
       {Algorithm::kP256Sha256, Algorithm::kP384Sha384, Algorithm::kRsaPssSha384}) {
    const Algorithm leaf = algorithm == Algorithm::kRsaPssSha384 ? Algorithm::kP384Sha384 : algorithm;
    const auto verified = verifier::VerifyChain(chain, algorithm, leaf);
    if (!verified.ok()) continue;
    PASSPORT_CHECK(verified.value().not_before_s <= verified.value().not_after_s);
    std::reverse(chain.begin(), chain.end());
    PASSPORT_CHECK(!verifier::VerifyChain(chain, algorithm, leaf).ok());
    std::reverse(chain.begin(), chain.end());
  }
  return 0;
}
