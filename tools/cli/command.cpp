#include "tools/cli/command.h"

#include <iostream>

#include "tools/cli/problem.h"
#include "trusted/peer/manifest.h"

namespace passport::cli {

std::optional<po::variables_map> ReadOptions(const Command& self, const Arguments& arguments,
                                             po::options_description& options,
                                             const std::string& positional) {
  options.add_options()("help,h", "print this and end");
  po::positional_options_description words;
  if (!positional.empty()) words.add(positional.c_str(), -1);
  using Style = po::command_line_style::style_t;
  const int style = Style::unix_style & ~Style::allow_guessing;
  try {
    po::variables_map values;
    po::store(po::command_line_parser(arguments).options(options).positional(words).style(style).run(),
              values);
    if (values.contains("help")) {
      const std::string word = positional.empty() ? "" : " " + positional;
      std::cout << "usage: passport " << self.words << word << " [options]\n"
                << self.help << "\n\n"
                << options;
      return std::nullopt;
    }
    po::notify(values);
    return values;
  } catch (const po::error& error) {
    throw UsageProblem(error.what());
  }
}

std::string Required(const po::variables_map& values, const std::string& name) {
  if (!values.contains(name)) throw UsageProblem("--" + name + " is needed");
  return values[name].as<std::string>();
}

PartyIndex ReadParty(const po::variables_map& values) {
  const long party = Optional<long>(values, "party").value_or(0);
  if (party < 1 || party > peer::kPartiesMax) throw UsageProblem("--party is the number of a node");
  return PartyIndex{static_cast<std::uint16_t>(party)};
}

}  // namespace passport::cli
