// How long calls into the enclaves took, out of the nodes' metrics (rules.md 28).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace passport::bench {

// One reading of GET /metrics of one node.
struct CallTimes {
  std::map<std::string, double> longest_ms;  // by kind of call, since the node's start
  std::map<double, std::uint64_t> at_most;  // how many calls took at most so many ms; a bound for each bucket
  std::uint64_t count = 0;
};

struct LongestCalls {
  std::map<std::string, double> since_start_ms;  // by kind of call; of all nodes
  double at_most_ms =
      0;  // no call between the readings took longer: the bound of its bucket, or the longest ever
};

// Throws std::runtime_error if the text has no such metrics.
CallTimes ParseCallTimes(const std::string& metrics);
// Readings of the same nodes, in the same order, before and after a run.
LongestCalls LongestBetween(const std::vector<CallTimes>& before, const std::vector<CallTimes>& after);

}  // namespace passport::bench
