#include "tests/ct/timing.h"

#include <x86intrin.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "trusted/crypto/rng.h"

namespace passport::ct {
namespace {

constexpr std::size_t kBatches = 5;
constexpr std::size_t kBatchesLeaking = 4;  // of them, with one sign: what is called a leak
constexpr double kThreshold = 10;           // |t|
// The upper tail is interrupts and other programs: it is cut off at several places, and the clearest cut
// counts.
constexpr double kCrops[] = {0.5, 0.7, 0.9, 0.97};

struct Sample {
  int of_class;
  double cycles;
};

// Mean and variance of both classes (Welford), from which Welch's t follows.
class Welch {
 public:
  void Add(const Sample& sample) {
    Moments& m = moments_[sample.of_class];
    m.count += 1;
    const double delta = sample.cycles - m.mean;
    m.mean += delta / m.count;
    m.squares += delta * (sample.cycles - m.mean);
  }
  double t() const {
    const auto [a, b] = moments_;
    if (a.count < 2 || b.count < 2) return 0;
    const double error = a.squares / (a.count - 1) / a.count + b.squares / (b.count - 1) / b.count;
    return error > 0 ? (a.mean - b.mean) / std::sqrt(error) : 0;
  }

 private:
  struct Moments {
    double count = 0;
    double mean = 0;
    double squares = 0;
  };
  Moments moments_[2];
};

std::uint64_t Now() {
  unsigned processor = 0;
  const std::uint64_t now = __rdtscp(&processor);
  _mm_lfence();
  return now;
}

std::vector<Sample> Measure(const Timed& timed, std::uint64_t seed) {
  crypto::SeededRng rng(seed);
  std::vector<Sample> samples;
  samples.reserve(timed.calls);
  const std::size_t warm_up = timed.calls / 20;
  for (std::size_t i = 0; i < timed.calls + warm_up; ++i) {
    const int of_class = rng.Array<1>()[0] & 1;
    timed.prepare(of_class);
    const std::uint64_t start = Now();
    timed.call();
    const std::uint64_t end = Now();
    if (i >= warm_up) samples.push_back({of_class, static_cast<double>(end - start)});
  }
  return samples;
}

}  // namespace

double Batch(const Timed& timed, std::uint64_t seed) {
  const std::vector<Sample> samples = Measure(timed, seed);
  std::vector<double> sorted;
  for (const Sample& sample : samples) sorted.push_back(sample.cycles);
  std::sort(sorted.begin(), sorted.end());
  double largest = 0;
  for (const double crop : kCrops) {
    const double limit = sorted[static_cast<std::size_t>(static_cast<double>(sorted.size() - 1) * crop)];
    Welch welch;
    for (const Sample& sample : samples) {
      if (sample.cycles <= limit) welch.Add(sample);
    }
    if (std::abs(welch.t()) > std::abs(largest)) largest = welch.t();
  }
  return largest;
}

namespace {

// Prints the t of every batch; whether the operation behaves as it must.
bool Judge(const Timed& timed) {
  std::size_t above = 0;
  std::size_t below = 0;
  std::printf("%-22s t =", timed.name.data());
  for (std::size_t batch = 0; batch < kBatches; ++batch) {
    const double t = Batch(timed, batch + 1);
    std::printf(" %8.1f", t);
    std::fflush(stdout);
    above += t > kThreshold ? 1 : 0;
    below += t < -kThreshold ? 1 : 0;
  }
  const bool leaks = above >= kBatchesLeaking || below >= kBatchesLeaking;
  const bool well = leaks == timed.is_canary;
  const char* const verdict = timed.is_canary ? (leaks ? "found" : "NOT FOUND") : (leaks ? "LEAKS" : "ok");
  std::printf("  %s\n", verdict);
  return well;
}

}  // namespace
}  // namespace passport::ct

int main(int argc, char** argv) {
  bool well = true;
  for (const auto& timed : passport::ct::TimedOperations()) {
    if (argc == 2 && timed.name != argv[1]) continue;
    well &= passport::ct::Judge(timed);
  }
  return well ? 0 : 1;
}
