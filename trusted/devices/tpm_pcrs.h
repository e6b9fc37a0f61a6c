// The registers that say what this machine started: reading them, and the one that names the enclave.
#pragma once

#include "trusted/attest/tpm2.h"
#include "trusted/devices/tpm.h"

namespace passport::devices {

// PCR 0 to 9: firmware, boot loader and kernel; 14: the enclave image. In the order of attest::kQuotedPcrs.
using PcrValues = std::array<Hash32, attest::kQuotedPcrs.size()>;
inline constexpr std::size_t kEnclavePcrAt = attest::kQuotedPcrs.size() - 1;

Result<PcrValues, Refusal> ReadPcrs(Tpm& tpm);

// Extends PCR 14 with the measurement if it is still zero and reads it back; goes on if it has that value
// already; refuses if it has any other.
Result<Unit, Refusal> MeasureEnclave(Tpm& tpm, const Hash32& measurement);

// SHA-256 over all values: what a policy and a quote contain.
Hash32 PcrDigest(const PcrValues& values);

// "4, 7": the registers that differ.
std::string DifferingPcrs(const PcrValues& a, const PcrValues& b);

}  // namespace passport::devices
