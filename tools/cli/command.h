// What every subcommand is made of: a row of the table in cli_main.cpp and options read by
// boost-program-options.
#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edl/base/ids.h"

namespace passport::cli {

namespace po = boost::program_options;

using Arguments = std::vector<std::string>;

// One subcommand: its words ("devnet up", "attest"), one line for lists, and what it does. run gets what
// follows the words and returns the exit code.
struct Command {
  std::string_view words;
  std::string_view help;
  int (*run)(const Command& self, const Arguments& arguments);
};

// The options in `arguments`, or nothing after --help has been printed. `positional` names the option that
// takes words without a flag; empty: there are none. Throws a UsageProblem that names the option at fault.
std::optional<po::variables_map> ReadOptions(const Command& self, const Arguments& arguments,
                                             po::options_description& options,
                                             const std::string& positional = {});

// The option's value, or a UsageProblem that says it is needed.
std::string Required(const po::variables_map& values, const std::string& name);
// The option's value as T, or nothing.
template <class T>
std::optional<T> Optional(const po::variables_map& values, const std::string& name) {
  if (!values.contains(name)) return std::nullopt;
  return values[name].as<T>();
}

// The option "party": the number of a node; a UsageProblem if it is none.
PartyIndex ReadParty(const po::variables_map& values);

// One per row of the table, in the file of its subject.
int DevnetUp(const Command& self, const Arguments& arguments);
int DevnetDown(const Command& self, const Arguments& arguments);
int DevnetStatus(const Command& self, const Arguments& arguments);
int ManifestInit(const Command& self, const Arguments& arguments);
int ManifestSign(const Command& self, const Arguments& arguments);
int ManifestShow(const Command& self, const Arguments& arguments);
int ManifestSend(const Command& self, const Arguments& arguments);
int OperatorKeygen(const Command& self, const Arguments& arguments);
int ReleaseKeygen(const Command& self, const Arguments& arguments);
int ReleaseSign(const Command& self, const Arguments& arguments);
int ReleaseShow(const Command& self, const Arguments& arguments);
int Attest(const Command& self, const Arguments& arguments);
int Audit(const Command& self, const Arguments& arguments);
int AdminUnban(const Command& self, const Arguments& arguments);
int AdminRefresh(const Command& self, const Arguments& arguments);
int PolicyDraft(const Command& self, const Arguments& arguments);
int AdminPolicy(const Command& self, const Arguments& arguments);
int AdminResume(const Command& self, const Arguments& arguments);
int AdminBackup(const Command& self, const Arguments& arguments);
int AdminRestore(const Command& self, const Arguments& arguments);
int BackupHolder(const Command& self, const Arguments& arguments);
int BackupExport(const Command& self, const Arguments& arguments);
int BackupApprove(const Command& self, const Arguments& arguments);
int BackupRestore(const Command& self, const Arguments& arguments);
int AdminSign(const Command& self, const Arguments& arguments);
int AdminSend(const Command& self, const Arguments& arguments);
int ScopeKeygen(const Command& self, const Arguments& arguments);
int ScopeCreate(const Command& self, const Arguments& arguments);
int ScopeUpdate(const Command& self, const Arguments& arguments);
int ScopeToken(const Command& self, const Arguments& arguments);
int AccountRegister(const Command& self, const Arguments& arguments);
int AccountAddress(const Command& self, const Arguments& arguments);
int SignMessage(const Command& self, const Arguments& arguments);
int SignTypedData(const Command& self, const Arguments& arguments);
int SignTransaction(const Command& self, const Arguments& arguments);
int VerifyMessage(const Command& self, const Arguments& arguments);
int VerifyTypedData(const Command& self, const Arguments& arguments);
int VerifyTransaction(const Command& self, const Arguments& arguments);

}  // namespace passport::cli
