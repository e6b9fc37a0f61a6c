#include "bench/node/options.h"

#include <boost/program_options.hpp>
#include <iostream>

namespace passport::bench {
namespace {

namespace po = boost::program_options;

// Parsed as a signed number: boost would wrap a negative one.
std::size_t Count(const po::variables_map& values, const char* name, long max) {
  const long number = values[name].as<long>();
  if (number < 1 || number > max)
    throw std::runtime_error(std::string("--") + name + " must be 1 to " + std::to_string(max));
  return static_cast<std::size_t>(number);
}

double Positive(const po::variables_map& values, const char* name) {
  const double number = values[name].as<double>();
  if (!(number >= 0 && number <= 1e6))
    throw std::runtime_error(std::string("--") + name + " is out of range");
  return number;
}

}  // namespace

std::optional<Options> ReadOptions(int argc, char** argv) {
  po::options_description known("bench_node: signs through the HTTP API of a network and says how fast");
  known.add_options()("help", "print this")("url", po::value<std::vector<std::string>>()->composing(),
                                            "a node; may be given for each node")(
      "accounts", po::value<long>()->default_value(100), "accounts registered for the run")(
      "clients", po::value<long>()->default_value(4), "connections, each with one request at a time")(
      "threads", po::value<long>()->default_value(1), "threads the clients are spread over")(
      "warmup", po::value<double>()->default_value(1), "seconds before the clock starts")(
      "seconds", po::value<double>()->default_value(10), "seconds measured")(
      "rate", po::value<double>()->default_value(0), "requests a second in all; 0: no limit")(
      "json", "print one JSON object");
  po::variables_map values;
  po::store(po::command_line_parser(argc, argv).options(known).run(), values);
  po::notify(values);
  if (values.contains("help")) {
    std::cout << known << std::endl;
    return std::nullopt;
  }
  if (!values.contains("url")) throw std::runtime_error("--url is needed; see --help");
  Options out;
  for (const std::string& text : values["url"].as<std::vector<std::string>>()) {
    auto url = client::ParseUrl(text);
    if (!url.ok()) throw std::runtime_error(url.error());
    out.urls.push_back(std::move(url).value());
  }
  out.accounts = Count(values, "accounts", 100'000);
  out.clients = Count(values, "clients", 1000);
  out.threads = std::min(Count(values, "threads", 64), out.clients);
  out.warmup = std::chrono::duration<double>(Positive(values, "warmup"));
  out.time = std::chrono::duration<double>(Positive(values, "seconds"));
  out.rate = Positive(values, "rate");
  out.json = values.contains("json");
  return out;
}

}  // namespace passport::bench
