#include "trusted/crypto/cpu.h"

#include <cpuid.h>

#include <cstdint>

namespace passport::crypto {
namespace {

struct Registers {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
};

// All zero for a leaf that the processor does not have.
Registers Ask(unsigned leaf) {
  Registers r;
  if (__get_cpuid_count(leaf, 0, &r.a, &r.b, &r.c, &r.d) == 0) return {};
  return r;
}

bool Has(unsigned word, std::initializer_list<int> bits) {
  for (const int bit : bits) {
    if (((word >> bit) & 1) == 0) return false;
  }
  return true;
}

// Which register files the operating system saves (XCR0; Intel SDM, volume 1, 13.3).
std::uint32_t SavedState() {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// Bit numbers of leaf 1 and leaf 7: Intel SDM, volume 2, CPUID.
Cpu Detect() {
  constexpr int kOsXsave = 27;
  constexpr std::uint32_t kYmmSaved = 0x06;
  constexpr std::uint32_t kZmmSaved = 0xe6;
  const Registers one = Ask(1);
  const Registers seven = Ask(7);
  const std::uint32_t saved = Has(one.c, {kOsXsave}) ? SavedState() : 0;
  const bool ymm = (saved & kYmmSaved) == kYmmSaved && Has(one.c, {28});
  const bool zmm = (saved & kZmmSaved) == kZmmSaved;
  Cpu cpu;
  cpu.sha = Has(one.c, {9, 19}) && Has(seven.b, {29});
  cpu.aes = Has(one.c, {25});
  cpu.pclmul = Has(one.c, {1});
  cpu.avx2 = ymm && Has(seven.b, {5});
  cpu.vaes = cpu.avx2 && cpu.aes && Has(seven.c, {9});
  cpu.avx512 = cpu.avx2 && zmm && Has(seven.b, {16, 17, 30, 31});
  cpu.vaes512 = cpu.avx512 && cpu.vaes;
  cpu.vpclmul512 = cpu.avx512 && Has(seven.c, {10});
  cpu.ifma = cpu.avx512 && Has(seven.b, {21});
  return cpu;
}

}  // namespace

const Cpu& ThisCpu() {
  static const Cpu cpu = Detect();
  return cpu;
}

}  // namespace passport::crypto
