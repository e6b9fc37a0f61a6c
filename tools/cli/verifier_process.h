// passport-verifier as a child of this program: reads certificates for it, confined as far as this user may.
#pragma once

#include "edl/base/bytes.h"
#include "trusted/attest/findings.h"

namespace passport::cli {

// What the program finds in encoded evidence, or why there is nothing, for a person. It is started for this
// one question and gets 20 s.
Result<attest::Findings, std::string> RunVerifier(const std::string& program, ByteSpan evidence);

}  // namespace passport::cli
