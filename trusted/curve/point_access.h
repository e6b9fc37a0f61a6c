// What the sources of this folder know of points; nothing outside the folder includes it.
#pragma once

#include "trusted/curve/point.h"

namespace passport::curve {

class PointAccess {
 public:
  // Of an object that nobody filled, 0 and 0: times a secret that is the identity, so nothing is looked at
  // here.
  static const Affine& Coordinates(const Point& point) { return point.affine_; }
  // Those of a public point. That somebody made it is checked: none has x = 0.
  static const Affine& PublicCoordinates(const Point& point) {
    PASSPORT_CHECK(point.affine_.x.IsZero() == 0);
    return point.affine_;
  }
  static Point Make(const Affine& affine) {
    Point out;
    out.affine_ = affine;
    return out;
  }
  static const Jacobian& Coordinates(const LazyPoint& point) { return point.jacobian_; }
  static LazyPoint Make(const Jacobian& jacobian) {
    LazyPoint out;
    out.jacobian_ = jacobian;
    return out;
  }
  // The point with this x below p and a y of this parity, for each; whether there is one for all of them.
  template <std::size_t kCount>
  static bool Lift(const std::array<FieldElement, kCount>& x, const std::array<std::uint64_t, kCount>& is_odd,
                   std::array<Point, kCount>& out);
};

}  // namespace passport::curve
