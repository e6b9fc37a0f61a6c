// A quote: the TPM's signature over its registers and over what the enclave wants to have known.
#pragma once

#include "trusted/attest/tpm2_quote.h"
#include "trusted/devices/tpm.h"

namespace passport::devices {

// Over PCR 0 to 9 and 14, with SHA-256(report_data) as the data to qualify it: some TPMs take no more than 32
// bytes. `measurement` is what PCR 14 was extended with.
Result<attest::Tpm2Quote, Refusal> MakeQuote(Tpm& tpm, const ByteArray<64>& report_data,
                                             const Hash32& measurement);

}  // namespace passport::devices
