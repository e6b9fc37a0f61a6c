#include "bench/node/presign_use.h"

namespace passport::bench {
namespace {

std::uint64_t CountOf(const std::string& metrics, const std::string& event) {
  const std::string name = "\npassport_events_total{event=\"" + event + "\"} ";
  const std::size_t found = metrics.find(name);
  return found == std::string::npos ? 0 : std::stoull(metrics.substr(found + name.size()));
}

}  // namespace

PresignUse ParsePresignUse(const std::string& metrics) {
  return {CountOf(metrics, "presign_hit"), CountOf(metrics, "presign_miss")};
}

PresignUse UseBetween(const std::vector<PresignUse>& before, const std::vector<PresignUse>& after) {
  PresignUse out;
  for (std::size_t i = 0; i < after.size(); ++i) {
    out.hits += after[i].hits - before[i].hits;
    out.misses += after[i].misses - before[i].misses;
  }
  return out;
}

}  // namespace passport::bench
