// Where every random byte of an enclave comes from: getrandom, whole or not at all.
#pragma once

#include <span>

#include "edl/base/bytes.h"
#include "trusted/platform/kernel.h"

namespace passport::platform {

// Fills out, asking again where the kernel was interrupted or gave less than asked. False if it refuses,
// gives nothing or more than was asked for; out is then no randomness and is cleared.
[[nodiscard]] bool FillRandom(const Kernel& kernel, std::span<std::uint8_t> out);

// The same; ends the process with Exit::kRandomness instead of going on without.
void FillRandomOrLeave(const Kernel& kernel, std::span<std::uint8_t> out);

// Makes getrandom, by the two functions above, the source of libsodium. Before sodium_init().
void UseKernelRandomness();

}  // namespace passport::platform
