#include <algorithm>
#include <bit>
#include <cstring>

#include "trusted/crypto/hash.h"
#include "trusted/crypto/sha256_block.h"

namespace passport::crypto {
namespace {

std::uint32_t LoadWord(const std::uint8_t* bytes) {
  std::uint32_t v;
  std::memcpy(&v, bytes, sizeof v);
  return __builtin_bswap32(v);
}
template <class T>
void StoreBigEndian(std::uint8_t* bytes, T v) {
  if constexpr (sizeof v == 8) {
    v = __builtin_bswap64(v);
  } else {
    v = __builtin_bswap32(v);
  }
  std::memcpy(bytes, &v, sizeof v);
}

void Compress(std::uint32_t* state, const std::uint8_t* blocks, std::size_t count) {
  static CompressFunction* const compress = Fastest(kCompressPaths);
  compress(state, blocks, count);
}

}  // namespace

void CompressPortable(std::uint32_t* state, const std::uint8_t* blocks, std::size_t count) {
  for (; count > 0; --count, blocks += 64) {
    std::uint32_t w[64];
    for (int i = 0; i < 16; ++i) w[i] = LoadWord(blocks + 4 * i);
    for (int i = 16; i < 64; ++i) {
      const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
      const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    // a to h of the standard.
    std::uint32_t v[8];
    std::copy_n(state, 8, v);
    for (int i = 0; i < 64; ++i) {
      const std::uint32_t s1 = std::rotr(v[4], 6) ^ std::rotr(v[4], 11) ^ std::rotr(v[4], 25);
      const std::uint32_t choice = v[6] ^ (v[4] & (v[5] ^ v[6]));
      const std::uint32_t t1 = v[7] + s1 + choice + kSha256Constants[i] + w[i];
      const std::uint32_t s0 = std::rotr(v[0], 2) ^ std::rotr(v[0], 13) ^ std::rotr(v[0], 22);
      const std::uint32_t majority = (v[0] & v[1]) | (v[2] & (v[0] | v[1]));
      std::copy_backward(v, v + 7, v + 8);
      v[4] += t1;
      v[0] = t1 + s0 + majority;
    }
    for (int i = 0; i < 8; ++i) state[i] += v[i];
  }
}

Sha256& Sha256::Update(ByteSpan data) {
  if (data.empty()) return *this;
  const std::size_t used = size_ % kBlockBytes;
  size_ += data.size();
  if (used + data.size() < kBlockBytes) {
    std::memcpy(pending_.data() + used, data.data(), data.size());
    return *this;
  }
  if (used > 0) {
    std::memcpy(pending_.data() + used, data.data(), kBlockBytes - used);
    Compress(state_.data(), pending_.data(), 1);
    data = data.subspan(kBlockBytes - used);
  }
  const std::size_t blocks = data.size() / kBlockBytes;
  if (blocks > 0) Compress(state_.data(), data.data(), blocks);
  const ByteSpan rest = data.subspan(blocks * kBlockBytes);
  if (!rest.empty()) std::memcpy(pending_.data(), rest.data(), rest.size());
  return *this;
}

Hash32 Sha256::Final() {
  constexpr std::size_t kSizeAt = kBlockBytes - 8;
  std::size_t used = size_ % kBlockBytes;
  pending_[used++] = 0x80;
  if (used > kSizeAt) {
    std::fill_n(pending_.data() + used, kBlockBytes - used, std::uint8_t{0});
    Compress(state_.data(), pending_.data(), 1);
    used = 0;
  }
  std::fill_n(pending_.data() + used, kSizeAt - used, std::uint8_t{0});
  StoreBigEndian(pending_.data() + kSizeAt, size_ * 8);
  Compress(state_.data(), pending_.data(), 1);
  Hash32 out;
  for (std::size_t i = 0; i < 8; ++i) StoreBigEndian(out.data() + 4 * i, state_[i]);
  return out;
}

}  // namespace passport::crypto
