// Result<T, E>: a value or the reason there is none. Never dropped silently.
#pragma once

#include <utility>
#include <variant>

#include "edl/base/check.h"
#include "edl/base/status.h"

namespace passport {

template <class E>
struct Failure {
  E error;
};

// Fail(reason) converts to any Result whose error type is that of reason.
template <class E>
Failure<std::decay_t<E>> Fail(E&& error) {
  return {std::forward<E>(error)};
}

struct Unit {};

// From a temporary, value() and error() are moved out: a range-for over f().value() is safe.
template <class T, class E = Status>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  template <class F>
  Result(Failure<F> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool ok() const { return state_.index() == 0; }
  T& value() & {
    PASSPORT_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    PASSPORT_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T value() && {
    PASSPORT_CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  E& error() & {
    PASSPORT_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  const E& error() const& {
    PASSPORT_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  E error() && {
    PASSPORT_CHECK(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, E> state_;
};

inline Result<Unit> Ok() { return Unit{}; }

}  // namespace passport

#define PASSPORT_CONCAT_(a, b) a##b
#define PASSPORT_CONCAT(a, b) PASSPORT_CONCAT_(a, b)
// PASSPORT_TRY(const auto x, F()): x is F's value, or this function returns F's error.
#define PASSPORT_TRY(declaration, expression)                                    \
  auto PASSPORT_CONCAT(try_, __LINE__) = (expression);                           \
  if (!PASSPORT_CONCAT(try_, __LINE__).ok())                                     \
    return ::passport::Fail(std::move(PASSPORT_CONCAT(try_, __LINE__)).error()); \
  declaration = std::move(PASSPORT_CONCAT(try_, __LINE__)).value()
// PASSPORT_TRY_VOID(F()): goes on if F succeeded, else returns its error.
#define PASSPORT_TRY_VOID(expression) \
  if (auto try_void = (expression); !try_void.ok()) return ::passport::Fail(std::move(try_void).error())
