// AWS Nitro attestation documents as a format: COSE_Sign1 around a map of CBOR.
#pragma once

#include <optional>

#include "edl/base/bytes.h"

namespace passport::attest {

inline constexpr std::size_t kNitroBytesMax = 16384;
inline constexpr std::size_t kNitroPcrsMax = 32;
inline constexpr std::size_t kNitroBundleMax = 8;

// Bounds and members: "Nitro Enclaves attestation process" of aws-nitro-enclaves-nsm-api. All bytes are
// borrowed from the input.
struct NitroDocument {
  struct Pcr {
    std::uint8_t index = 0;
    ByteSpan value;  // 48 bytes: the digest is SHA-384
  };
  ByteSpan payload;  // what the signature is over, beside the constant header
  ByteArray<48> r{};
  ByteArray<48> s{};

  std::uint64_t timestamp_ms = 0;
  std::vector<Pcr> pcrs;  // by rising index, each once
  ByteSpan certificate;
  std::vector<ByteSpan> bundle;  // root first, as it stands there; 1 to kNitroBundleMax
  std::optional<ByteSpan> user_data;

  // The value of that PCR; empty if there is none.
  ByteSpan Pcr0To31(std::uint8_t index) const;
  // The bytes that are signed (RFC 9052, 4.4).
  Bytes SignedBytes() const;

  // kEvidenceAlgorithm for another signature than ES384 or another digest than SHA384, kEvidenceFormat for
  // anything else that is wrong: a member that is missing, there twice, unknown or over its bound, a number
  // that is not in its shortest form, trailing bytes. The map of the members alone may be of indefinite
  // length, as newer hypervisors write it.
  static Result<NitroDocument> Parse(ByteSpan input);
};

}  // namespace passport::attest
