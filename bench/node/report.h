// What a run of the workload looks like to people and to programs.
#pragma once

#include <string>

#include "bench/node/workload.h"

namespace passport::bench {

// The smallest value that at least `share` of the values do not exceed (nearest rank); 0 of no values.
double Percentile(const std::vector<double>& rising, double share);

std::string Table(const Options& options, const Outcome& outcome);
std::string Json(const Options& options, const Outcome& outcome);

}  // namespace passport::bench
