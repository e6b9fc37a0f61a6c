// The options of passport-host: one definition for flags, PASSPORT_* environment variables and the file of
// --config.
#include "untrusted/config/config.h"

#include <unistd.h>

#include <boost/program_options.hpp>
#include <fstream>
#include <sstream>

#include "untrusted/net/address.h"

namespace passport::host::config {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kPrefix = "PASSPORT_";
constexpr std::uint64_t kStoreBytesMin = 1 << 20;
constexpr std::uint64_t kStoreBytesMax = std::uint64_t{1} << 46;
constexpr std::uint64_t kLogBytesMin = 4096;
constexpr std::uint32_t kRequestMsMax = 3600000;
constexpr std::size_t kCountMax = 1 << 20;

struct Parsed {
  Config config;
  std::uint32_t api_port = 9545;  // wide enough to see what does not fit
  std::string file;
};

po::options_description Describe(Parsed& into) {
  Config& c = into.config;
  po::options_description out(
      "passport-host, started by passportd, which gives it the enclave as descriptor 3.\n"
      "Each option is also PASSPORT_NAME in the environment and a line in the --config file");
  // clang-format off
  out.add_options()
    ("help", "print this and end")
    ("config", po::value(&into.file)->value_name("FILE"), "file of \"name = value\" lines")
    ("data-dir", po::value(&c.data_dir)->value_name("FOLDER"), "where sealed records are kept (needed)")
    ("manifest", po::value(&c.manifest)->value_name("FILE"), "the network's signed manifest; read again at SIGHUP")
    ("api-port", po::value(&into.api_port)->value_name("PORT"), "for clients; 0 picks a free one; default 9545")
    ("api-bind", po::value<std::vector<std::string>>()->composing()->value_name("ADDRESS"),
     "for clients, may be repeated; default 127.0.0.1 and ::1")
    ("peer-listen", po::value(&c.peer_listen)->value_name("HOST:PORT"), "for peers, instead of the manifest's address")
    ("record", po::value(&c.record)->value_name("FILE"),
     "for debugging: append every record to and from the enclave, client requests included; default none")
    ("quickstart", po::value(&c.quickstart)->value_name("FOLDER"),
     "made by quickstart/build: show that page at /quickstart; for development; default none")
    ("log-file", po::value(&c.log_file)->value_name("FILE"), "for the log, instead of standard error")
    ("log-max-bytes", po::value(&c.log_max_bytes),
     "size at which FILE of --log-file becomes FILE.1 and a new one begins; default 16 MiB")
    ("max-connections", po::value(&c.max_connections), "open client connections; default 1024")
    ("max-requests", po::value(&c.max_requests), "client requests without an answer yet; default 1024")
    ("max-queue", po::value(&c.max_queue), "client requests that wait for the enclave; default 256")
    ("max-request-ms", po::value(&c.max_request_ms), "until a client is told that no answer came; default 30000")
    ("max-store-bytes", po::value(&c.max_store_bytes), "size that the store may grow to; default 64 GiB")
    ("max-address-rate", po::value(&c.max_address_rate), "requests a second per client address, 0: any; default 2000")
    ("max-scope-rate", po::value(&c.max_scope_rate), "requests a second per scope, 0: any; default 5000")
    ("max-new-key-rate", po::value(&c.max_new_key_rate),
     "client keys not seen before, a second per client address, 0: any; default 200");
  // clang-format on
  return out;
}

// The name of the option for a variable, or the variable itself so that it is reported as unknown.
std::string OptionOf(const std::string& variable) {
  std::string name = variable.substr(kPrefix.size());
  for (char& c : name) c = c == '_' ? '-' : (c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c);
  return name;
}

po::parsed_options FromEnvironment(const Environment& environment, const po::options_description& known) {
  po::parsed_options out(&known);
  for (const auto& [variable, value] : environment) {
    const std::string name = OptionOf(variable);
    if (known.find_nothrow(name, false) == nullptr || name == "help")
      throw po::error("unknown variable " + variable);
    std::vector<std::string> values = {value};
    if (name == "api-bind") {  // several addresses in one variable
      values.clear();
      std::istringstream words(value);
      for (std::string word; std::getline(words, word, ',');) values.push_back(word);
    }
    out.options.emplace_back(name, values);
  }
  return out;
}

std::string Problem(const Parsed& parsed) {
  const Config& config = parsed.config;
  const auto is_count = [](std::size_t count) { return count >= 1 && count <= kCountMax; };
  const auto is_rate = [](double rate) { return rate >= 0 && rate <= 1e9; };
  if (config.data_dir.empty()) return "--data-dir is missing";
  if (parsed.api_port > 65535) return "--api-port is out of range";
  if (!config.peer_listen.empty() && !net::ParseHostPort(config.peer_listen)) {
    return "--peer-listen is not host:port";
  }
  if (config.log_max_bytes < kLogBytesMin || config.log_max_bytes > kStoreBytesMax)
    return "--log-max-bytes is out of range";
  if (!is_count(config.max_connections)) return "--max-connections is out of range";
  if (!is_count(config.max_requests)) return "--max-requests is out of range";
  if (!is_count(config.max_queue)) return "--max-queue is out of range";
  if (config.max_request_ms == 0 || config.max_request_ms > kRequestMsMax)
    return "--max-request-ms is out of range";
  if (config.max_store_bytes < kStoreBytesMin || config.max_store_bytes > kStoreBytesMax) {
    return "--max-store-bytes is out of range";
  }
  if (!is_rate(config.max_address_rate)) return "--max-address-rate is out of range";
  if (!is_rate(config.max_scope_rate)) return "--max-scope-rate is out of range";
  if (!is_rate(config.max_new_key_rate)) return "--max-new-key-rate is out of range";
  return {};
}

}  // namespace

Result<std::variant<Config, HelpText>, std::string> Parse(const std::vector<std::string>& arguments,
                                                          const Environment& environment) {
  const std::string next = "; see passport-host --help";
  try {
    Parsed parsed;
    const po::options_description known = Describe(parsed);
    po::variables_map values;
    using Style = po::command_line_style::style_t;
    const int style = Style::unix_style & ~Style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(known).positional({}).style(style).run(), values);
    if (values.contains("help")) {
      std::ostringstream text;
      text << known;
      return std::variant<Config, HelpText>(HelpText{text.str()});
    }
    po::store(FromEnvironment(environment, known), values);
    if (values.contains("config")) {
      const std::string path = values["config"].as<std::string>();
      std::ifstream file(path);
      if (!file) return Fail("cannot read the file " + path + next);
      po::store(po::parse_config_file(file, known), values);
    }
    po::notify(values);
    if (values.contains("api-bind"))
      parsed.config.api_bind = values["api-bind"].as<std::vector<std::string>>();
    const std::string problem = Problem(parsed);
    if (!problem.empty()) return Fail(problem + next);
    parsed.config.api_port = static_cast<std::uint16_t>(parsed.api_port);
    return std::variant<Config, HelpText>(std::move(parsed.config));
  } catch (const std::exception& error) {
    return Fail(error.what() + next);
  }
}

Environment ReadEnvironment() {
  Environment out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (text.starts_with(kPrefix) && equals != std::string::npos)
      out[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return out;
}

}  // namespace passport::host::config
