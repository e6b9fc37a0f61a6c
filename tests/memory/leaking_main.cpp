// passport-enclave-leaking: the seeded enclave of tests/replay with one mistake, which the search must find.
// It guards nothing and never ships.
#include <algorithm>

#include "tests/replay/seeded_enclave.h"

namespace {

// The mistake: a copy in the data segment, where nothing wipes it.
volatile std::uint8_t leaked_copy[32];

}  // namespace

int main(int argc, char**, char** environment) {
  using namespace passport;
  platform::EnclaveParts parts = replay::SeededEnclave();
  parts.make_rng = [rng_of = parts.make_rng](const platform::LaunchInfo& info) {
    std::ranges::copy(info.keys.product.Expose(), leaked_copy);
    return rng_of(info);
  };
  platform::RunEnclave(argc, environment, parts);
}
