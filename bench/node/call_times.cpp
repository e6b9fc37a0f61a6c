#include "bench/node/call_times.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace passport::bench {
namespace {

constexpr std::string_view kLongest = "passport_enclave_call_longest_seconds{call=\"";
constexpr std::string_view kBucket = "passport_enclave_call_seconds_bucket{le=\"";
constexpr std::string_view kCount = "passport_enclave_call_seconds_count ";

double LongestOf(const CallTimes& times) {
  double out = 0;
  for (const auto& [call, ms] : times.longest_ms) out = std::max(out, ms);
  return out;
}

// The smallest bound that every call after `before` keeps; without one, the longest call since the start.
double BoundBetween(const CallTimes& before, const CallTimes& after) {
  const double longest = LongestOf(after);
  for (const auto& [bound, count] : after.at_most) {
    const auto earlier = before.at_most.find(bound);
    const std::uint64_t calls = count - (earlier == before.at_most.end() ? 0 : earlier->second);
    if (calls == after.count - before.count) return std::min(bound, longest);
  }
  return longest;
}

}  // namespace

CallTimes ParseCallTimes(const std::string& metrics) {
  CallTimes out;
  std::istringstream in(metrics);
  for (std::string line; std::getline(in, line);) {
    const bool is_longest = line.starts_with(kLongest);
    if (line.starts_with(kCount)) out.count = std::stoull(line.substr(kCount.size()));
    if (!is_longest && !line.starts_with(kBucket)) continue;
    const std::size_t start = is_longest ? kLongest.size() : kBucket.size();
    const std::size_t end = line.find("\"} ", start);
    if (end == std::string::npos)
      throw std::runtime_error("a line of the metrics is not understood: " + line);
    const std::string label = line.substr(start, end - start);
    const std::string value = line.substr(end + 3);
    if (is_longest) {
      out.longest_ms[label] = 1e3 * std::stod(value);
    } else if (label != "+Inf") {
      out.at_most[1e3 * std::stod(label)] = std::stoull(value);
    }
  }
  if (out.longest_ms.empty() || out.at_most.empty())
    throw std::runtime_error("a node's metrics name no calls");
  return out;
}

LongestCalls LongestBetween(const std::vector<CallTimes>& before, const std::vector<CallTimes>& after) {
  LongestCalls out;
  for (std::size_t i = 0; i < after.size(); ++i) {
    out.at_most_ms = std::max(out.at_most_ms, BoundBetween(before[i], after[i]));
    for (const auto& [call, ms] : after[i].longest_ms)
      out.since_start_ms[call] = std::max(out.since_start_ms[call], ms);
  }
  return out;
}

}  // namespace passport::bench
