// A root key under the TPM: only this machine, started as it was, with this enclave, gets it back.
#pragma once

#include "trusted/crypto/secret.h"
#include "trusted/devices/sealed_blob.h"

namespace passport::devices {

// Seals to the registers as they are, but to PCR 14 as it is with the image of `measurement`: that of the
// next enclave, before an upgrade. The result is a SealedBlob.
Result<Bytes, Refusal> SealKey(Tpm& tpm, const crypto::SecretKey32& key, const Hash32& measurement);

// From now on the TPM must be the one that made this blob. Refuses what is no blob.
Result<Unit, Refusal> PinStorageKey(Tpm& tpm, ByteSpan blob);

// Refuses what is no blob, a blob of another TPM, one that the TPM did not make, and one whose registers
// differ: each in its own words, and the last two by the TPM itself.
Result<crypto::SecretKey32, Refusal> UnsealKey(Tpm& tpm, ByteSpan blob);

}  // namespace passport::devices
