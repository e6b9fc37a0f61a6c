// The layers of confinement around an enclave, and their names in logs, claims, options and policies.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace passport {

// Each layer of boundary.md 2.3, 2.6 and 2.7. Numbers are part of the claim's encoding and never reused. A
// new one gets a row in kLayers too.
enum class Layer : std::uint8_t {
  kSealedImage = 1,       // the image was measured in a sealed memfd, which is what runs
  kExecuteOnlyImage = 2,  // image mode 0111: not dumpable from the first instruction
  kSeparateUid = 3,       // a uid that is neither the host's nor passportd's
  kPidNamespace = 4,
  kNetworkNamespace = 5,
  kIpcNamespace = 6,
  kUtsNamespace = 7,
  kMountNamespace = 8,
  kEmptyRoot = 9,           // the root folder is an empty read-only tmpfs
  kNoCapabilities = 10,     // every capability set is empty, the bounding set too
  kParentDeathSignal = 11,  // killed when passportd dies
  kOwnDescriptors = 12,     // exactly descriptors 0 to 4
  kEmptyEnvironment = 13,
  kNotDumpable = 14,
  kNoNewPrivileges = 15,
  kNoCoreFile = 16,        // RLIMIT_CORE 0
  kNoFileWrites = 17,      // RLIMIT_FSIZE 0
  kNoNewDescriptors = 18,  // RLIMIT_NOFILE 5
  kNoNewProcesses = 19,    // RLIMIT_NPROC 0
  kNoWriteExecute = 20,    // PR_SET_MDWE
  kNoHugePages = 21,       // PR_SET_THP_DISABLE
  kLandlock = 22,          // everything handled, nothing allowed
  kMemoryLocked = 23,      // mlockall: no page of it is ever swapped
  kSeccomp = 24,           // the allowlist of syscall_table.h, default KILL_PROCESS
  kCgroupNamespace = 25,
  kAddressSpaceLimit = 26,    // RLIMIT_AS: a runaway allocation ends the enclave, not the machine
  kNoStoreBypass = 27,        // speculation controls of this one process (PR_SET_SPECULATION_CTRL): loads
  kNoBranchSpeculation = 28,  // indirect branches
  kL1Flush = 29,              // the first-level cache is flushed whenever it is switched out
  // Numbers to 34 are the launcher's. These are the arena's, which is mapped before the program is told
  // anything.
  kSecretMemory = 35,  // memfd_secret: the pages are in no other mapping, not even the kernel's own
  kArenaLocked = 36,   // none of it is ever in swap
  kArenaGuarded = 37,  // guard pages on all sides; not in core files, children and merged pages
  kArenaHeap = 38,     // malloc and operator new take from it and from nowhere else
  kArenaStack = 39,    // the program runs on a stack in it, which is wiped after each call
};

// Every layer with its name in logs, claims and options, in the order of the encoding.
struct LayerRow {
  Layer layer;
  std::string_view name;
};
inline constexpr std::array kLayers = {
    LayerRow{Layer::kSealedImage, "sealed-image"},
    LayerRow{Layer::kExecuteOnlyImage, "execute-only-image"},
    LayerRow{Layer::kSeparateUid, "separate-uid"},
    LayerRow{Layer::kPidNamespace, "pid-namespace"},
    LayerRow{Layer::kNetworkNamespace, "network-namespace"},
    LayerRow{Layer::kIpcNamespace, "ipc-namespace"},
    LayerRow{Layer::kUtsNamespace, "uts-namespace"},
    LayerRow{Layer::kMountNamespace, "mount-namespace"},
    LayerRow{Layer::kEmptyRoot, "empty-root"},
    LayerRow{Layer::kNoCapabilities, "no-capabilities"},
    LayerRow{Layer::kParentDeathSignal, "parent-death-signal"},
    LayerRow{Layer::kOwnDescriptors, "own-descriptors"},
    LayerRow{Layer::kEmptyEnvironment, "empty-environment"},
    LayerRow{Layer::kNotDumpable, "not-dumpable"},
    LayerRow{Layer::kNoNewPrivileges, "no-new-privileges"},
    LayerRow{Layer::kNoCoreFile, "no-core-file"},
    LayerRow{Layer::kNoFileWrites, "no-file-writes"},
    LayerRow{Layer::kNoNewDescriptors, "no-new-descriptors"},
    LayerRow{Layer::kNoNewProcesses, "no-new-processes"},
    LayerRow{Layer::kNoWriteExecute, "no-write-execute"},
    LayerRow{Layer::kNoHugePages, "no-huge-pages"},
    LayerRow{Layer::kLandlock, "landlock"},
    LayerRow{Layer::kMemoryLocked, "memory-locked"},
    LayerRow{Layer::kSeccomp, "seccomp"},
    LayerRow{Layer::kCgroupNamespace, "cgroup-namespace"},
    LayerRow{Layer::kAddressSpaceLimit, "address-space-limit"},
    LayerRow{Layer::kNoStoreBypass, "no-store-bypass"},
    LayerRow{Layer::kNoBranchSpeculation, "no-branch-speculation"},
    LayerRow{Layer::kL1Flush, "l1-flush"},
    LayerRow{Layer::kSecretMemory, "secret-memory"},
    LayerRow{Layer::kArenaLocked, "arena-locked"},
    LayerRow{Layer::kArenaGuarded, "arena-guarded"},
    LayerRow{Layer::kArenaHeap, "arena-heap"},
    LayerRow{Layer::kArenaStack, "arena-stack"},
};
inline constexpr std::size_t kLayerCount = kLayers.size();

// What can become of a layer, as it begins in claims; its number is one more than the place here
// (trusted/platform/confinement_record.h).
inline constexpr std::array<std::string_view, 4> kLayerStates = {"applied", "unavailable", "off",
                                                                 "not applicable"};

}  // namespace passport
