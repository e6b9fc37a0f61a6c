#include "trusted/crypto/ct.h"

#include <sodium.h>

#include "trusted/crypto/secret.h"

namespace passport::crypto {

bool EqualCt(ByteSpan a, ByteSpan b) {
  if (a.size() != b.size()) return false;
  return a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void Wipe(void* data, std::size_t size) {
  if (size > 0) sodium_memzero(data, size);
}

}  // namespace passport::crypto
