// Prometheus text and log lines.
#include "untrusted/metrics/metrics.h"

#include <gtest/gtest.h>

#include "untrusted/metrics/log.h"

namespace passport::host::metrics {
namespace {

TEST(Metrics, Text_IsPrometheusExposition) {
  Registry registry;
  registry.CounterOf("passport_requests_total", "Requests.", "method=\"1\",outcome=\"0\"").Add(3);
  registry.CounterOf("passport_requests_total", "Requests.", "method=\"2\",outcome=\"0\"").Add();
  registry.Gauge("passport_queue", "Waiting.", [] { return 7.0; });
  Histogram& latency = registry.HistogramOf("passport_seconds", "Latency.");
  latency.Observe(0.002);
  latency.Observe(40);
  const std::string text = registry.Text();
  EXPECT_NE(text.find("# TYPE passport_requests_total counter\n"
                      "passport_requests_total{method=\"1\",outcome=\"0\"} 3\n"
                      "passport_requests_total{method=\"2\",outcome=\"0\"} 1\n"),
            std::string::npos);
  EXPECT_NE(text.find("# TYPE passport_queue gauge\npassport_queue 7\n"), std::string::npos);
  EXPECT_NE(text.find("passport_seconds_bucket{le=\"0.001\"} 0\n"), std::string::npos);
  EXPECT_NE(text.find("passport_seconds_bucket{le=\"0.0025\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("passport_seconds_bucket{le=\"30\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("passport_seconds_bucket{le=\"+Inf\"} 2\n"), std::string::npos);
  EXPECT_NE(text.find("passport_seconds_count 2\n"), std::string::npos);
}

TEST(Metrics, CounterOf_BoundsTheSeriesOfAFamily) {
  Registry registry;
  for (int i = 0; i < 1000; ++i)
    registry.CounterOf("family", "Help.", "n=\"" + std::to_string(i) + "\"").Add();
  EXPECT_NE(registry.Text().find("family{series=\"other\"} 744\n"), std::string::npos);
  registry.CounterOf("family", "Help.", "n=\"3\"").Add();
  EXPECT_NE(registry.Text().find("family{n=\"3\"} 2\n"), std::string::npos);
}

TEST(Log, Write_KeepsOneEventOnOneLine) {
  std::string got;
  const Log log([&](const std::string& line) { got = line; });
  log.Write(Level::kWarn, "peer_cut", {{"party", std::uint64_t{3}}, {"reason", "a \"b\"\nlevel=info"}});
  EXPECT_EQ(got, "level=warn event=peer_cut party=3 reason=\"a \\\"b\\\"\\x0alevel=info\"");
}

}  // namespace
}  // namespace passport::host::metrics
