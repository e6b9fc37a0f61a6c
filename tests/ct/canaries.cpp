// Code that leaks on purpose: each of these must be reported, or the gate sees nothing (tests/ct/README.md).
#include <bit>

#include "tests/ct/poison.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_base.h"
#include "trusted/crypto/hash.h"

namespace passport::ct {
namespace {

ByteArray<32> SecretBytes32(std::uint64_t seed) { return SecretRng(seed).Array<32>(); }

// Calls that the compiler can neither see through nor leave out, so that choosing between them needs a
// branch.
[[gnu::noinline]] void TakeOne(int& sum) {
  sum += 1;
  Keep(&sum);
}
[[gnu::noinline]] void TakeTwo(int& sum) {
  sum += 2;
  Keep(&sum);
}

void BranchOn(std::uint8_t secret) {
  int sum = 0;
  if ((secret & 1) != 0) {
    TakeOne(sum);
  } else {
    TakeTwo(sum);
  }
  Keep(&sum);
}

}  // namespace

void CanaryBranch() { BranchOn(SecretBytes32(1)[0]); }

void CanaryIndex() {
  const ByteArray<32> secret = SecretBytes32(2);
  ByteArray<256> table{};
  Keep(&table);
  const std::uint8_t found = table[secret[0]];
  Keep(&found);
}

void CanaryCompare() {
  const ByteArray<32> secret = SecretBytes32(3);
  const ByteArray<32> guess{};
  bool equal = true;
  for (std::size_t i = 0; i < secret.size() && equal; ++i) equal = secret[i] == guess[i];
  Keep(&equal);
}

// A division instruction takes a secret silently: memcheck has no opinion on how long it runs. The compiler's
// routine for wide integers branches on its operands, which memcheck sees; tools/ct looks for the instruction
// itself (CanaryDivision).
void CanaryWideDivision() {
  __extension__ using U128 = unsigned __int128;
  const U128 dividend = std::bit_cast<U128>(SecretRng(4).Array<16>());
  const U128 divisor = std::bit_cast<U128>(SecretRng(5).Array<16>());
  const U128 rest = dividend % (divisor | 1);
  Keep(&rest);
}

// Branches on what a secret has become on the fastest way that the processor offers, and in a library: what
// follows secrets must not lose one in a vector instruction or in code that it does not see.
void CanaryHash() { BranchOn(crypto::HashSha256(SecretBytes32(6))[0]); }
void CanaryLibrary() { BranchOn(crypto::HmacSha256(SecretBytes32(7), {AsBytes("m")})[0]); }

std::uint64_t CanaryDivision(std::uint64_t secret, std::uint64_t divisor) { return secret % (divisor | 1); }

}  // namespace passport::ct
