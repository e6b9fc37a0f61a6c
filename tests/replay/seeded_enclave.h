// What a seeded enclave decides about its core.
#pragma once

#include "tests/replay/seeded_parts.h"
#include "trusted/platform/enclave_run.h"

namespace passport::replay {

inline platform::EnclaveParts SeededEnclave() {
  return {kBuild,
          [](const platform::LaunchInfo& info) {
            return std::make_unique<crypto::SeededRng>(MakeSeededRng(info.keys.product));
          },
          FixtureEnvelopeKey};
}

}  // namespace passport::replay
