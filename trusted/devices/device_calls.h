// kDeviceCalls: every system call of passport-platform once it is locked, with which arguments, and why.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>

#include "trusted/devices/nsm.h"
#include "trusted/platform/syscall_table.h"

namespace passport::devices {

// The descriptors of the locked program. Those of devices that are not there are the null device.
inline constexpr int kChannel = 3;  // to passportd
inline constexpr int kTpmAt = 4;
inline constexpr int kTsmAt = 5;  // our folder of configfs-tsm
inline constexpr int kNsmAt = 6;
inline constexpr int kOpenedAt = 7;  // the one attribute of configfs-tsm that is open at a time
inline constexpr int kDescriptorsMax = 8;

using platform::Allow;
using platform::kAllBits;
using platform::kInt;

// clang-format off
inline constexpr std::array kDeviceCalls = {
    Allow(SYS_recvfrom, "recvfrom", "take the next request of passportd; no sender address",
          {{0, kInt, kChannel}, {3, kInt, MSG_TRUNC}, {4, kAllBits, 0}, {5, kAllBits, 0}}),
    Allow(SYS_sendto, "sendto", "answer passportd; no destination address",
          {{0, kInt, kChannel}, {3, kInt, MSG_NOSIGNAL}, {4, kAllBits, 0}, {5, kInt, 0}}),
    Allow(SYS_write, "write", "a command to the TPM", {{0, kInt, kTpmAt}}),
    Allow(SYS_poll, "poll", "wait for the TPM, but not for ever", {{1, kInt, 1}}),
    Allow(SYS_read, "read", "the answer of the TPM", {{0, kInt, kTpmAt}}),
    Allow(SYS_openat, "openat", "read an attribute of configfs-tsm; Landlock keeps the path in its folder",
          {{0, kInt, kTsmAt}, {2, kInt, O_RDONLY | O_CLOEXEC}}),
    Allow(SYS_openat, "openat", "write the report data of configfs-tsm",
          {{0, kInt, kTsmAt}, {2, kInt, O_WRONLY | O_CLOEXEC}}),
    Allow(SYS_read, "read", "what configfs-tsm gives", {{0, kInt, kOpenedAt}}),
    Allow(SYS_write, "write", "what configfs-tsm takes", {{0, kInt, kOpenedAt}}),
    Allow(SYS_close, "close", "an attribute of configfs-tsm", {{0, kInt, kOpenedAt}}),
    Allow(SYS_ioctl, "ioctl", "a question to the Nitro Secure Module", {{0, kInt, kNsmAt}, {1, kInt, kNsmRequest}}),
    Allow(SYS_getrandom, "getrandom", "randomness for salts and nonces of sessions, through libcrypto"),
    Allow(SYS_brk, "brk", "malloc's heap grows and shrinks"),
    Allow(SYS_mmap, "mmap", "malloc's large blocks: private memory, never executable, never a file",
          {{2, kAllBits, PROT_READ | PROT_WRITE}, {3, kAllBits, MAP_PRIVATE | MAP_ANONYMOUS}}),
    Allow(SYS_munmap, "munmap", "malloc gives a large block back"),
    Allow(SYS_mremap, "mremap", "realloc of a large block; never to a chosen address",
          {{3, kAllBits, MREMAP_MAYMOVE}}),
    Allow(SYS_exit_group, "exit_group", "the end, with an exit code"),
};
// clang-format on

}  // namespace passport::devices
