// Any bytes as what a peer shows of itself, or as operators' statement of a policy.
#include "trusted/core/evidence_desk.h"
#include "trusted/core/policy_statement.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  if (const auto proof = core::Proof::Parse(input); proof.ok())
    PASSPORT_CHECK(Equal(proof.value().Encode(), input));
  if (const auto shown = core::SessionEvidence::Parse(input); shown.ok())
    PASSPORT_CHECK(Equal(shown.value().Encode(), input));
  if (const auto statement = core::PolicyStatement::Parse(input); statement.ok())
    PASSPORT_CHECK(Equal(statement.value().Encode(), input));
  return 0;
}
