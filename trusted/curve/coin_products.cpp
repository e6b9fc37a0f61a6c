#include "trusted/curve/coin_products.h"

#include "trusted/curve/multiply_lanes.h"
#include "trusted/curve/point_access.h"

namespace passport::curve {
namespace {

// Terms for mul_digits_all, and what it makes of them.
class Products {
 public:
  void Add(const OddDigits& digits, const Point& p) {
    digits_.emplace_back(digits);
    points_.push_back(PointAccess::PublicCoordinates(p));
  }
  std::vector<LazyPoint> Run(const MultiplyFunctions& functions) const {
    std::vector<Jacobian> products(points_.size());
    functions.mul_digits_all(digits_, points_, products);
    std::vector<LazyPoint> out;
    for (const Jacobian& product : products) out.push_back(PointAccess::Make(product));
    crypto::WipeAll(products);
    return out;
  }

 private:
  std::vector<SecretDigits> digits_;
  std::vector<Affine> points_;
};

// One by one.
std::vector<CoinProducts> InTurn(std::span<const CoinTerms> terms) {
  std::vector<CoinProducts> out;
  for (const CoinTerms& term : terms) {
    const Scalar e = Scalar::FromCoin(term.coin);
    out.push_back(
        {LazyMul(term.k.Expose(), LazyPoint(term.p) + LazyMulVar(e, term.q)), LazyMulVar(e, term.t)});
  }
  return out;
}

// First all multiples by coins, which have half as many digits, then all by secrets.
std::vector<CoinProducts> InTwoSteps(const MultiplyFunctions& functions, std::span<const CoinTerms> terms) {
  Products by_coins;
  std::vector<SecretScalar> scalars;
  for (const CoinTerms& term : terms) {
    by_coins.Add(OddDigits(term.coin), term.q);
    by_coins.Add(OddDigits(term.coin), term.t);
    scalars.push_back(term.k.Clone());
  }
  const std::vector<LazyPoint> multiples = by_coins.Run(functions);
  std::vector<LazyPoint> bases;
  for (std::size_t i = 0; i < terms.size(); ++i) bases.push_back(LazyPoint(terms[i].p) + multiples[2 * i]);
  std::vector<LazyPoint> blinded = LazyMulAll(scalars, bases);
  std::vector<CoinProducts> out;
  for (std::size_t i = 0; i < terms.size(); ++i) out.push_back({blinded[i], multiples[2 * i + 1]});
  crypto::WipeAll(blinded);
  return out;
}

// k P, (k e) Q and e T side by side.
std::vector<CoinProducts> InOneStep(const MultiplyFunctions& functions, std::span<const CoinTerms> terms) {
  Products all;
  for (const CoinTerms& term : terms) {
    all.Add(OddDigits(term.k.Expose()), term.p);
    all.Add(OddDigits(term.k.Expose() * Scalar::FromCoin(term.coin)), term.q);
    all.Add(OddDigits(term.coin), term.t);
  }
  std::vector<LazyPoint> products = all.Run(functions);
  std::vector<CoinProducts> out;
  for (std::size_t i = 0; i < products.size(); i += 3) {
    out.push_back({products[i] + products[i + 1], products[i + 2]});
  }
  crypto::WipeAll(products);
  return out;
}

}  // namespace

std::vector<CoinProducts> LazyMulCoinAll(std::span<const CoinTerms> terms) {
  return LazyMulCoinAll(Multiply(), terms);
}

std::vector<CoinProducts> LazyMulCoinAll(const MultiplyFunctions& functions,
                                         std::span<const CoinTerms> terms) {
  if (functions.at_once == 1) return InTurn(terms);
  return 3 * terms.size() <= functions.at_once ? InOneStep(functions, terms) : InTwoSteps(functions, terms);
}

}  // namespace passport::curve
