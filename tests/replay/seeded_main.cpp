// passport-enclave-seeded: the enclave with predictable randomness, so that a recorded run can be repeated.
// It guards nothing and never ships.
#include "tests/replay/seeded_enclave.h"

int main(int argc, char**, char** environment) {
  passport::platform::RunEnclave(argc, environment, passport::replay::SeededEnclave());
}
