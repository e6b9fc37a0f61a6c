// Chains of certificates: complete, in order, from the attesting key to a root whose hash the caller judges.
#pragma once

#include "trusted/verifier/certificate.h"

namespace passport::verifier {

inline constexpr std::size_t kChainMax = 9;

struct Chain {
  Certificate leaf;
  Hash32 leaf_spki{};              // SHA-256
  Hash32 root_spki{};              // SHA-256: the only thing that makes the chain worth anything
  std::uint64_t not_before_s = 0;  // while all certificates are valid, both included
  std::uint64_t not_after_s = 0;
};

// Leaf first, root last, 2 to kChainMax. Every certificate is issued by the next and the root by itself, each
// by a CA whose path is long enough; authorities have keys and signatures of one algorithm, the leaf's key is
// of the other. kEvidenceFormat, kEvidenceAlgorithm, kEvidenceChain, kEvidenceValidity (there is no moment at
// which all are valid). Revocation is not looked at: policies raise minimums instead (docs/adr/0015).
Result<Chain> VerifyChain(std::span<const ByteSpan> certificates, Algorithm authorities, Algorithm leaf);

}  // namespace passport::verifier
