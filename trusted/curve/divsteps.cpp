#include "trusted/curve/divsteps.h"

#include "trusted/crypto/secret.h"
#include "trusted/curve/limbs.h"

namespace passport::curve {
namespace {

using limbs::u64;
using i64 = std::int64_t;
__extension__ typedef __int128 i128;

constexpr int kBits = Modulus::kBits;
constexpr u64 kMask = (u64{1} << kBits) - 1;
// Half-delta division steps bring any pair below 2^256 to (+-1, 0) in 590 steps: ten batches of 59.
constexpr int kBatches = 10;

// What a batch of steps does to (f, g): 2^59 times the new pair is this matrix times the old one. The sum of
// the magnitudes in a row is at most 2^59.
struct Matrix {
  i64 u, v, q, r;
};

// One batch from the low 64 bits of f and g. zeta is -(delta + 1/2); f is odd throughout.
i64 StepsCt(i64 zeta, u64 f, u64 g, Matrix& out) {
  u64 u = 1, v = 0, q = 0, r = 1;
  for (int i = 0; i < kBits; ++i) {
    // Adds f to an odd g, or -f if delta is positive.
    u64 negative = crypto::ValueBarrier(static_cast<u64>(zeta >> 63));
    const u64 odd = crypto::MaskFromBit(g & 1);
    g += ((f ^ negative) - negative) & odd;
    q += ((u ^ negative) - negative) & odd;
    r += ((v ^ negative) - negative) & odd;
    // If both hold, the old g takes the place of f, and delta changes its sign.
    negative &= odd;
    zeta = (zeta ^ static_cast<i64>(negative)) - 1;
    f += g & negative;
    u += q & negative;
    v += r & negative;
    g >>= 1;
    u <<= 1;
    v <<= 1;
  }
  out = {static_cast<i64>(u), static_cast<i64>(v), static_cast<i64>(q), static_cast<i64>(r)};
  return zeta;
}

// The same in variable time: runs of even g at once, and as many bits of g cancelled as delta allows.
i64 StepsVar(i64 zeta, u64 f, u64 g, Matrix& out) {
  u64 u = 1, v = 0, q = 0, r = 1;
  for (int left = kBits;;) {
    const int zeros = __builtin_ctzll(g | (u64{1} << left));
    g >>= zeros;
    u <<= zeros;
    v <<= zeros;
    zeta -= zeros;
    left -= zeros;
    if (left == 0) break;
    if (zeta < 0) {
      zeta = -zeta - 1;
      const u64 old_f = f, old_u = u, old_v = v;
      f = g, u = q, v = r;
      g = 0 - old_f, q = 0 - old_u, r = 0 - old_v;
    }
    // g += w f with w = -g / f modulo 2^limit: the steps until delta turns positive again, none of which
    // swaps.
    const int limit = zeta + 1 > left ? left : static_cast<int>(zeta + 1);
    const u64 mask = (~u64{0} >> (64 - limit)) & 63;
    const u64 inverse = f * (2 - f * f);  // of f modulo 2^6
    const u64 w = (0 - g * inverse) & mask;
    g += f * w;
    q += u * w;
    r += v * w;
  }
  out = {static_cast<i64>(u), static_cast<i64>(v), static_cast<i64>(q), static_cast<i64>(r)};
  return zeta;
}

// (f, g) = matrix * (f, g) / 2^59, exactly.
void UpdatePair(i64* f, i64* g, const Matrix& m) {
  i128 next_f = static_cast<i128>(m.u) * f[0] + static_cast<i128>(m.v) * g[0];
  i128 next_g = static_cast<i128>(m.q) * f[0] + static_cast<i128>(m.r) * g[0];
  next_f >>= kBits;
  next_g >>= kBits;
  for (int i = 1; i < 5; ++i) {
    next_f += static_cast<i128>(m.u) * f[i] + static_cast<i128>(m.v) * g[i];
    next_g += static_cast<i128>(m.q) * f[i] + static_cast<i128>(m.r) * g[i];
    f[i - 1] = static_cast<i64>(static_cast<u64>(next_f) & kMask);
    g[i - 1] = static_cast<i64>(static_cast<u64>(next_g) & kMask);
    next_f >>= kBits;
    next_g >>= kBits;
  }
  f[4] = static_cast<i64>(next_f);
  g[4] = static_cast<i64>(next_g);
}

// out = (a d + b e + k modulus) / 2^59 with the k in [0, 2^59) that makes it exact. If d and e are within
// [-B, C] times the modulus, out is within [-max(B, C), max(B, C) + 1].
void UpdateOne(i64* out, i64 a, i64 b, const i64* d, const i64* e, const i64* modulus, u64 negated_inverse) {
  i128 sum = static_cast<i128>(a) * d[0] + static_cast<i128>(b) * e[0];
  const i64 k = static_cast<i64>((static_cast<u64>(sum) * negated_inverse) & kMask);
  sum += static_cast<i128>(k) * modulus[0];
  sum >>= kBits;
  for (int i = 1; i < 5; ++i) {
    sum += static_cast<i128>(a) * d[i] + static_cast<i128>(b) * e[i] + static_cast<i128>(k) * modulus[i];
    out[i - 1] = static_cast<i64>(static_cast<u64>(sum) & kMask);
    sum >>= kBits;
  }
  out[4] = static_cast<i64>(sum);
}

// f, g, and d, e with d a = f and e a = g modulo the modulus, all through.
struct State {
  Modulus::Limbs f, g, d, e, next_d;
  Matrix matrix;
};

bool IsZero(const i64* a) { return (a[0] | a[1] | a[2] | a[3] | a[4]) == 0; }

}  // namespace

void Modulus::Invert(u64* out, const u64* a, bool is_secret) const {
  crypto::Secret<State> secret;
  State& s = secret.ExposeMutable();
  for (int i = 0; i < 5; ++i) s.f[i] = limbs_[i];
  Split(s.g, a);
  s.e[0] = 1;
  i64 zeta = -1;
  for (int batch = 0; batch < kBatches && (is_secret || !IsZero(s.g)); ++batch) {
    Matrix& m = s.matrix;
    const u64 f = static_cast<u64>(s.f[0]) | static_cast<u64>(s.f[1]) << kBits;
    const u64 g = static_cast<u64>(s.g[0]) | static_cast<u64>(s.g[1]) << kBits;
    zeta = is_secret ? StepsCt(zeta, f, g, m) : StepsVar(zeta, f, g, m);
    UpdateOne(s.next_d, m.u, m.v, s.d, s.e, limbs_, negated_inverse_);
    UpdateOne(s.e, m.q, m.r, s.d, s.e, limbs_, negated_inverse_);
    std::memcpy(s.d, s.next_d, sizeof s.d);
    UpdatePair(s.f, s.g, m);
  }
  // Now f is 1 or -1 (or the modulus, for a = 0, where d stays zero), and d its inverse times a. Ten
  // batches leave d within 11 times the modulus of zero: 12 of them are added for a number that is positive.
  const i64 sign = s.f[4] >> 63;
  i64 limb[5];
  i64 carry = 0;
  for (int i = 0; i < 5; ++i) {
    carry += ((s.d[i] ^ sign) - sign) + 12 * limbs_[i];
    limb[i] = i < 4 ? static_cast<i64>(static_cast<u64>(carry) & kMask) : carry;
    carry >>= kBits;
  }
  const auto n = [&](int i) { return static_cast<u64>(limb[i]); };
  out[0] = n(0) | n(1) << 59;
  out[1] = n(1) >> 5 | n(2) << 54;
  out[2] = n(2) >> 10 | n(3) << 49;
  out[3] = n(3) >> 15 | n(4) << 44;
  out[4] = n(4) >> 20;
}

}  // namespace passport::curve
