// Evidence: what a platform signed about an enclave, as the provider gave it and not yet believed.
#pragma once

#include <string_view>

#include "edl/base/bytes.h"

namespace passport::attest {

// Who signs. Numbers are part of encodings and never reused.
enum class Provider : std::uint8_t {
  kNone = 0,       // no evidence: claims are the enclave's own word
  kSimulated = 1,  // a public key signs: proves nothing
  kTpm2 = 2,       // a TPM's quote
  kSnp = 3,        // an AMD SEV-SNP report
  kTdx = 4,        // an Intel TDX quote
  kSgx = 5,        // an Intel SGX DCAP quote
  kNitro = 6,      // an AWS Nitro attestation document
};
inline constexpr std::size_t kProviderCount = 7;

// "none", "simulated", "tpm2", "snp", "tdx", "sgx", "nitro".
std::string_view NameOf(Provider provider);

inline constexpr std::size_t kEvidenceBytesMax = 49152;
inline constexpr std::size_t kCollateralItemsMax = 8;

// `quote` is the provider's own format (tpm2: Tpm2Quote), `collateral` what else its verifier needs:
//   tpm2   nothing, or the certificates of the attestation key: leaf first, root last, each DER
//   snp    one item, the certificate table of the extended report (auxblob of configfs-tsm)
//   tdx, sgx   nothing: the quote carries its chain
//   nitro  nothing: the document carries its chain
// `none` has neither, every other provider a quote that is not empty.
struct Evidence {
  Provider provider = Provider::kNone;
  Bytes quote;
  std::vector<Bytes> collateral;

  // Canonical: Parse accepts exactly what Encode makes, of at most kEvidenceBytesMax. Longer is a bug for
  // Encode (ask Fits) and kTooLong for Parse; anything else that is wrong is kMalformed.
  bool Fits() const;
  Bytes Encode() const;
  static Result<Evidence> Parse(ByteSpan input);
  bool operator==(const Evidence&) const = default;
};

}  // namespace passport::attest
