#include "bench/micro/report.h"

#include <algorithm>
#include <cstdio>

#include "trusted/json/write.h"

namespace passport::bench {
namespace {

constexpr char kParties[] = "parties";
constexpr char kWallTime[] = "wall";

std::string Fixed(const char* format, double value) {
  char out[64];
  std::snprintf(out, sizeof out, format, value);
  return out;
}

}  // namespace

void SharedBy(benchmark::State& state, std::size_t parties) {
  state.counters[kParties] = static_cast<double>(parties);
}

void MarkWallTime(benchmark::State& state) { state.counters[kWallTime] = 1; }

void RowReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration) continue;
    if (run.error_occurred) {
      std::fprintf(stderr, "%s: %s\n", run.run_name.function_name.c_str(), run.error_message.c_str());
      failed_ = true;
      continue;
    }
    const auto shared = run.counters.find(kParties);
    const double parties = shared == run.counters.end() ? 1.0 : shared->second.value;
    const double time =
        run.counters.contains(kWallTime) ? run.real_accumulated_time : run.cpu_accumulated_time;
    const double ms = 1e3 * time / static_cast<double>(run.iterations) / parties;
    auto row = std::ranges::find(rows_, run.run_name.function_name, &Row::name);
    if (row == rows_.end()) row = rows_.insert(row, {run.family_index, run.run_name.function_name, {}});
    row->ms.push_back(ms);
  }
  std::ranges::sort(rows_, {}, &Row::order);
}

double RowReporter::Row::Median() const {
  std::vector<double> sorted = ms;
  std::ranges::sort(sorted);
  return sorted[sorted.size() / 2];
}

double RowReporter::UnitMs() const {
  const auto row = std::ranges::find(rows_, kUnitRow, &Row::name);
  return row == rows_.end() ? 0.0 : row->Median();
}

std::string RowReporter::Table(const Sizes& sizes) const {
  const double unit = UnitMs();
  std::string out = "row                              CPU ms      in M\n";
  for (const Row& row : rows_) {
    char line[96];
    std::snprintf(line, sizeof line, "%-28s %10.5f", row.name.c_str(), row.Median());
    out += line;
    if (unit > 0) out += Fixed(" %9.2f", row.Median() / unit);
    out += '\n';
  }
  out += "sealed_bytes_n3              " + std::to_string(sizes.sealed_key) + '\n';
  out += "wire_bytes_pair              " + std::to_string(sizes.wire_pair) + '\n';
  return out;
}

std::string RowReporter::Json(const Sizes& sizes) const {
  const double unit = UnitMs();
  json::ObjectWriter rows;
  for (const Row& row : rows_) {
    rows.Raw(row.name, json::ObjectWriter()
                           .Raw("ms", Fixed("%.6f", row.Median()))
                           .Raw("M", unit > 0 ? Fixed("%.3f", row.Median() / unit) : "null")
                           .Finish());
  }
  return json::ObjectWriter()
      .Text("compiler", "g++ " __VERSION__)
      .Raw("M_ms", unit > 0 ? Fixed("%.6f", unit) : "null")
      .Raw("rows", rows.Finish())
      .U64("sealed_bytes_n3", sizes.sealed_key)
      .U64("wire_bytes_pair", sizes.wire_pair)
      .Finish();
}

}  // namespace passport::bench
