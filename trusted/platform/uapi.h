// Kernel constants that Debian 12's headers do not have yet.
#pragma once

#include <cstdint>

namespace passport::platform::uapi {

inline constexpr int kPrSetMdwe = 65;  // Linux 6.3
inline constexpr unsigned long kPrMdweRefuseExecGain = 1;
inline constexpr unsigned kMfdExec = 0x10;          // Linux 6.3
inline constexpr int kSealExec = 0x20;              // F_SEAL_EXEC, Linux 6.3
inline constexpr std::uint64_t kLandlockNet = 3;    // bind and connect of TCP, version 4
inline constexpr std::uint64_t kLandlockScope = 3;  // abstract sockets and signals, version 6

// struct landlock_ruleset_attr as of version 6; older kernels take a prefix of it.
struct LandlockRuleset {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};

}  // namespace passport::platform::uapi
