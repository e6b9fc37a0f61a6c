// What this processor can do, and the choice among several ways to compute one function.
#pragma once

#include <array>
#include <cstddef>

namespace passport::crypto {

// Instruction sets in which something is written here. The wide ones count only if the operating system saves
// their registers.
struct Cpu {
  bool sha = false;  // with SSSE3 and SSE4.1
  bool aes = false;
  bool pclmul = false;
  bool avx2 = false;
  bool vaes = false;     // AVX2 forms of VAES
  bool avx512 = false;   // F, BW, DQ and VL
  bool vaes512 = false;  // the rest: only where avx512
  bool vpclmul512 = false;
  bool ifma = false;
};

// What CPUID says, asked once per process: under a hypervisor the question itself costs as much as many
// hashes.
const Cpu& ThisCpu();

// One way to compute a function. Lists of them are ordered: the fastest first; the last is portable and
// always runs. All of a list give the same bytes, and all are constant time.
template <class Function>
struct Path {
  const char* name;  // the instruction set, for tests and benchmarks
  bool Cpu::*needs;  // null for the portable one
  Function* function;

  bool Runs() const { return needs == nullptr || ThisCpu().*needs; }
};

template <class Function, std::size_t kCount>
Function* Fastest(const std::array<Path<Function>, kCount>& paths) {
  std::size_t i = 0;
  while (i + 1 < kCount && !paths[i].Runs()) ++i;
  return paths[i].function;
}

}  // namespace passport::crypto
