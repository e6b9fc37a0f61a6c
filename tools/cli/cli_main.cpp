// passport: the command line. This file has the table of subcommands; each lives in the file of its subject.
#include <sodium.h>

#include <csignal>
#include <iostream>

#include "tools/cli/command.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

constexpr Command kCommands[] = {
    {"devnet up", "Start a network on this machine, or start the one of the folder again.", DevnetUp},
    {"devnet down", "Stop every node of the network; its folder stays.", DevnetDown},
    {"devnet status", "Show which nodes run and what they can do.", DevnetStatus},
    {"scope keygen", "Make a developer key: NAME_priv.der (keep it) and NAME_pub.der.", ScopeKeygen},
    {"scope create", "Create a scope that belongs to the key; prints its id.", ScopeCreate},
    {"scope update", "Replace the configuration of a scope.", ScopeUpdate},
    {"scope token", "Let a developer's key create scopes in a closed network: an operator's signature.",
     ScopeToken},
    {"account register", "Make an account: the nodes generate its key together.", AccountRegister},
    {"account address", "Print the Ethereum address of an account.", AccountAddress},
    {"sign message", "Sign a message as personal_sign does (EIP-191).", SignMessage},
    {"sign typed-data", "Sign typed data (EIP-712).", SignTypedData},
    {"sign transaction", "Sign a transaction of any type (legacy to EIP-7702); prints it raw.",
     SignTransaction},
    {"verify message", "Check, offline, who signed a message.", VerifyMessage},
    {"verify typed-data", "Check, offline, who signed typed data.", VerifyTypedData},
    {"verify transaction", "Check, offline, who signed a raw transaction.", VerifyTransaction},
    {"attest", "Verify a node's evidence about its enclave, judge it, and say what is proven.", Attest},
    {"audit", "Say what is trusted, what can reach it and what it may do, from this tree and its build.",
     Audit},
    {"release keygen", "Make the key that signs releases: NAME.key (keep it offline) and NAME.pub.",
     ReleaseKeygen},
    {"release sign", "Sign an enclave image as a release of a security version.", ReleaseSign},
    {"release show", "Print what a release file says and whether its signature verifies.", ReleaseShow},
    {"operator keygen", "Make an operator key: NAME.key (keep it offline) and NAME.pub.", OperatorKeygen},
    {"manifest init", "Collect the public keys of running nodes into a network's first manifest.",
     ManifestInit},
    {"manifest sign", "Add an operator's signature to a manifest.", ManifestSign},
    {"manifest show", "Print what a manifest says and whether it is complete.", ManifestShow},
    {"manifest send", "Give a complete manifest to nodes that wait for one.", ManifestSend},
    {"policy draft", "Write an attestation policy that the named nodes satisfy, to be edited.", PolicyDraft},
    {"admin unban", "Make a node forget the failures of a peer, as its signed statement says.", AdminUnban},
    {"admin refresh", "Have a node lead a refresh: new shares of all keys, new pair setups.", AdminRefresh},
    {"admin resume", "Make the statement that a node is gone for good, for t operators to sign.",
     AdminResume},
    {"admin policy", "Make the statement that replaces the attestation policy, for t operators to sign.",
     AdminPolicy},
    {"admin backup", "Make the statement that a node's records may be backed up, for t operators to sign.",
     AdminBackup},
    {"admin restore", "Make the statement that a backup may go into a new node, for t operators to sign.",
     AdminRestore},
    {"admin sign", "Sign a statement of `admin resume`, `policy`, `backup` or `restore`.", AdminSign},
    {"admin send", "Give a signed statement to the nodes that it is for.", AdminSend},
    {"backup holder", "Print the key by which an operator gets shares of backups' keys.", BackupHolder},
    {"backup export", "Have a node write its records, sealed for the operators, as a signed statement says.",
     BackupExport},
    {"backup approve", "Hand an operator's share of a backup's key over to the enclave that restores it.",
     BackupApprove},
    {"backup restore", "Give a new node the records of a lost one, from its backup and enough shares.",
     BackupRestore},
};

// The rows whose words begin with these, one line each.
std::string ListOf(std::string_view prefix) {
  std::string out;
  for (const Command& command : kCommands) {
    if (!command.words.starts_with(prefix)) continue;
    std::string line = "  passport " + std::string(command.words);
    line.resize(std::max<std::size_t>(line.size() + 2, 32), ' ');
    out += line.append(command.help) + "\n";
  }
  return out;
}

bool IsHelp(const std::string& word) { return word == "--help" || word == "-h" || word == "help"; }

int Dispatch(const Arguments& arguments) {
  const std::string first = arguments.empty() ? "--help" : arguments[0];
  if (IsHelp(first)) {
    std::cout << "usage: passport COMMAND [options]; each COMMAND has --help\n\n" << ListOf("");
    return arguments.empty() ? kExitUsage : 0;
  }
  for (const Command& command : kCommands) {
    if (command.words == first) return command.run(command, {arguments.begin() + 1, arguments.end()});
    if (arguments.size() >= 2 && command.words == first + " " + arguments[1])
      return command.run(command, {arguments.begin() + 2, arguments.end()});
  }
  const std::string list = ListOf(first + " ");
  if (list.empty()) throw UsageProblem("there is no command '" + first + "'; see passport --help");
  if (arguments.size() < 2 || !IsHelp(arguments[1]))
    throw UsageProblem("passport " + first + " is followed by one of\n" + list);
  std::cout << list;
  return 0;
}

int Main(const Arguments& arguments) {
  signal(SIGPIPE, SIG_IGN);
  try {
    if (sodium_init() < 0) throw Problem("libsodium does not start; reinstall it");
    return Dispatch(arguments);
  } catch (const UsageProblem& problem) {
    std::cerr << "passport: " << problem.what() << '\n';
    return kExitUsage;
  } catch (const CallError& error) {
    std::cerr << error.what() << '\n';
    return kExitFailed;
  } catch (const std::exception& problem) {
    std::cerr << "passport: " << problem.what() << '\n';
    return kExitFailed;
  }
}

}  // namespace
}  // namespace passport::cli

int main(int argc, char** argv) { return passport::cli::Main({argv + 1, argv + argc}); }
