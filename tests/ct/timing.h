// Whether the time of an operation depends on its input: two classes of inputs in random order, compared with
// Welch's t-test (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?", DATE 2017; own code).
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace passport::ct {

// What is timed: prepare makes the input of one call, of class 0 (fixed) or 1 (random), outside the clock;
// call uses it.
struct Timed {
  std::string_view name;
  std::size_t calls;  // of one batch, both classes together
  std::function<void(int)> prepare;
  std::function<void()> call;
  bool is_canary = false;  // must be found
};

// One batch: t of the uncropped measurement or of the crop, below a percentile of all times, where it is
// largest.
double Batch(const Timed& timed, std::uint64_t seed);

// The operations and the canary (timing_targets.cpp).
std::vector<Timed> TimedOperations();

}  // namespace passport::ct
