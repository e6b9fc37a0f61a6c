// SealedBlob: a root key under a TPM, as a file keeps it.
#pragma once

#include "trusted/devices/tpm_pcrs.h"

namespace passport::devices {

// Nothing in it is secret. `pcrs` is what the policy demands, so that a refusal can name the registers that
// differ; `storage_key` is the TPM's own, so that another TPM is told from a changed one.
struct SealedBlob {
  PcrValues pcrs{};
  Hash32 storage_key{};  // SHA-256 of its TPMT_PUBLIC
  Bytes area;            // TPM2B_PUBLIC of the sealed object
  Bytes wrapped;         // TPM2B_PRIVATE: encrypted and authenticated by the TPM
  bool operator==(const SealedBlob&) const = default;

  // "PTPM", u8 version 1, values of PCR 0 to 9 and 14, storage key, then both parts with their length.
  // Canonical: Parse accepts exactly what Encode makes; kMalformed otherwise.
  Bytes Encode() const;
  static Result<SealedBlob> Parse(ByteSpan input);
};
inline constexpr std::size_t kBlobAreaBytesMax = 256;
inline constexpr std::size_t kBlobWrappedBytesMax = 512;
inline constexpr std::size_t kBlobBytesMax =
    4 + 1 + 11 * 32 + 32 + 4 + kBlobAreaBytesMax + 4 + kBlobWrappedBytesMax;

}  // namespace passport::devices
