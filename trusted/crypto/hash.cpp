#include "trusted/crypto/hash.h"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace passport::crypto {

Hash32 HashSha256(std::initializer_list<ByteSpan> parts) {
  Sha256 state;
  for (const ByteSpan part : parts) state.Update(part);
  return state.Final();
}

Hash32 HmacSha256(ByteSpan key, std::initializer_list<ByteSpan> parts) {
  crypto_auth_hmacsha256_state state;
  static constexpr std::uint8_t kNoKey = 0;  // libsodium wants an address even for no bytes
  crypto_auth_hmacsha256_init(&state, key.empty() ? &kNoKey : key.data(), key.size());
  for (const ByteSpan part : parts) {
    if (!part.empty()) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  }
  Hash32 out;
  crypto_auth_hmacsha256_final(&state, out.data());
  Wipe(&state, sizeof state);
  return out;
}

ByteArray<64> HmacSha512(ByteSpan key, std::initializer_list<ByteSpan> parts) {
  PASSPORT_CHECK(!key.empty());
  crypto_auth_hmacsha512_state state;
  crypto_auth_hmacsha512_init(&state, key.data(), key.size());
  for (const ByteSpan part : parts) {
    if (!part.empty()) crypto_auth_hmacsha512_update(&state, part.data(), part.size());
  }
  ByteArray<64> out;
  crypto_auth_hmacsha512_final(&state, out.data());
  Wipe(&state, sizeof state);
  return out;
}

void HkdfSha256(ByteSpan salt, ByteSpan input_key, ByteSpan info, std::span<std::uint8_t> out) {
  PASSPORT_CHECK(out.size() <= 255 * 32);
  Hash32 prk = HmacSha256(salt, {input_key});
  Hash32 block{};
  std::uint8_t counter = 1;
  for (std::size_t done = 0; done < out.size(); ++counter) {
    const ByteSpan previous = done == 0 ? ByteSpan{} : ByteSpan{block};
    block = HmacSha256(prk, {previous, info, {&counter, 1}});
    const std::size_t n = std::min(block.size(), out.size() - done);
    std::copy_n(block.begin(), n, out.begin() + static_cast<std::ptrdiff_t>(done));
    done += n;
  }
  Wipe(prk.data(), prk.size());
  Wipe(block.data(), block.size());
}

namespace {

constexpr std::uint64_t kRoundConstants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
constexpr int kRotations[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
constexpr std::size_t kLanes[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                    15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};

// Keccak-f[1600] (FIPS 202, 3.3).
void KeccakPermute(std::array<std::uint64_t, 25>& a) {
  for (const std::uint64_t constant : kRoundConstants) {
    std::uint64_t c[5];
    for (std::size_t x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (std::size_t x = 0; x < 5; ++x) {
      const std::uint64_t d = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
      for (std::size_t y = 0; y < 25; y += 5) a[x + y] ^= d;
    }
    std::uint64_t moving = a[1];
    for (std::size_t i = 0; i < 24; ++i) {
      const std::uint64_t rotated = std::rotl(moving, kRotations[i]);
      moving = a[kLanes[i]];
      a[kLanes[i]] = rotated;
    }
    for (std::size_t y = 0; y < 25; y += 5) {
      for (std::size_t x = 0; x < 5; ++x) c[x] = a[y + x];
      for (std::size_t x = 0; x < 5; ++x) a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
    }
    a[0] ^= constant;
  }
}

}  // namespace

ByteArray<64> HashSha512(std::initializer_list<ByteSpan> parts) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  for (const ByteSpan part : parts) {
    if (!part.empty()) crypto_hash_sha512_update(&state, part.data(), part.size());
  }
  ByteArray<64> out;
  crypto_hash_sha512_final(&state, out.data());
  Wipe(&state, sizeof state);
  return out;
}

void ExpandSha256(std::initializer_list<ByteSpan> message, std::string_view dst,
                  std::span<std::uint8_t> out) {
  PASSPORT_CHECK(!dst.empty() && dst.size() <= 255 && out.size() <= 255);
  constexpr ByteArray<64> kBlockOfZeros{};
  const std::uint8_t size_and_zero[3] = {0, static_cast<std::uint8_t>(out.size()), 0};
  const std::uint8_t dst_size[1] = {static_cast<std::uint8_t>(dst.size())};
  Sha256 state;
  state.Update(kBlockOfZeros);
  for (const ByteSpan part : message) state.Update(part);
  const SecretKey32 first(state.Update(size_and_zero).Update(AsBytes(dst)).Update(dst_size).Final());
  SecretKey32 block;
  for (std::uint8_t i = 1; !out.empty(); ++i) {
    Hash32& previous = block.ExposeMutable();
    for (std::size_t j = 0; j < previous.size(); ++j) previous[j] ^= first.Expose()[j];
    previous = HashSha256({previous, {&i, 1}, AsBytes(dst), dst_size});
    const std::size_t size = std::min(out.size(), previous.size());
    std::copy_n(previous.begin(), size, out.begin());
    out = out.subspan(size);
  }
}

Hash32 HashKeccak256(ByteSpan data) {
  constexpr std::size_t kRate = 136;
  std::array<std::uint64_t, 25> state{};
  const auto absorb = [&state](const std::uint8_t* block) {
    for (std::size_t i = 0; i < kRate / 8; ++i) {
      std::uint64_t lane;
      std::memcpy(&lane, block + 8 * i, 8);
      state[i] ^= lane;
    }
    KeccakPermute(state);
  };
  for (; data.size() >= kRate; data = data.subspan(kRate)) absorb(data.data());
  ByteArray<kRate> last{};
  std::copy(data.begin(), data.end(), last.begin());
  last[data.size()] = 0x01;
  last[kRate - 1] |= 0x80;
  absorb(last.data());
  Hash32 out;
  std::memcpy(out.data(), state.data(), out.size());
  return out;
}

}  // namespace passport::crypto
