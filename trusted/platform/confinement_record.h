// ConfinementRecord: which layers hold around the enclave and which do not, as a claim.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "edl/base/bytes.h"

namespace passport::platform {

// Each layer of boundary.md 2.3 and 2.7. Numbers are part of the claim's encoding and never reused.
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
};
inline constexpr std::size_t kLayerCount = 24;

enum class State : std::uint8_t { kApplied = 1, kUnavailable = 2, kOff = 3, kNotApplicable = 4 };
enum class LaunchKind : std::uint8_t { kMemfd = 1, kFile = 2 };

struct LayerState {
  State state = State::kOff;
  std::uint16_t error = 0;  // errno, with kUnavailable only
  bool operator==(const LayerState&) const = default;
};

// A layer that nobody spoke of is off: silence never reads as protection.
class ConfinementRecord {
 public:
  void Set(Layer layer, State state) { At(layer) = {state, 0}; }
  // The outcome of a system call: applied, or unavailable with its errno.
  void SetOutcome(Layer layer, int error);
  const LayerState& Get(Layer layer) const { return states_[static_cast<std::size_t>(layer) - 1]; }
  bool Applied(Layer layer) const { return Get(layer).state == State::kApplied; }

  // Canonical: Parse accepts exactly what Encode makes. kMalformed otherwise.
  Bytes Encode() const;
  static Result<ConfinementRecord> Parse(ByteSpan input);

  // (name, state) of every layer in order, then launch kind, Landlock version and filter hash: for status,
  // metrics and logs. All text is ASCII without quotes or backslashes, so it goes into JSON as it is.
  std::vector<std::pair<std::string, std::string>> Listing() const;

  bool operator==(const ConfinementRecord&) const = default;

  LaunchKind launch_kind = LaunchKind::kFile;
  std::uint8_t landlock_version = 0;  // ABI number, 0 without Landlock
  Hash32 filter_sha256{};             // of the exported BPF, zero without a filter

 private:
  LayerState& At(Layer layer) { return states_[static_cast<std::size_t>(layer) - 1]; }
  std::array<LayerState, kLayerCount> states_{};
};

std::string_view LayerName(Layer layer);
// "applied", "unavailable (ENOSYS)", "off", "not applicable".
std::string DescribeState(const LayerState& state);

}  // namespace passport::platform
