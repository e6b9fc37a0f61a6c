// A dealer's secret polynomial over Z_q, and its Feldman commitments (dkls23.md 2.1 to 2.4).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "edl/base/ids.h"
#include "trusted/crypto/rng.h"
#include "trusted/curve/group.h"

namespace passport::sharing {

// f(x) = a_0 + a_1 x + ... with secret coefficients; moved, never copied, wiped when it dies.
template <curve::Group G>
class PolynomialOf {
 public:
  PolynomialOf(PolynomialOf&&) noexcept = default;
  PolynomialOf& operator=(PolynomialOf&&) noexcept = default;
  PolynomialOf(const PolynomialOf&) = delete;
  PolynomialOf& operator=(const PolynomialOf&) = delete;

  // Uniform coefficients, none of them zero, so that the degree is exact and every commitment is a point.
  static PolynomialOf Random(std::size_t coefficient_count, crypto::Rng& rng);
  // The same with a given f(0), which is not zero.
  static PolynomialOf WithConstant(curve::SecretScalarOf<G> constant, std::size_t coefficient_count,
                                   crypto::Rng& rng);

  // f(at), the share of one party. Constant time.
  curve::SecretScalarOf<G> Evaluate(PartyIndex at) const;
  // F_k = a_k G for every coefficient. Constant time.
  std::vector<curve::PointOf<G>> Commit() const;
  std::span<const curve::SecretScalarOf<G>> coefficients() const { return coefficients_; }

 private:
  PolynomialOf() = default;
  std::vector<curve::SecretScalarOf<G>> coefficients_;  // sized once
};

using Polynomial = PolynomialOf<curve::Secp256k1>;

// sum_k at^k F_k: the point that f(at) G must equal. Public data, variable time. Nothing if it is the
// identity.
template <curve::Group G = curve::Secp256k1>
std::optional<curve::PointOf<G>> EvaluateCommitments(std::span<const curve::PointOf<G>> commitments,
                                                     PartyIndex at);

}  // namespace passport::sharing
