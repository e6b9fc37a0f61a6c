#include "trusted/platform/randomness.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "trusted/crypto/secret.h"
#include "trusted/platform/exit_codes.h"

namespace passport::platform {
namespace {

// Up to here getrandom is neither interrupted nor short once the kernel is seeded (random(7)).
constexpr std::size_t kPieceBytes = 256;

const char* NameOfSource() { return "getrandom"; }

void FillFromSystem(void* const out, const std::size_t size) {
  FillRandomOrLeave(RealKernel(), {static_cast<std::uint8_t*>(out), size});
}

std::uint32_t DrawFromSystem() {
  std::uint32_t out = 0;
  FillFromSystem(&out, sizeof out);
  return out;
}

randombytes_implementation source = {NameOfSource, DrawFromSystem, nullptr, nullptr, FillFromSystem, nullptr};

}  // namespace

bool FillRandom(const Kernel& kernel, std::span<std::uint8_t> out) {
  std::span<std::uint8_t> rest = out;
  while (!rest.empty()) {
    const std::size_t wanted = std::min(rest.size(), kPieceBytes);
    const ssize_t got = kernel.Random(rest.data(), wanted);
    if (got == -EINTR) continue;
    if (got <= 0 || static_cast<std::size_t>(got) > wanted) {
      crypto::Wipe(out.data(), out.size());
      return false;
    }
    rest = rest.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

void FillRandomOrLeave(const Kernel& kernel, std::span<std::uint8_t> out) {
  if (!FillRandom(kernel, out)) _exit(static_cast<int>(Exit::kRandomness));
}

void UseKernelRandomness() { randombytes_set_implementation(&source); }

}  // namespace passport::platform
