// A dealer's secret polynomial over Z_q, and its Feldman commitments (dkls23.md 2.1 to 2.4).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "edl/base/ids.h"
#include "trusted/crypto/rng.h"
#include "trusted/curve/point.h"

namespace passport::sharing {

// f(x) = a_0 + a_1 x + ... with secret coefficients; moved, never copied, wiped when it dies.
class Polynomial {
 public:
  Polynomial(Polynomial&&) noexcept = default;
  Polynomial& operator=(Polynomial&&) noexcept = default;
  Polynomial(const Polynomial&) = delete;
  Polynomial& operator=(const Polynomial&) = delete;

  // Uniform coefficients, none of them zero, so that the degree is exact and every commitment is a point.
  static Polynomial Random(std::size_t coefficient_count, crypto::Rng& rng);

  // f(at), the share of one party. Constant time.
  curve::SecretScalar Evaluate(PartyIndex at) const;
  // F_k = a_k G for every coefficient. Constant time.
  std::vector<curve::Point> Commit() const;
  std::span<const curve::SecretScalar> coefficients() const { return coefficients_; }

 private:
  Polynomial() = default;
  std::vector<curve::SecretScalar> coefficients_;  // sized once
};

// sum_k at^k F_k: the point that f(at) G must equal. Public data, variable time. Nothing if it is the
// identity.
std::optional<curve::Point> EvaluateCommitments(std::span<const curve::Point> commitments, PartyIndex at);

}  // namespace passport::sharing
