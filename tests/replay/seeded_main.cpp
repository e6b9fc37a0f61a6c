// passport-enclave-seeded: the enclave with predictable randomness, so that a recorded run can be repeated.
// It guards nothing and never ships.
#include <unistd.h>

#include "tests/replay/seeded_parts.h"
#include "trusted/platform/enclave_run.h"

int main(int argc, char**, char** environment) {
  using namespace passport;
  const platform::EnclaveParts parts = {
      replay::kBuild,
      [](const platform::LaunchInfo& info) {
        return std::make_unique<crypto::SeededRng>(replay::MakeSeededRng(info.keys.product));
      },
      replay::FixtureEnvelopeKey};
  _exit(static_cast<int>(platform::RunEnclave(argc, environment, parts)));
}
