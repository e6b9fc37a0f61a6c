// Evidence that was accepted stands on its own bytes: any other byte is refused, or is a finding.
#pragma once

#include "tests/fuzz/costly.h"
#include "trusted/attest/findings.h"

namespace passport::attest {

// For fuzz targets: the input was accepted with these findings. One byte of it is changed, which one the
// input decides, and verified again.
template <class Verify>
void CheckOneByte(ByteSpan input, const Findings& findings, Verify verify) {
  PASSPORT_CHECK(Findings::Parse(findings.Encode()).value() == findings);
  std::size_t sum = input.size();
  for (const std::uint8_t byte : input) sum = sum * 31 + byte;
  Bytes changed = ToBytes(input);
  std::uint8_t& byte = changed[sum % changed.size()];
  byte = static_cast<std::uint8_t>(byte ^ 1u << sum / changed.size() % 8);
  const Result<Findings> again = verify(changed);
  PASSPORT_CHECK(!again.ok() || again.value() != findings);
}

}  // namespace passport::attest
