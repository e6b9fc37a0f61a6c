// The layers around an enclave, their names, and which of them it must have.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace passport::platform {

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

// A set of layers.
class LayerSet {
 public:
  constexpr LayerSet() = default;
  constexpr LayerSet(std::initializer_list<Layer> layers) {
    for (const Layer layer : layers) Add(layer);
  }
  constexpr void Add(Layer layer) { bits_ |= BitOf(layer); }
  constexpr bool Has(Layer layer) const { return (bits_ & BitOf(layer)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr LayerSet operator|(LayerSet other) const { return FromBits(bits_ | other.bits_); }
  constexpr bool operator==(const LayerSet&) const = default;

  // Bit n - 1 for layer n. FromBits takes bits of layers that exist only: ask IsKnown first.
  constexpr std::uint64_t bits() const { return bits_; }
  static constexpr LayerSet FromBits(std::uint64_t bits) {
    LayerSet set;
    set.bits_ = bits;
    return set;
  }
  static constexpr bool IsKnown(std::uint64_t bits) {
    LayerSet all;
    for (const LayerRow& row : kLayers) all.Add(row.layer);
    return (bits & ~all.bits_) == 0;
  }

 private:
  static constexpr std::uint64_t BitOf(Layer layer) {
    return std::uint64_t{1} << (static_cast<unsigned>(layer) - 1);
  }
  std::uint64_t bits_ = 0;
};

// What no enclave runs without, whatever the options.
inline constexpr LayerSet kIndispensable = {Layer::kSeccomp,          Layer::kNoNewPrivileges,
                                            Layer::kNotDumpable,      Layer::kOwnDescriptors,
                                            Layer::kEmptyEnvironment, Layer::kNoCoreFile};

// What production demands unless passportd --require says otherwise: all that root gets on a stock Debian 12.
// Not there: a sealed image (vm.memfd_noexec forbids it; what runs is hashed all the same), Landlock and what
// came after Linux 6.1 (the filter forbids the same acts), speculation controls, which processors offer or do
// not, the lock of all memory, which containers refuse to their root.
inline constexpr LayerSet kStrict =
    kIndispensable | LayerSet{Layer::kExecuteOnlyImage,  Layer::kSeparateUid,       Layer::kPidNamespace,
                              Layer::kNetworkNamespace,  Layer::kIpcNamespace,      Layer::kUtsNamespace,
                              Layer::kMountNamespace,    Layer::kCgroupNamespace,   Layer::kEmptyRoot,
                              Layer::kNoCapabilities,    Layer::kParentDeathSignal, Layer::kNoFileWrites,
                              Layer::kNoNewDescriptors,  Layer::kNoNewProcesses,    Layer::kNoHugePages,
                              Layer::kAddressSpaceLimit, Layer::kArenaLocked,       Layer::kArenaGuarded,
                              Layer::kArenaHeap,         Layer::kArenaStack};

std::string_view LayerName(Layer layer);
std::optional<Layer> FindLayer(std::string_view name);
std::optional<Layer> FindLayer(std::uint8_t number);

}  // namespace passport::platform
