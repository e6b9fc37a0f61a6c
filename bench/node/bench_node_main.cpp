// bench_node: how fast a running network signs through its HTTP API.
#include <sodium.h>

#include <cstdio>
#include <exception>

#include "bench/node/report.h"

int main(int argc, char** argv) {
  using namespace passport::bench;
  try {
    PASSPORT_CHECK(sodium_init() >= 0);
    const std::optional<Options> options = ReadOptions(argc, argv);
    if (!options) return 0;
    const Outcome outcome = Workload(*options).Run();
    std::fputs((options->json ? Json(*options, outcome) + "\n" : Table(*options, outcome)).c_str(), stdout);
    return outcome.signatures > 0 && outcome.verified == outcome.signatures ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_node: %s\n", error.what());
    return 2;
  }
}
