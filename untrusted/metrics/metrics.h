// Counters, gauges and latency histograms of one host, as Prometheus text.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace passport::host::metrics {

class Counter {
 public:
  void Add(std::uint64_t by = 1) { value_ += by; }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

// Seconds in fixed buckets from 1 ms to 30 s.
class Histogram {
 public:
  static constexpr std::array<double, 14> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                     0.25,  0.5,    1,     2.5,  5,     10,   30};
  void Observe(double seconds);
  std::uint64_t count() const { return count_; }

 private:
  friend class Registry;
  std::array<std::uint64_t, kBounds.size()> at_most_{};
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

// Owns every series. References stay valid as long as the registry. `labels` is Prometheus label text without
// braces ("method=\"3\"") or empty. A family keeps at most kSeriesMax label sets; the rest share one series,
// so that numbers chosen by somebody else cannot fill the memory.
class Registry {
 public:
  static constexpr std::size_t kSeriesMax = 256;

  Counter& CounterOf(const std::string& name, const std::string& help, const std::string& labels = "");
  Histogram& HistogramOf(const std::string& name, const std::string& help);
  // `read` is called each time the text is made; it must stay callable as long as the registry.
  void Gauge(const std::string& name, const std::string& help, std::function<double()> read,
             const std::string& labels = "");
  // The exposition format 0.0.4.
  std::string Text() const;

 private:
  template <class T>
  struct Family {
    std::string help;
    std::map<std::string, T> series;  // by labels
  };
  struct NamedHistogram {
    std::string help;
    Histogram value;
  };
  std::map<std::string, Family<Counter>> counters_;
  std::map<std::string, NamedHistogram> histograms_;
  std::map<std::string, Family<std::function<double()>>> gauges_;
};

}  // namespace passport::host::metrics
