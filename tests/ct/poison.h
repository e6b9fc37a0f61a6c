// Secrets as memcheck or MemorySanitizer sees them: bytes marked undefined. A branch on one, or an address
// made of one, is reported. Which of the two is a choice of the build (PASSPORT_MSAN).
#pragma once

#ifdef PASSPORT_MSAN
#include <sanitizer/msan_interface.h>
#else
#include <valgrind/memcheck.h>
#endif

#include <memory>
#include <type_traits>

#include "trusted/crypto/heap_secret.h"
#include "trusted/crypto/rng.h"

namespace passport::ct {

// From here on these bytes, and all that is computed from them, are secret.
inline void Poison(void* data, std::size_t size) {
#ifdef PASSPORT_MSAN
  __msan_poison(data, size);
#else
  (void)VALGRIND_MAKE_MEM_UNDEFINED(data, size);
#endif
}
// A declassification: these bytes are public from here on. Every call says why.
inline void Publish(const void* data, std::size_t size) {
#ifdef PASSPORT_MSAN
  __msan_unpoison(data, size);
#else
  (void)VALGRIND_MAKE_MEM_DEFINED(data, size);
#endif
}
// Whether the tool takes at least one of these bits for a secret. False without it.
bool HasSecretBits(const void* data, std::size_t size);
// Whether this process runs under the tool: without it nothing is seen.
bool IsWatched();

template <class T>
concept Flat = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> && !requires(const T& v) {
  v.data();
};
template <class T>
concept Contiguous = requires(const T& v) {
  v.data();
  v.size();
};

template <Flat T>
void Poison(T& value) {
  Poison(std::addressof(value), sizeof value);
}
template <Flat T>
void Publish(const T& value) {
  Publish(std::addressof(value), sizeof value);
}
template <Flat T>
bool HasSecretBits(const T& value) {
  return HasSecretBits(std::addressof(value), sizeof value);
}
template <Contiguous T>
void Poison(T&& bytes) {
  Poison(bytes.data(), bytes.size() * sizeof *bytes.data());
}
template <Contiguous T>
void Publish(const T& bytes) {
  Publish(bytes.data(), bytes.size() * sizeof *bytes.data());
}
template <Contiguous T>
bool HasSecretBits(const T& bytes) {
  return HasSecretBits(bytes.data(), bytes.size() * sizeof *bytes.data());
}
template <class T>
void Poison(crypto::Secret<T>& secret) {
  Poison(&secret.ExposeMutable(), sizeof(T));
}
template <class T>
bool HasSecretBits(const crypto::Secret<T>& secret) {
  return HasSecretBits(&secret.Expose(), sizeof(T));
}
template <class T>
void Poison(crypto::HeapSecret<T>& secret) {
  Poison(&secret.ExposeMutable(), sizeof(T));
}
template <class T>
bool HasSecretBits(const crypto::HeapSecret<T>& secret) {
  return HasSecretBits(&secret.Expose(), sizeof(T));
}

// Randomness whose every byte is secret.
class SecretRng final : public crypto::Rng {
 public:
  explicit SecretRng(std::uint64_t seed) : stream_(seed) {}
  void Fill(std::span<std::uint8_t> out) override {
    stream_.Fill(out);
    Poison(out.data(), out.size());
  }

 private:
  crypto::SeededRng stream_;
};

}  // namespace passport::ct
