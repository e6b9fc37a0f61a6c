// Tpm2Quote: what a TPM's quote consists of, in one piece.
#pragma once

#include "edl/base/bytes.h"

namespace passport::attest {

inline constexpr std::uint8_t kEnclavePcr = 14;  // the launcher's measurement of the enclave image goes there
inline constexpr std::size_t kPcrCount = 24;

// The TPM's own structures as it marshals them (big endian, TPM 2.0 Library part 2), none in its TPM2B
// wrapping; PCR values of the SHA-256 bank. `report_data` is here because the TPM signs only its SHA-256,
// `enclave_image` because PCR 14 holds only its hash.
struct Tpm2Quote {
  struct Pcr {
    std::uint8_t index = 0;
    Hash32 value{};
    bool operator==(const Pcr&) const = default;
  };
  Bytes attest;           // TPMS_ATTEST, exactly what was signed; at most 1024 bytes
  Bytes signature;        // TPMT_SIGNATURE; at most 512
  Bytes ak_public;        // TPMT_PUBLIC of the attestation key; at most 1024
  std::vector<Pcr> pcrs;  // every selected PCR by rising index, kEnclavePcr among them
  ByteArray<64> report_data{};
  Hash32 enclave_image{};

  // Canonical: Parse accepts exactly what Encode makes; kMalformed otherwise. What breaks a bound is a bug
  // for Encode.
  Bytes Encode() const;
  static Result<Tpm2Quote> Parse(ByteSpan input);
  bool operator==(const Tpm2Quote&) const = default;
};

}  // namespace passport::attest
