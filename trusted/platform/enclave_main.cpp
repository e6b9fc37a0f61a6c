// passport-enclave: the enclave that ships, everything secret drawn from the system.
#include "trusted/platform/enclave_run.h"

int main(int argc, char**, char** environment) {
  using namespace passport;
  const platform::EnclaveParts parts = {
      "passport " PASSPORT_VERSION,
      [](const platform::LaunchInfo&) { return std::make_unique<crypto::SystemRng>(); },
      crypto::EnvelopeKey::Generate};
  platform::RunEnclave(argc, environment, parts);
}
