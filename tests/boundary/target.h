// What the target holds.
#pragma once

#include <cstddef>

namespace passport::boundary {

inline constexpr char kTargetText[] = "text of the target";
inline constexpr std::size_t kTargetTextBytes = sizeof kTargetText;

}  // namespace passport::boundary
