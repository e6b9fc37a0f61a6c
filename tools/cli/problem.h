// How a command fails: an exception with a sentence for the operator, caught once in main.
#pragma once

#include <stdexcept>
#include <string>

#include "edl/base/result.h"
#include "edl/words/advice.h"

namespace passport::cli {

inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// What went wrong and what to do about it. Exit code 1.
class Problem : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A node's refusal of a request, printed as it is. Exit code 1.
class CallError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The command line itself is wrong. Exit code 2.
class UsageProblem : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The value, or a Problem with the refusal that is the error.
template <class T>
T OrProblem(Result<T, Refusal> result) {
  if (!result.ok()) throw Problem(result.error().Text());
  return std::move(result).value();
}

// The value, or a Problem that says what could not be made of which outside data, why, and what to do.
template <class T>
T OrProblem(Result<T> result, const std::string& what) {
  if (!result.ok()) throw Problem(what + ": " + Explain(result.error()).Text());
  return std::move(result).value();
}

}  // namespace passport::cli
