// The TPM's rollback counter: a number that only rises, whatever happens to the node's disk.
#pragma once

#include "trusted/devices/tpm.h"

namespace passport::devices {

// In the owner's range of NV indices (TCG Registry of Reserved TPM 2.0 Handles: 0x01800000 on). One node for
// each TPM.
inline constexpr TPM2_HANDLE kCounterIndex = 0x01805050;
// More than this many steps at once is a mistake, not a raise: each wears the TPM's memory, and is never
// taken back.
inline constexpr std::uint64_t kRaiseStepsMax = 16;

// Makes the counter if there is none: with a root key and at no other time, so that one that was deleted does
// not begin anew unnoticed. A TPM lets no new counter begin below one that was deleted.
Result<Unit, Refusal> MakeCounter(Tpm& tpm);

// Refuses if there is none.
Result<std::uint64_t, Refusal> ReadCounter(Tpm& tpm);

// Increments until the value is at least the target and returns it. Refuses a target more than kRaiseStepsMax
// away.
Result<std::uint64_t, Refusal> RaiseCounter(Tpm& tpm, std::uint64_t target);

}  // namespace passport::devices
