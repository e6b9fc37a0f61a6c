#include "tests/ct/target.h"
#include "tests/ct/targets_launch.h"

namespace passport::ct {

std::span<const Target> Targets() {
  static constexpr Target kTargets[] = {
      {"launch-keys", LaunchKeys},
      {"launch-info", LaunchInformation},
      {"platform-link", PlatformLink},
  };
  return kTargets;
}

}  // namespace passport::ct
