#include "trusted/curve/scalar.h"

#include "trusted/curve/divsteps.h"
#include "trusted/curve/limbs.h"

namespace passport::curve {
namespace {

using limbs::u64;

constexpr u64 kOrder[4] = {0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff};
constexpr Modulus kModulus(kOrder);
constexpr u64 kHalfOrder[4] = {0xdfe92f46681b20a0, 0x5d576e7357a4501d, 0xffffffffffffffff,
                               0x7fffffffffffffff};
// 2^256 - q.
constexpr u64 kComplement[4] = {0x402da1732fc9bebf, 0x4551231950b75fc4, 1, 0};

// out[0..kOut-1] = low + high * (2^256 - q), congruent to low + high * 2^256, for a low of four and a high of
// kHigh limbs. The caller knows that the result fits.
template <int kHigh, int kOut>
inline void Fold(u64* out, const u64* low, const u64* high) {
  limbs::Column column;
  limbs::Unroll<kOut>([&](auto k) {
    if constexpr (k < 4) column.Add(low[k]);
    if constexpr (k < kHigh) column.AddProduct(high[k], kComplement[0]);
    if constexpr (k >= 1 && k <= kHigh) column.AddProduct(high[k - 1], kComplement[1]);
    if constexpr (k >= 2 && k <= kHigh + 1) column.Add(high[k - 2]);
    out[k] = column.Next();
  });
}

// out = wide mod q for a value of kSize limbs below 2^529: 402, 276, 257 and 256 bits remain after the steps.
template <int kSize>
inline void ReduceLimbs(u64* out, const u64* wide) {
  u64 a[7];
  Fold<kSize - 4, 7>(a, wide, wide + 4);
  u64 b[5];
  Fold<3, 5>(b, a, a + 4);
  u64 c[5];
  Fold<1, 5>(c, b, b + 4);
  limbs::Normalize(c, c[4], kComplement);
  std::memcpy(out, c, 4 * sizeof(u64));
}

}  // namespace

Scalar Scalar::FromU64(u64 v) {
  Scalar out;
  out.limbs_[0] = v;
  return out;
}

Result<Scalar> Scalar::Parse(ByteSpan bytes) {
  if (bytes.size() != 32) return Fail(Status::kBadScalar);
  Scalar out;
  limbs::Load(out.limbs_, bytes.data());
  u64 ignored[4];
  if (limbs::Sub(ignored, out.limbs_, kOrder) == 0) return Fail(Status::kBadScalar);
  return out;
}

Scalar Scalar::Reduce(const ByteArray<32>& bytes) {
  Scalar out;
  limbs::Load(out.limbs_, bytes.data());
  limbs::Normalize(out.limbs_, 0, kComplement);
  return out;
}

Scalar Scalar::ReduceWide(const ByteArray<48>& bytes) {
  u64 wide[6];
  limbs::Load(wide, bytes.data(), 6);
  Scalar out;
  ReduceLimbs<6>(out.limbs_, wide);
  return out;
}

Scalar Scalar::Random(crypto::Rng& rng) {
  // Rejected draws say nothing about the one that is kept.
  while (true) {
    const crypto::SecretKey32 bytes = rng.Key();
    const Result<Scalar> drawn = Parse(bytes.Expose());
    if (drawn.ok() && !drawn.value().IsZero()) return drawn.value();
  }
}

ByteArray<32> Scalar::Encode() const {
  ByteArray<32> out;
  limbs::Store(out.data(), limbs_);
  return out;
}

Scalar operator+(const Scalar& a, const Scalar& b) {
  Scalar out;
  limbs::AddMod(out.limbs_, a.limbs_, b.limbs_, kComplement);
  return out;
}

Scalar operator-(const Scalar& a, const Scalar& b) {
  Scalar out;
  limbs::SubMod(out.limbs_, a.limbs_, b.limbs_, kComplement);
  return out;
}

Scalar operator*(const Scalar& a, const Scalar& b) {
  u64 wide[8];
  limbs::MulWide(wide, a.limbs_, b.limbs_);
  Scalar out;
  ReduceLimbs<8>(out.limbs_, wide);
  return out;
}

Scalar Scalar::Negate() const { return Scalar() - *this; }

Scalar Scalar::InvertBy(bool is_secret) const {
  u64 wide[5];
  kModulus.Invert(wide, limbs_, is_secret);
  Scalar out;
  ReduceLimbs<5>(out.limbs_, wide);
  return out;
}

bool Scalar::IsZero() const { return limbs::ZeroMask(limbs_) != 0; }

bool Scalar::IsHigh() const {
  u64 ignored[4];
  return limbs::Sub(ignored, kHalfOrder, limbs_) != 0;
}

bool Scalar::EqualsPublic(const Scalar& other) const { return (*this - other).IsZero(); }

Scalar Scalar::Select(u64 bit, const Scalar& a, const Scalar& b) {
  Scalar out;
  limbs::Select(out.limbs_, crypto::MaskFromBit(bit), a.limbs_, b.limbs_);
  return out;
}

Scalar HashToScalar(crypto::Tag tag, const Hash32& context, std::initializer_list<ByteSpan> parts) {
  crypto::Secret<ByteArray<48>> bytes;
  crypto::TaggedXof(tag, context, parts, bytes.ExposeMutable());
  return Scalar::ReduceWide(bytes.Expose());
}

Scalar InnerProduct(std::span<const Scalar> a, std::span<const Scalar> b) {
  PASSPORT_CHECK(a.size() == b.size() && a.size() <= 1u << 16);
  limbs::Column column;
  u64 sum[9];
  limbs::Unroll<9>([&](auto k) {
    for (std::size_t i = 0; i < a.size(); ++i) limbs::AddColumn<k>(column, a[i].limbs_, b[i].limbs_);
    sum[k] = column.Next();
  });
  Scalar out;
  ReduceLimbs<9>(out.limbs_, sum);
  return out;
}

}  // namespace passport::curve
