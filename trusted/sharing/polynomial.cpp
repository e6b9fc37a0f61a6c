#include "trusted/sharing/polynomial.h"

#include <bit>

#include "trusted/curve/ed25519.h"

namespace passport::sharing {

using curve::Group;
using curve::PointOf;
using curve::ScalarOf;
using curve::SecretScalarOf;

template <Group G>
PolynomialOf<G> PolynomialOf<G>::Random(std::size_t coefficient_count, crypto::Rng& rng) {
  PolynomialOf out;
  out.coefficients_.reserve(coefficient_count);
  for (std::size_t k = 0; k < coefficient_count; ++k) {
    out.coefficients_.emplace_back(ScalarOf<G>::Random(rng));  // Random never draws zero
  }
  return out;
}

template <Group G>
PolynomialOf<G> PolynomialOf<G>::WithConstant(SecretScalarOf<G> constant, std::size_t coefficient_count,
                                              crypto::Rng& rng) {
  PolynomialOf out = Random(coefficient_count, rng);
  out.coefficients_.front() = std::move(constant);
  return out;
}

template <Group G>
SecretScalarOf<G> PolynomialOf<G>::Evaluate(PartyIndex at) const {
  const ScalarOf<G> x = ScalarOf<G>::FromU64(at.value);
  SecretScalarOf<G> sum;
  for (std::size_t k = coefficients_.size(); k-- > 0;) {
    sum.ExposeMutable() = sum.Expose() * x + coefficients_[k].Expose();
  }
  return sum;
}

template <Group G>
std::vector<PointOf<G>> PolynomialOf<G>::Commit() const {
  std::vector<PointOf<G>> out;
  out.reserve(coefficients_.size());
  for (const std::optional<PointOf<G>>& point : G::MulBaseAll(coefficients_)) {
    PASSPORT_CHECK(point.has_value());
    out.push_back(*point);
  }
  return out;
}

namespace {

// x times a sum by doubling and adding: for indices, which are small, a fraction of a general multiplication.
template <class Lazy>
Lazy MulByIndexVar(PartyIndex x, const Lazy& sum) {
  Lazy out;
  for (std::size_t bit = std::bit_width(x.value); bit-- > 0;) {
    out = out + out;
    if (x.value >> bit & 1) out = out + sum;
  }
  return out;
}

}  // namespace

template <Group G>
std::optional<PointOf<G>> EvaluateCommitments(std::span<const PointOf<G>> commitments, PartyIndex at) {
  using Lazy = typename G::Lazy;
  Lazy sum;
  for (std::size_t k = commitments.size(); k-- > 0;) sum = MulByIndexVar(at, sum) + Lazy(commitments[k]);
  return sum.Reduce();
}

template class PolynomialOf<curve::Secp256k1>;
template std::optional<PointOf<curve::Secp256k1>> EvaluateCommitments<curve::Secp256k1>(
    std::span<const PointOf<curve::Secp256k1>>, PartyIndex);

template class PolynomialOf<curve::Ed25519>;
template std::optional<PointOf<curve::Ed25519>> EvaluateCommitments<curve::Ed25519>(
    std::span<const PointOf<curve::Ed25519>>, PartyIndex);

}  // namespace passport::sharing
