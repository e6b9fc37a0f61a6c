// Arithmetic modulo the prime of secp256k1 on four little-endian 64-bit words, any number below 2^256
// standing for its residue. 2^256 is 0x1000003d1 modulo p, so what leaves the four words comes back
// multiplied by that. Constant time; out may be an operand everywhere.
#pragma once

#include <immintrin.h>

#include "trusted/curve/limbs.h"

namespace passport::curve::field_words {

using limbs::u128;
using limbs::u64;

inline constexpr u64 kComplement = 0x1000003d1;  // 2^256 - p

// out = a + b. Only a sum within kComplement of 2^257 carries twice, and is small then.
inline void Add(u64* out, const u64* a, const u64* b) {
  unsigned long long r0, r1, r2, r3;
  unsigned char carry = _addcarry_u64(0, a[0], b[0], &r0);
  carry = _addcarry_u64(carry, a[1], b[1], &r1);
  carry = _addcarry_u64(carry, a[2], b[2], &r2);
  carry = _addcarry_u64(carry, a[3], b[3], &r3);
  carry = _addcarry_u64(0, r0, (u64{0} - carry) & kComplement, &r0);
  carry = _addcarry_u64(carry, r1, 0, &r1);
  carry = _addcarry_u64(carry, r2, 0, &r2);
  carry = _addcarry_u64(carry, r3, 0, &r3);
  out[0] = r0 + ((u64{0} - carry) & kComplement);
  out[1] = r1;
  out[2] = r2;
  out[3] = r3;
}

// out = a - b.
inline void Sub(u64* out, const u64* a, const u64* b) {
  unsigned long long r0, r1, r2, r3;
  unsigned char borrow = _subborrow_u64(0, a[0], b[0], &r0);
  borrow = _subborrow_u64(borrow, a[1], b[1], &r1);
  borrow = _subborrow_u64(borrow, a[2], b[2], &r2);
  borrow = _subborrow_u64(borrow, a[3], b[3], &r3);
  borrow = _subborrow_u64(0, r0, (u64{0} - borrow) & kComplement, &r0);
  borrow = _subborrow_u64(borrow, r1, 0, &r1);
  borrow = _subborrow_u64(borrow, r2, 0, &r2);
  borrow = _subborrow_u64(borrow, r3, 0, &r3);
  out[0] = r0 - ((u64{0} - borrow) & kComplement);
  out[1] = r1;
  out[2] = r2;
  out[3] = r3;
}

// out = a / 2: p, which is 2^256 - kComplement, is added to an odd one first.
inline void Half(u64* out, const u64* a) {
  const u64 odd = crypto::MaskFromBit(a[0] & 1);
  unsigned long long r0, r1, r2, r3;
  unsigned char carry = _addcarry_u64(0, a[0], odd & ~(kComplement - 1), &r0);
  carry = _addcarry_u64(carry, a[1], odd, &r1);
  carry = _addcarry_u64(carry, a[2], odd, &r2);
  carry = _addcarry_u64(carry, a[3], odd, &r3);
  out[0] = r0 >> 1 | r1 << 63;
  out[1] = r1 >> 1 | r2 << 63;
  out[2] = r2 >> 1 | r3 << 63;
  out[3] = r3 >> 1 | u64{carry} << 63;
}

// out = a * b, for every CPU.
void MulPortable(u64* out, const u64* a, const u64* b);

// Whether the CPU has MULX, ADCX and ADOX, asked when the program starts: what follows may be called if it
// has.
extern const bool kHasAdx;

// The words of a product, in registers.
struct Product {
  u64 r0, r1, r2, r3, r4, r5, r6, r7;
};

// out = the product modulo p: its upper half times 2^256 - p goes onto the lower one, then the word that this
// leaves, then the carry of that.
[[gnu::always_inline]] inline void ReduceAdx(u64* out, Product p) {
  u64 low, high, zero;
  __asm__(
      "movabsq $0x1000003d1, %%rdx; xorl %k[zero], %k[zero]\n\t"
      "mulxq %[r4], %[low], %[high]; adcxq %[low], %[r0]; adoxq %[high], %[r1]\n\t"
      "mulxq %[r5], %[low], %[high]; adcxq %[low], %[r1]; adoxq %[high], %[r2]\n\t"
      "mulxq %[r6], %[low], %[high]; adcxq %[low], %[r2]; adoxq %[high], %[r3]\n\t"
      "mulxq %[r7], %[low], %[r4]; adcxq %[low], %[r3]; adoxq %[zero], %[r4]; adcxq %[zero], %[r4]\n\t"
      "mulxq %[r4], %[low], %[high]; addq %[low], %[r0]; adcq %[high], %[r1]\n\t"
      "adcq $0, %[r2]; adcq $0, %[r3]; sbbq %[low], %[low]; andq %%rdx, %[low]\n\t"
      "addq %[low], %[r0]; adcq $0, %[r1]\n\t"  // what is left after a carry is below 2^67
      : [r0] "+&r"(p.r0), [r1] "+&r"(p.r1), [r2] "+&r"(p.r2), [r3] "+&r"(p.r3), [r4] "+&r"(p.r4),
        [low] "=&r"(low), [high] "=&r"(high), [zero] "=&r"(zero)
      : [r5] "r"(p.r5), [r6] "r"(p.r6), [r7] "r"(p.r7)
      : "rdx", "cc");
  out[0] = p.r0;
  out[1] = p.r1;
  out[2] = p.r2;
  out[3] = p.r3;
}

// Rows of products, the low halves on one chain of carries and the high ones on another.
[[gnu::always_inline]] inline void MulAdx(u64* out, const u64* a, const u64* b) {
  Product p;
  u64 low, high, zero;
  __asm__(
      "movq 0(%[a]), %%rdx; xorl %k[zero], %k[zero]\n\t"
      "mulxq 0(%[b]), %[r0], %[r1]\n\t"
      "mulxq 8(%[b]), %[low], %[r2]; adcxq %[low], %[r1]\n\t"
      "mulxq 16(%[b]), %[low], %[r3]; adcxq %[low], %[r2]\n\t"
      "mulxq 24(%[b]), %[low], %[r4]; adcxq %[low], %[r3]; adcxq %[zero], %[r4]\n\t"

      "movq 8(%[a]), %%rdx; xorl %k[zero], %k[zero]\n\t"
      "mulxq 0(%[b]), %[low], %[high]; adcxq %[low], %[r1]; adoxq %[high], %[r2]\n\t"
      "mulxq 8(%[b]), %[low], %[high]; adcxq %[low], %[r2]; adoxq %[high], %[r3]\n\t"
      "mulxq 16(%[b]), %[low], %[high]; adcxq %[low], %[r3]; adoxq %[high], %[r4]\n\t"
      "mulxq 24(%[b]), %[low], %[r5]; adcxq %[low], %[r4]; adoxq %[zero], %[r5]; adcxq %[zero], %[r5]\n\t"

      "movq 16(%[a]), %%rdx; xorl %k[zero], %k[zero]\n\t"
      "mulxq 0(%[b]), %[low], %[high]; adcxq %[low], %[r2]; adoxq %[high], %[r3]\n\t"
      "mulxq 8(%[b]), %[low], %[high]; adcxq %[low], %[r3]; adoxq %[high], %[r4]\n\t"
      "mulxq 16(%[b]), %[low], %[high]; adcxq %[low], %[r4]; adoxq %[high], %[r5]\n\t"
      "mulxq 24(%[b]), %[low], %[r6]; adcxq %[low], %[r5]; adoxq %[zero], %[r6]; adcxq %[zero], %[r6]\n\t"

      "movq 24(%[a]), %%rdx\n\t"  // the last use of a, whose register takes the top word
      "xorl %k[zero], %k[zero]\n\t"
      "mulxq 0(%[b]), %[low], %[high]; adcxq %[low], %[r3]; adoxq %[high], %[r4]\n\t"
      "mulxq 8(%[b]), %[low], %[high]; adcxq %[low], %[r4]; adoxq %[high], %[r5]\n\t"
      "mulxq 16(%[b]), %[low], %[high]; adcxq %[low], %[r5]; adoxq %[high], %[r6]\n\t"
      "mulxq 24(%[b]), %[low], %[a]; adcxq %[low], %[r6]; adoxq %[zero], %[a]; adcxq %[zero], %[a]\n\t"
      : [r0] "=&r"(p.r0), [r1] "=&r"(p.r1), [r2] "=&r"(p.r2), [r3] "=&r"(p.r3), [r4] "=&r"(p.r4),
        [r5] "=&r"(p.r5), [r6] "=&r"(p.r6), [low] "=&r"(low), [high] "=&r"(high), [zero] "=&r"(zero),
        [a] "+&r"(a)
      : [b] "r"(b)
      : "rdx", "cc", "memory");
  p.r7 = reinterpret_cast<u64>(a);
  ReduceAdx(out, p);
}

// The products of different words, doubled on one chain while the squares come in on the other.
[[gnu::always_inline]] inline void SquareAdx(u64* out, const u64* a) {
  Product p;
  u64 low, high, zero;
  __asm__(
      "movq 0(%[a]), %%rdx; xorl %k[zero], %k[zero]\n\t"
      "mulxq 8(%[a]), %[r1], %[r2]\n\t"
      "mulxq 16(%[a]), %[low], %[r3]; adcxq %[low], %[r2]\n\t"
      "mulxq 24(%[a]), %[low], %[r4]; adcxq %[low], %[r3]; adcxq %[zero], %[r4]\n\t"

      "movq 8(%[a]), %%rdx; xorl %k[zero], %k[zero]\n\t"
      "mulxq 16(%[a]), %[low], %[high]; adcxq %[low], %[r3]; adoxq %[high], %[r4]\n\t"
      "mulxq 24(%[a]), %[low], %[r5]; adcxq %[low], %[r4]; adoxq %[zero], %[r5]\n\t"
      "movq 16(%[a]), %%rdx\n\t"
      "mulxq 24(%[a]), %[low], %[r6]; adcxq %[low], %[r5]; adcxq %[zero], %[r6]\n\t"

      "movq 0(%[a]), %%rdx; xorl %k[zero], %k[zero]\n\t"
      "mulxq %%rdx, %[r0], %[high]; adcxq %[r1], %[r1]; adoxq %[high], %[r1]\n\t"
      "movq 8(%[a]), %%rdx\n\t"
      "mulxq %%rdx, %[low], %[high]; adcxq %[r2], %[r2]; adoxq %[low], %[r2]\n\t"
      "adcxq %[r3], %[r3]; adoxq %[high], %[r3]\n\t"
      "movq 16(%[a]), %%rdx\n\t"
      "mulxq %%rdx, %[low], %[high]; adcxq %[r4], %[r4]; adoxq %[low], %[r4]\n\t"
      "adcxq %[r5], %[r5]; adoxq %[high], %[r5]\n\t"
      "movq 24(%[a]), %%rdx\n\t"
      "mulxq %%rdx, %[low], %[r7]; adcxq %[r6], %[r6]; adoxq %[low], %[r6]\n\t"
      "adcxq %[zero], %[r7]; adoxq %[zero], %[r7]\n\t"
      : [r0] "=&r"(p.r0), [r1] "=&r"(p.r1), [r2] "=&r"(p.r2), [r3] "=&r"(p.r3), [r4] "=&r"(p.r4),
        [r5] "=&r"(p.r5), [r6] "=&r"(p.r6), [r7] "=&r"(p.r7), [low] "=&r"(low), [high] "=&r"(high),
        [zero] "=&r"(zero)
      : [a] "r"(a)
      : "rdx", "cc", "memory");
  ReduceAdx(out, p);
}

[[gnu::always_inline]] inline void Mul(u64* out, const u64* a, const u64* b) {
  if (__builtin_expect(kHasAdx, 1)) {
    MulAdx(out, a, b);
  } else {
    MulPortable(out, a, b);
  }
}
[[gnu::always_inline]] inline void Square(u64* out, const u64* a) {
  if (__builtin_expect(kHasAdx, 1)) {
    SquareAdx(out, a);
  } else {
    MulPortable(out, a, a);
  }
}

}  // namespace passport::curve::field_words
