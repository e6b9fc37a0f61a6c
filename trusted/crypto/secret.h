// Secret<T>: a value that is moved, never copied, compared or printed, and wiped when it dies.
#pragma once

#include <type_traits>
#include <utility>

#include "edl/base/bytes.h"

namespace passport::crypto {

// Overwrites memory in a way the compiler keeps.
void Wipe(void* data, std::size_t size);
inline void Wipe(Bytes& bytes) { Wipe(bytes.data(), bytes.size()); }
template <class Items>
void WipeAll(Items& items) {
  Wipe(items.data(), items.size() * sizeof items[0]);
}

template <class T>
requires std::is_trivially_copyable_v<T>
class Secret {
 public:
  Secret() = default;  // all zero: a place to be filled
  explicit Secret(const T& value) : value_(value) {}
  Secret(Secret&& other) noexcept : value_(other.value_) { other.Clear(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      value_ = other.value_;
      other.Clear();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { Clear(); }

  // The value itself, for arithmetic and sealing. Each use is a place an auditor looks at.
  const T& Expose() const { return value_; }
  T& ExposeMutable() { return value_; }
  Secret Clone() const { return Secret(value_); }

 private:
  void Clear() { Wipe(&value_, sizeof value_); }
  T value_{};
};

using SecretKey32 = Secret<ByteArray<32>>;

// A byte string of run-time size that is wiped when it dies. Sized once.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    Wipe(bytes_);
    bytes_ = std::exchange(other.bytes_, {});
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { Wipe(bytes_); }
  ByteSpan Expose() const { return bytes_; }
  Bytes& ExposeMutable() { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace passport::crypto
