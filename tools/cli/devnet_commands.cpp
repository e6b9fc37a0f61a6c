// passport devnet up, down, status.
#include <iostream>

#include "tools/cli/command.h"
#include "tools/cli/devnet_text.h"
#include "tools/cli/problem.h"
#include "trusted/json/write.h"

namespace passport::cli {
namespace {

struct Wanted {
  std::optional<po::variables_map> values;  // nothing after --help
  fs::path folder;
  bool json = false;
};

Wanted Read(const Command& self, const Arguments& arguments, po::options_description& options) {
  options.add_options()("dir", po::value<std::string>(),
                        "the network's folder; default PASSPORT_DEVNET_DIR, or else ./devnet")(
      "json", "print one JSON object");
  Wanted out;
  out.values = ReadOptions(self, arguments, options);
  if (!out.values) return out;
  const char* variable = getenv("PASSPORT_DEVNET_DIR");
  const bool is_set = variable != nullptr && *variable != '\0';
  out.folder = Optional<std::string>(*out.values, "dir").value_or(is_set ? variable : "devnet");
  if (out.folder.empty()) throw UsageProblem("--dir is empty");
  out.json = out.values->contains("json");
  return out;
}

// Steps go to standard output for people, and out of the way of JSON.
Devnet::Say SayTo(bool json) {
  return [json](const std::string& line) { (json ? std::cerr : std::cout) << line << std::endl; };
}

// Parsed as a signed number: boost would wrap a negative one.
std::optional<std::uint16_t> ReadNumber(const po::variables_map& values, const char* name) {
  const auto number = Optional<long>(values, name);
  if (!number) return std::nullopt;
  if (*number < 0 || *number > UINT16_MAX) throw UsageProblem(std::string("--") + name + " is out of range");
  return static_cast<std::uint16_t>(*number);
}

void Print(const DevnetState& state, const fs::path& folder, bool json) {
  std::cout << (json ? ToJson(state, folder) + "\n" : Describe(state, folder)) << std::flush;
}

}  // namespace

int DevnetUp(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("nodes", po::value<long>(), "number of nodes; default 3")(
      "threshold", po::value<long>(), "nodes that must agree to sign; default 2")(
      "base-port", po::value<long>(), "port of node 1's API, the next ones follow; default 9545")(
      "sessions-max", po::value<long>(), "signing runs of one node at a time, as passportd takes it")(
      "presignatures-max", po::value<long>(), "that one node keeps, likewise; 0: none are made")(
      "quickstart", po::value<std::string>(), "folder that quickstart/build made: the page at /quickstart")(
      "timeout", po::value<long>()->default_value(60), "seconds until every node must be ready");
  const Wanted wanted = Read(self, arguments, options);
  if (!wanted.values) return 0;
  DevnetWish wish;
  wish.n = ReadNumber(*wanted.values, "nodes");
  wish.t = ReadNumber(*wanted.values, "threshold");
  wish.base_port = ReadNumber(*wanted.values, "base-port");
  wish.time = std::chrono::seconds(*ReadNumber(*wanted.values, "timeout"));
  DevnetPrograms programs = DevnetPrograms::In(ProgramFolder());
  for (const char* const name : {"sessions-max", "presignatures-max"}) {
    const auto limit = ReadNumber(*wanted.values, name);
    if (limit)
      programs.more_launcher_arguments.insert(programs.more_launcher_arguments.end(),
                                              {std::string("--") + name, std::to_string(*limit)});
  }
  programs.quickstart = Optional<std::string>(*wanted.values, "quickstart").value_or("");
  Devnet devnet(wanted.folder, SayTo(wanted.json), std::move(programs));
  Print(devnet.Up(wish), wanted.folder, wanted.json);
  return 0;
}

int DevnetDown(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  const Wanted wanted = Read(self, arguments, options);
  if (!wanted.values) return 0;
  Devnet devnet(wanted.folder, SayTo(wanted.json));
  if (!devnet.HasNodes()) {
    throw Problem(wanted.folder.string() +
                  " has no network to stop; name the folder of `passport devnet up` with "
                  "--dir or PASSPORT_DEVNET_DIR");
  }
  const FolderLock lock(wanted.folder);
  const std::size_t stopped = devnet.Down();
  if (wanted.json) {
    std::cout << json::ObjectWriter().U64("stopped", stopped).Finish() << std::endl;
  } else {
    std::cout << (stopped == 0 ? "no node was running" : std::to_string(stopped) + " nodes stopped")
              << std::endl;
  }
  return 0;
}

int DevnetStatus(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  const Wanted wanted = Read(self, arguments, options);
  if (!wanted.values) return 0;
  Print(Devnet(wanted.folder, SayTo(wanted.json)).Status(), wanted.folder, wanted.json);
  return 0;
}

}  // namespace passport::cli
