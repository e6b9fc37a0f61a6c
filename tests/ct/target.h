// A target: one group of operations that touch secrets, run by itself so that a finding names it.
#pragma once

#include <span>
#include <string_view>

namespace passport::ct {

struct Target {
  std::string_view name;
  void (*run)();
};

// The targets of this program; each of its files gives some.
std::span<const Target> Targets();

// Ends the program with a message if a target did not do what it is there for, or lost its secret on the way:
// a target that does nothing would find nothing.
void Require(bool holds, std::string_view what);
// Keeps a result alive, so that the compiler cannot leave out what made it.
void Keep(const void* data);

}  // namespace passport::ct
