#include "trusted/verifier/chain.h"

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::verifier {

Result<Chain> VerifyChain(std::span<const ByteSpan> certificates, Algorithm authorities, Algorithm leaf) {
  if (certificates.size() < 2 || certificates.size() > kChainMax) return Fail(Status::kEvidenceChain);
  std::vector<Certificate> chain;
  for (const ByteSpan der : certificates) {
    PASSPORT_TRY(Certificate certificate, Certificate::Parse(der));
    chain.push_back(std::move(certificate));
  }
  // All keys before any is used.
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (!chain[i].HasKeyOf(i == 0 ? leaf : authorities) || !chain[i].IsSignedLike(authorities))
      return Fail(Status::kEvidenceAlgorithm);
  }
  Chain out{chain.front(), {}, {}, 0, ~std::uint64_t{0}};
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const Certificate& one = chain[i];
    if (i == 0 ? !one.IsEndEntity() : !one.MayIssueAbove(i - 1)) return Fail(Status::kEvidenceChain);
    const bool is_root = i + 1 == chain.size();
    const Certificate& issuer = is_root ? one : chain[i + 1];
    if (!one.IsIssuedBy(issuer) || (!is_root && one.spki() == issuer.spki()))
      return Fail(Status::kEvidenceChain);
    out.not_before_s = std::max(out.not_before_s, one.not_before_s());
    out.not_after_s = std::min(out.not_after_s, one.not_after_s());
  }
  if (out.not_before_s > out.not_after_s) return Fail(Status::kEvidenceValidity);
  out.leaf_spki = crypto::HashSha256(chain.front().spki());
  out.root_spki = crypto::HashSha256(chain.back().spki());
  return out;
}

}  // namespace passport::verifier
