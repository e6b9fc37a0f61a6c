#include "trusted/curve/multiples.h"

#include <algorithm>

#include "trusted/curve/multiply.h"
#include "trusted/curve/point_access.h"

namespace passport::curve {
namespace {

// So many that their doublings no longer count, and so few that their tables, 1 KB each, stay in the cache.
constexpr std::size_t kAtOnce = 128;

}  // namespace

template <>
std::optional<Point> SumOfMultiplesVar<Secp256k1>(std::span<const MultipleOf<Secp256k1>> multiples) {
  LazyPoint sum;
  while (!multiples.empty()) {
    const auto now = multiples.first(std::min(multiples.size(), kAtOnce));
    multiples = multiples.subspan(now.size());
    std::vector<Term> terms;
    terms.reserve(now.size());
    for (const auto& [k, p] : now) terms.push_back({k, PointAccess::PublicCoordinates(p)});
    sum = sum + PointAccess::Make(MulSumVar(Scalar(), terms));
  }
  return sum.Reduce();
}

}  // namespace passport::curve
