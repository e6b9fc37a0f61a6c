#include "trusted/sharing/polynomial.h"

namespace passport::sharing {

using curve::Point;
using curve::Scalar;
using curve::SecretScalar;

Polynomial Polynomial::Random(std::size_t coefficient_count, crypto::Rng& rng) {
  Polynomial out;
  out.coefficients_.reserve(coefficient_count);
  for (std::size_t k = 0; k < coefficient_count; ++k) {
    out.coefficients_.emplace_back(Scalar::Random(rng));  // Random never draws zero
  }
  return out;
}

SecretScalar Polynomial::Evaluate(PartyIndex at) const {
  const Scalar x = Scalar::FromU64(at.value);
  SecretScalar sum;
  for (std::size_t k = coefficients_.size(); k-- > 0;) {
    sum.ExposeMutable() = sum.Expose() * x + coefficients_[k].Expose();
  }
  return sum;
}

std::vector<Point> Polynomial::Commit() const {
  std::vector<Point> out;
  out.reserve(coefficients_.size());
  for (const SecretScalar& coefficient : coefficients_) {
    const std::optional<Point> point = curve::MulBase(coefficient.Expose());
    PASSPORT_CHECK(point.has_value());
    out.push_back(*point);
  }
  return out;
}

std::optional<Point> EvaluateCommitments(std::span<const Point> commitments, PartyIndex at) {
  const Scalar x = Scalar::FromU64(at.value);
  std::optional<Point> sum;
  for (std::size_t k = commitments.size(); k-- > 0;) {
    if (sum) sum = curve::MulVar(x, *sum);
    sum = curve::Add(sum, commitments[k]);
  }
  return sum;
}

}  // namespace passport::sharing
