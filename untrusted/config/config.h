// The options of passport-host: one definition for flags, PASSPORT_* environment variables and the file of
// --config.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "edl/base/result.h"

namespace passport::host::config {

struct Config {
  std::string data_dir;
  std::string manifest;  // empty: none
  std::uint16_t api_port = 9545;
  std::vector<std::string> api_bind = {"127.0.0.1", "::1"};
  std::string peer_listen;  // empty: what the manifest says
  std::string record;       // empty: nothing is recorded
  std::string quickstart;   // the folder of the page at /quickstart; empty: there is none
  std::string log_file;     // empty: standard error
  std::uint64_t log_max_bytes = 16 << 20;
  std::size_t max_connections = 1024;
  std::size_t max_requests = 1024;
  std::size_t max_queue = 256;
  std::uint32_t max_request_ms = 30000;
  std::uint64_t max_store_bytes = std::uint64_t{64} << 30;
  double max_address_rate = 2000;
  double max_scope_rate = 5000;
  double max_new_key_rate = 200;
};

// A text to print to standard output before ending with success.
struct HelpText {
  std::string text;
};

using Environment = std::map<std::string, std::string>;

// A flag wins over PASSPORT_NAME (upper case, '_' for '-'), which wins over "name = value" in the file.
// Unknown flags, variables and keys, repeated ones and values out of range are errors: one sentence that says
// which and what to do.
Result<std::variant<Config, HelpText>, std::string> Parse(const std::vector<std::string>& arguments,
                                                          const Environment& environment);

// The PASSPORT_* variables of this process.
Environment ReadEnvironment();

}  // namespace passport::host::config
