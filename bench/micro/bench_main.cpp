// bench_micro: CPU time of the parts of a node, one thread, no network; a table, or one JSON object with
// --json.
#include <sodium.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "bench/micro/harness.h"
#include "bench/micro/sizes.h"

int main(int argc, char** argv) {
  using namespace passport::bench;
  PASSPORT_CHECK(sodium_init() >= 0);
  // Repetitions of all rows are mixed, so that a busy moment of the machine is not one row's alone.
  std::string defaults[] = {"--benchmark_repetitions=9", "--benchmark_min_time=0.05",
                            "--benchmark_enable_random_interleaving=true"};
  std::vector<char*> arguments{argv[0]};
  for (std::string& each : defaults) arguments.push_back(each.data());
  bool json = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") {
      json = true;
    } else {
      arguments.push_back(argv[i]);
    }
  }
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  AddCurveRows();
  AddOtRows();
  AddProtocolRows();
  AddRefreshRows();
  AddBoundaryRows();
  RowReporter reporter;
  const std::size_t ran = benchmark::RunSpecifiedBenchmarks(&reporter);
  const Sizes sizes{SealedBytesOfKey(), WireBytesOfPair()};
  std::fputs((json ? reporter.Json(sizes) + "\n" : reporter.Table(sizes)).c_str(), stdout);
  return ran == 0 || reporter.failed() ? 1 : 0;
}
