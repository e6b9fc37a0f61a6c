#include <algorithm>

#include "trusted/curve/multiply.h"

namespace passport::curve {
namespace {

constexpr int kWidth = 5;
constexpr int kBaseWidth = 9;
template <int kDigitWidth>
using Multiples = OddMultiples<std::size_t{1} << (kDigitWidth - 2)>;

// One half of a scalar, and the odd multiples of the point it is for.
struct Part {
  std::vector<std::int16_t> digits;
  const Affine* multiples;
  bool is_image;  // it is for lambda times that point

  // The multiple for digit i; nothing if that is zero.
  const Affine* At(std::size_t i, Affine& space) const {
    if (i >= digits.size() || digits[i] == 0) return nullptr;
    const int digit = digits[i];
    space = multiples[(digit < 0 ? -digit : digit) / 2];
    if (is_image) space = space.Endomorphism();
    if (digit < 0) space = space.Negate();
    return &space;
  }
};

std::size_t MultiplesUsed(const std::vector<std::int16_t>& a, const std::vector<std::int16_t>& b) {
  int largest = 0;
  for (const auto* digits : {&a, &b}) {
    for (const int digit : *digits) largest = std::max(largest, digit < 0 ? -digit : digit);
  }
  return static_cast<std::size_t>(largest / 2 + 1);
}

// The odd multiples of the generator, affine on its own curve. Made once, on first use.
const Affine* GeneratorMultiples() {
  static const auto made = [] {
    Multiples<kBaseWidth> multiples(kGenerator);
    const FieldElement inverse = InvertVar(multiples.scale);
    for (Affine& point : multiples.points) point = Scale(Jacobian(point), inverse);
    return multiples.points;
  }();
  return made.data();
}

// The odd multiples of every term's point on the one curve that all can meet on: its own if there is only
// one, or else the real one, reached with one inversion for all.
class Tables {
 public:
  Tables(std::span<const Term> terms, bool needs_real_curve, std::vector<Part>& parts) {
    tables_.reserve(terms.size());
    for (const Term& term : terms) {
      const Halves halves = Split(term.k);
      std::vector<std::int16_t> a = NonAdjacentVar(halves.a, kWidth);
      std::vector<std::int16_t> b = NonAdjacentVar(halves.b, kWidth);
      tables_.emplace_back(term.p, MultiplesUsed(a, b));
      parts.push_back({std::move(a), tables_.back().points.data(), false});
      parts.push_back({std::move(b), tables_.back().points.data(), true});
    }
    if (needs_real_curve || terms.size() > 1) {
      Unscale();
    } else if (!tables_.empty()) {
      scale_ = tables_[0].scale;
    }
  }
  // What Z of the sum is multiplied by.
  const FieldElement& scale() const { return scale_; }

 private:
  void Unscale() {
    std::vector<FieldElement> inverses;
    for (const auto& table : tables_) inverses.push_back(table.scale);
    InvertAllVar(inverses);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      for (Affine& point : std::span(tables_[i].points).first(tables_[i].used)) {
        point = Scale(Jacobian(point), inverses[i]);
      }
    }
  }
  std::vector<Multiples<kWidth>> tables_;
  FieldElement scale_{0, 0, 0, 1};
};

}  // namespace

Jacobian MulSumVar(const Scalar& base, std::span<const Term> terms) {
  std::vector<Part> parts;
  const bool has_base = !base.IsZero();
  const Tables tables(terms, has_base, parts);
  if (has_base) {
    const Halves halves = Split(base);
    parts.push_back({NonAdjacentVar(halves.a, kBaseWidth), GeneratorMultiples(), false});
    parts.push_back({NonAdjacentVar(halves.b, kBaseWidth), GeneratorMultiples(), true});
  }
  std::size_t size = 0;
  for (const Part& part : parts) size = std::max(size, part.digits.size());
  Jacobian sum;
  for (std::size_t i = size; i-- > 0;) {
    if (i + 1 < size) sum = Double(sum);
    for (const Part& part : parts) {
      Affine space;
      if (const Affine* const multiple = part.At(i, space)) sum = AddVar(sum, *multiple);
    }
  }
  return {sum.x, sum.y, sum.z * tables.scale()};
}

}  // namespace passport::curve
