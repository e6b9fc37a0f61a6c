// Every verifier behind one door, and the answers of passport-verifier.
#pragma once

#include "trusted/attest/findings.h"

namespace passport::verifier {

// Evidence of any provider; kEvidenceProvider for none.
Result<attest::Findings> Verify(const attest::Evidence& evidence);

// One record of passportd answered, whatever its bytes: platform_link::HelperRequest in, HelperAnswer out.
Bytes AnswerRequest(ByteSpan record);

}  // namespace passport::verifier
