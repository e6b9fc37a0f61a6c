#include "tests/ct/target.h"
#include "tests/ct/targets_base.h"

namespace passport::ct {

std::span<const Target> Targets() {
  static constexpr Target kTargets[] = {
      {"canary-branch", CanaryBranch},   {"canary-index", CanaryIndex},
      {"canary-compare", CanaryCompare}, {"canary-wide-division", CanaryWideDivision},
      {"canary-hash", CanaryHash},       {"canary-library", CanaryLibrary},
  };
  return kTargets;
}

}  // namespace passport::ct
