// Sets of the layers around an enclave, and which of them it must have.
#pragma once

#include <initializer_list>
#include <optional>

#include "edl/base/layers.h"

namespace passport::platform {

using passport::kLayerCount;
using passport::kLayers;
using passport::Layer;
using passport::LayerRow;

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
