// Counters, gauges and latency histograms of one host, as Prometheus text.
#include "untrusted/metrics/metrics.h"

#include <sstream>
#include <utility>

namespace passport::host::metrics {
namespace {

constexpr const char* kOverflowLabels = "series=\"other\"";

void Head(std::ostringstream& out, const std::string& name, const std::string& help, const char* type) {
  out << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
}

std::string Labelled(const std::string& name, const std::string& labels) {
  return labels.empty() ? name : name + '{' + labels + '}';
}

}  // namespace

void Histogram::Observe(double seconds) {
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    if (seconds <= kBounds[i]) ++at_most_[i];
  }
  ++count_;
  sum_ += seconds;
}

Counter& Registry::CounterOf(const std::string& name, const std::string& help, const std::string& labels) {
  Family<Counter>& family = counters_[name];
  if (family.help.empty()) family.help = help;
  const auto found = family.series.find(labels);
  if (found != family.series.end()) return found->second;
  return family.series[family.series.size() < kSeriesMax ? labels : kOverflowLabels];
}

Histogram& Registry::HistogramOf(const std::string& name, const std::string& help) {
  return histograms_.try_emplace(name, NamedHistogram{help, {}}).first->second.value;
}

void Registry::Gauge(const std::string& name, const std::string& help, std::function<double()> read,
                     const std::string& labels) {
  Family<std::function<double()>>& family = gauges_[name];
  family.help = help;
  family.series.insert_or_assign(labels, std::move(read));
}

std::string Registry::Text() const {
  std::ostringstream out;
  out.precision(12);
  for (const auto& [name, family] : counters_) {
    Head(out, name, family.help, "counter");
    for (const auto& [labels, counter] : family.series)
      out << Labelled(name, labels) << ' ' << counter.value() << '\n';
  }
  for (const auto& [name, family] : gauges_) {
    Head(out, name, family.help, "gauge");
    for (const auto& [labels, read] : family.series) out << Labelled(name, labels) << ' ' << read() << '\n';
  }
  for (const auto& [name, histogram] : histograms_) {
    Head(out, name, histogram.help, "histogram");
    for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
      out << name << "_bucket{le=\"" << Histogram::kBounds[i] << "\"} " << histogram.value.at_most_[i]
          << '\n';
    }
    out << name << "_bucket{le=\"+Inf\"} " << histogram.value.count_ << '\n';
    out << name << "_sum " << histogram.value.sum_ << '\n'
        << name << "_count " << histogram.value.count_ << '\n';
  }
  return out.str();
}

}  // namespace passport::host::metrics
