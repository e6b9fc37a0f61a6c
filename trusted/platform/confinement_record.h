// ConfinementRecord: which layers hold around the enclave and which do not, as a claim.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "edl/base/bytes.h"
#include "trusted/platform/layers.h"

namespace passport::platform {

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
  const LayerState& Get(Layer layer) const { return states_[static_cast<std::size_t>(layer)]; }
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
  std::uint64_t arena_bytes = 0;      // address space of heap and stack
  std::uint64_t arena_locked_bytes = 0;
  Hash32 filter_sha256{};  // of the exported BPF, zero without a filter

 private:
  static constexpr std::size_t kNumberMax = 64;  // of a layer: sets are 64 bits
  LayerState& At(Layer layer) { return states_[static_cast<std::size_t>(layer)]; }
  std::array<LayerState, kNumberMax + 1> states_{};  // by number; the numbers of no layer stay off
};

// "applied", "unavailable (ENOSYS)", "off", "not applicable".
std::string DescribeState(const LayerState& state);

}  // namespace passport::platform
