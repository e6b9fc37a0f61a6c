#include "bench/node/report.h"

#include <cmath>
#include <cstdio>

#include "trusted/json/write.h"

namespace passport::bench {
namespace {

std::string Fixed(double value) {
  char out[64];
  std::snprintf(out, sizeof out, "%.3f", value);
  return out;
}

double SignaturesPerSecond(const Outcome& outcome) {
  return outcome.seconds > 0 ? static_cast<double>(outcome.latencies_ms.size()) / outcome.seconds : 0;
}

}  // namespace

double Percentile(const std::vector<double>& rising, double share) {
  if (rising.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(rising.size())));
  return rising[std::min(std::max<std::size_t>(rank, 1), rising.size()) - 1];
}

std::string Table(const Options& options, const Outcome& outcome) {
  const std::vector<double>& ms = outcome.latencies_ms;
  std::string out = std::to_string(options.clients) + " clients, " + std::to_string(options.accounts) +
                    " accounts, " + std::to_string(options.urls.size()) + " nodes, " +
                    Fixed(outcome.seconds) + " s\n";
  const std::pair<const char*, double> rows[] = {{"signatures/s", SignaturesPerSecond(outcome)},
                                                 {"p50 ms", Percentile(ms, 0.50)},
                                                 {"p95 ms", Percentile(ms, 0.95)},
                                                 {"p99 ms", Percentile(ms, 0.99)},
                                                 {"max ms", Percentile(ms, 1)},
                                                 {"registrations/s", outcome.registrations_per_second},
                                                 {"client CPU (cores)", outcome.client_cpu_share}};
  for (const auto& [name, value] : rows) {
    char line[80];
    std::snprintf(line, sizeof line, "%-20s %12.3f\n", name, value);
    out += line;
  }
  out += "longest call into an enclave: at most " + Fixed(outcome.longest_calls.at_most_ms) +
         " ms in this run; since the nodes' start, ms:";
  for (const auto& [call, longest] : outcome.longest_calls.since_start_ms)
    out += " " + call + " " + Fixed(longest);
  out += "\npresignatures: " + std::to_string(outcome.presign_use.hits) + " hits, " +
         std::to_string(outcome.presign_use.misses) + " misses";
  out += "\nverified " + std::to_string(outcome.verified) + " of " + std::to_string(outcome.signatures) +
         " signatures\n";
  for (const auto& [name, count] : outcome.errors)
    out += "error " + name + ": " + std::to_string(count) + "\n";
  return out;
}

std::string Json(const Options& options, const Outcome& outcome) {
  const std::vector<double>& ms = outcome.latencies_ms;
  json::ObjectWriter errors;
  for (const auto& [name, count] : outcome.errors) errors.U64(name, count);
  json::ObjectWriter longest;
  for (const auto& [call, time] : outcome.longest_calls.since_start_ms) longest.Raw(call, Fixed(time));
  return json::ObjectWriter()
      .U64("nodes", options.urls.size())
      .U64("accounts", options.accounts)
      .U64("clients", options.clients)
      .U64("threads", options.threads)
      .Raw("rate", Fixed(options.rate))
      .Raw("seconds", Fixed(outcome.seconds))
      .U64("requests", outcome.requests)
      .Raw("signatures_per_second", Fixed(SignaturesPerSecond(outcome)))
      .Raw("p50_ms", Fixed(Percentile(ms, 0.50)))
      .Raw("p95_ms", Fixed(Percentile(ms, 0.95)))
      .Raw("p99_ms", Fixed(Percentile(ms, 0.99)))
      .Raw("max_ms", Fixed(Percentile(ms, 1)))
      .Raw("longest_call_at_most_ms", Fixed(outcome.longest_calls.at_most_ms))
      .Raw("longest_calls_since_start_ms", longest.Finish())
      .U64("presignature_hits", outcome.presign_use.hits)
      .U64("presignature_misses", outcome.presign_use.misses)
      .Raw("errors", errors.Finish())
      .U64("signatures", outcome.signatures)
      .U64("verified", outcome.verified)
      .Raw("registrations_per_second", Fixed(outcome.registrations_per_second))
      .Raw("client_cpu_share", Fixed(outcome.client_cpu_share))
      .Finish();
}

}  // namespace passport::bench
