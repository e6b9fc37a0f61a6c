// Integers of four little-endian 64-bit limbs: what the scalar and the field arithmetic share. Constant time.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>

#include "trusted/crypto/ct.h"

namespace passport::curve::limbs {

using u64 = std::uint64_t;
__extension__ typedef unsigned __int128 u128;

// out = a + b; returns the carry. out may be a or b.
inline u64 Add(u64* out, const u64* a, const u64* b) {
  u128 t = 0;
  for (int i = 0; i < 4; ++i) {
    t += static_cast<u128>(a[i]) + b[i];
    out[i] = static_cast<u64>(t);
    t >>= 64;
  }
  return static_cast<u64>(t);
}

// out = a - b; returns the borrow. out may be a or b.
inline u64 Sub(u64* out, const u64* a, const u64* b) {
  u64 borrow = 0;
  for (int i = 0; i < 4; ++i) {
    const u128 t = static_cast<u128>(a[i]) - b[i] - borrow;
    out[i] = static_cast<u64>(t);
    borrow = static_cast<u64>(t >> 64) & 1;
  }
  return borrow;
}

// out = a if mask is zero, b if mask is all ones.
inline void Select(u64* out, u64 mask, const u64* a, const u64* b) {
  for (int i = 0; i < 4; ++i) out[i] = a[i] ^ (mask & (a[i] ^ b[i]));
}

// One column of a schoolbook sum after the other: terms of weight 2^(64 k) are added, then Next gives limb k
// and moves on. Holds up to 2^64 products.
class Column {
 public:
  void Add(u128 term) {
    low_ += term;
    high_ += low_ < term;
  }
  void AddProduct(u64 a, u64 b) { Add(static_cast<u128>(a) * b); }
  u64 Next() {
    const u64 limb = static_cast<u64>(low_);
    low_ = (low_ >> 64) | (static_cast<u128>(high_) << 64);
    high_ = 0;
    return limb;
  }

 private:
  u128 low_ = 0;
  u64 high_ = 0;
};

// Calls f with 0 to count - 1 as constants: a loop that every compiler unrolls, so that limbs stay in
// registers.
template <int count, class F>
constexpr void Unroll(F f) {
  [&]<int... i>(std::integer_sequence<int, i...>) { (f(std::integral_constant<int, i>()), ...); }
  (std::make_integer_sequence<int, count>());
}

// Column k of a * b.
template <int k>
inline void AddColumn(Column& column, const u64* a, const u64* b) {
  Unroll<4>([&](auto i) {
    if constexpr (k >= i && k - i < 4) column.AddProduct(a[i], b[k - i]);
  });
}

// out[0..7] = a * b. out is neither a nor b.
inline void MulWide(u64* out, const u64* a, const u64* b) {
  Column column;
  Unroll<8>([&](auto k) {
    AddColumn<k>(column, a, b);
    out[k] = column.Next();
  });
}

// carry * 2^256 + r, known to be below twice the modulus, minus the modulus if it is not below that.
// complement is 2^256 minus the modulus.
inline void Normalize(u64* r, u64 carry, const u64* complement) {
  u64 reduced[4];
  const u64 wraps = Add(reduced, r, complement);
  Select(r, crypto::MaskFromBit(carry | wraps), r, reduced);
}

inline void AddMod(u64* out, const u64* a, const u64* b, const u64* complement) {
  const u64 carry = Add(out, a, b);
  Normalize(out, carry, complement);
}

inline void SubMod(u64* out, const u64* a, const u64* b, const u64* complement) {
  const u64 mask = crypto::MaskFromBit(Sub(out, a, b));
  u64 correction[4];
  for (int i = 0; i < 4; ++i) correction[i] = complement[i] & mask;
  Sub(out, out, correction);
}

// All ones if the value is zero, else zero.
inline u64 ZeroMask(const u64* a) { return crypto::MaskIfZero(a[0] | a[1] | a[2] | a[3]); }

inline u64 LoadWord(const std::uint8_t* big_endian) {
  u64 v;
  std::memcpy(&v, big_endian, sizeof v);
  return __builtin_bswap64(v);
}
inline void StoreWord(std::uint8_t* big_endian, u64 v) {
  v = __builtin_bswap64(v);
  std::memcpy(big_endian, &v, sizeof v);
}
// count limbs from, and four limbs to, big-endian bytes.
inline void Load(u64* out, const std::uint8_t* bytes, int count = 4) {
  for (int i = 0; i < count; ++i) out[count - 1 - i] = LoadWord(bytes + 8 * i);
}
inline void Store(std::uint8_t* bytes, const u64* a) {
  for (int i = 0; i < 4; ++i) StoreWord(bytes + 8 * i, a[3 - i]);
}

}  // namespace passport::curve::limbs
