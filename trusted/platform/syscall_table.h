// kAllowedCalls: every system call of the locked enclave, with which arguments, and why. All else kills it.
#pragma once

#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace passport::platform {

// Argument `index` must satisfy (argument & mask) == value. An int argument is compared in the 32 bits the
// kernel reads.
struct ArgumentRule {
  unsigned index;
  std::uint64_t mask;
  std::uint64_t value;
};

struct AllowedCall {
  int number;
  std::string_view name;
  std::string_view reason;
  std::array<ArgumentRule, 4> arguments;
  std::size_t argument_count;
};

inline constexpr std::uint64_t kInt = 0xffffffff;
inline constexpr std::uint64_t kAllBits = ~std::uint64_t{0};

// A row with at most four ruled arguments.
constexpr AllowedCall Allow(int number, std::string_view name, std::string_view reason,
                            std::initializer_list<ArgumentRule> rules = {}) {
  AllowedCall call{number, name, reason, {}, rules.size()};
  std::copy(rules.begin(), rules.end(), call.arguments.begin());
  return call;
}

// One row is one permitted form: a call with two permitted forms has two rows.
// clang-format off
inline constexpr std::array kAllowedCalls = {
    Allow(SYS_recvfrom, "recvfrom", "take the next record from the host; no sender address",
          {{0, kInt, 3}, {3, kInt, MSG_TRUNC}, {4, kAllBits, 0}, {5, kAllBits, 0}}),
    Allow(SYS_sendto, "sendto", "answer the host; no destination address",
          {{0, kInt, 3}, {3, kInt, MSG_NOSIGNAL}, {4, kAllBits, 0}, {5, kInt, 0}}),
    Allow(SYS_sendto, "sendto", "tell passportd READY; nothing is received from it any more",
          {{0, kInt, 4}, {3, kInt, MSG_NOSIGNAL}, {4, kAllBits, 0}, {5, kInt, 0}}),
    Allow(SYS_getrandom, "getrandom", "all randomness, through libsodium; waits until the kernel is seeded",
          {{2, kInt, 0}}),
    Allow(SYS_exit_group, "exit_group", "the end, with an exit code"),
};
// clang-format on

}  // namespace passport::platform
