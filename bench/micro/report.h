// What a run of benchmarks becomes: one row of CPU milliseconds for each, also as multiples of M.
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace passport::bench {

// M: one secp256k1_ecdh of libsecp256k1, with a hash function that only copies.
inline constexpr char kUnitRow[] = "M";

// Says that one iteration is the work of so many parties: the row is the CPU time of one of them.
void SharedBy(benchmark::State& state, std::size_t parties);

// Says that the row is the time that passes.
void MarkWallTime(benchmark::State& state);

// In bytes; sizes.h says of what.
struct Sizes {
  std::size_t sealed_key = 0;
  std::size_t wire_pair = 0;
};

// Collects the repetitions of every benchmark; prints nothing while it runs.
class RowReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override;

  std::string Table(const Sizes& sizes) const;
  // {"compiler":..,"M_ms":..,"rows":{NAME:{"ms":..,"M":..},..},"sealed_bytes_n3":..,"wire_bytes_pair":..};
  // M_ms and M are null if M was not measured.
  std::string Json(const Sizes& sizes) const;
  bool failed() const { return failed_; }

 private:
  struct Row {
    std::int64_t order = 0;  // in which the rows were added
    std::string name;
    std::vector<double> ms;  // of each repetition
    double Median() const;
  };
  double UnitMs() const;  // 0 if M was not measured

  std::vector<Row> rows_;
  bool failed_ = false;
};

}  // namespace passport::bench
