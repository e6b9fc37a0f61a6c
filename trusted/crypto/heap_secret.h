// HeapSecret<T>: a large secret. On the heap no stack frame needs room for it, and a move leaves no copy
// behind.
#pragma once

#include <memory>

#include "edl/base/check.h"
#include "trusted/crypto/secret.h"

namespace passport::crypto {

// Otherwise as Secret<T>. What was moved from has no value: using it is a bug.
template <class T>
class HeapSecret {
 public:
  HeapSecret() : value_(std::make_unique<Secret<T>>()) {}
  explicit HeapSecret(const T& value) : value_(std::make_unique<Secret<T>>(value)) {}

  const T& Expose() const {
    PASSPORT_CHECK(value_ != nullptr);
    return value_->Expose();
  }
  T& ExposeMutable() {
    PASSPORT_CHECK(value_ != nullptr);
    return value_->ExposeMutable();
  }
  HeapSecret Clone() const { return HeapSecret(Expose()); }

 private:
  std::unique_ptr<Secret<T>> value_;
};

}  // namespace passport::crypto
