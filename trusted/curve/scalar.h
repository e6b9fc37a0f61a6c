// Integers modulo the order q of secp256k1, in constant time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "edl/base/bytes.h"
#include "trusted/crypto/rng.h"
#include "trusted/crypto/secret.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::curve {

// Four little-endian 64-bit limbs, always reduced. All operations are constant time; a scalar that is secret
// for longer than one function lives in a crypto::Secret<Scalar>.
class Scalar {
 public:
  constexpr Scalar() = default;  // zero
  // The value with these limbs, most significant first, which is below q.
  constexpr Scalar(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) : limbs_{d, c, b, a} {}
  static Scalar FromU64(std::uint64_t v);
  // 32 bytes big endian. Parse refuses values >= q with kBadScalar; Reduce takes them modulo q ("BS" of
  // dkls23.md 5.2).
  static Result<Scalar> Parse(ByteSpan bytes);
  static Scalar Reduce(const ByteArray<32>& bytes);
  static Scalar ReduceWide(const ByteArray<48>& bytes);  // 48 bytes big endian mod q, bias < 2^-128
  static Scalar Random(crypto::Rng& rng);                // uniform in [1, q)
  // 2a + 1 + (2b + 1) lambda for the two halves a and b of a coin: one of 2^128 distinct scalars, any two of
  // which differ by a unit, as the checks with a random factor need them. A point takes half the time to
  // multiply by one.
  static Scalar FromCoin(const ByteArray<16>& coin);
  ByteArray<32> Encode() const;

  friend Scalar operator+(const Scalar& a, const Scalar& b);
  friend Scalar operator-(const Scalar& a, const Scalar& b);
  friend Scalar operator*(const Scalar& a, const Scalar& b);
  Scalar Negate() const;
  Scalar Invert() const { return InvertBy(true); }      // zero gives zero
  Scalar InvertVar() const { return InvertBy(false); }  // the same in variable time, for public values
  bool IsZero() const;                                  // constant time; the answer is public
  bool IsHigh() const;                                  // > q / 2, for low-s; the answer is public
  bool EqualsPublic(const Scalar& other) const;
  // a if bit is 0, b if bit is 1, without a branch.
  static Scalar Select(std::uint64_t bit, const Scalar& a, const Scalar& b);

  const std::uint64_t* limbs() const { return limbs_; }

 private:
  friend Scalar InnerProduct(std::span<const Scalar> a, std::span<const Scalar> b);
  Scalar InvertBy(bool is_secret) const;
  std::uint64_t limbs_[4] = {0, 0, 0, 0};
};

using SecretScalar = crypto::Secret<Scalar>;

// HS(tag, ctx, parts) of dkls23.md 1.4: 48 bytes of the tagged XOF modulo q.
Scalar HashToScalar(crypto::Tag tag, const Hash32& context, std::initializer_list<ByteSpan> parts);

// sum a_i * b_i modulo q with one reduction at the end (lazy accumulation). Sizes are equal and at most 2^16.
Scalar InnerProduct(std::span<const Scalar> a, std::span<const Scalar> b);

}  // namespace passport::curve
