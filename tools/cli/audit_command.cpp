// passport audit: runs the tool that gathers the facts (tools/audit), with the arguments as they are.
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tools/cli/command.h"
#include "tools/cli/files.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

constexpr const char* kScript = "tools/audit/audit.py";

// The tree that this program was built in, or the one that it is run from.
fs::path Script() {
  const fs::path beside = ProgramFolder() / "../../.." / kScript;
  if (fs::exists(beside)) return fs::canonical(beside);
  if (fs::exists(kScript)) return fs::absolute(kScript);
  throw Problem(std::string("there is no ") + kScript +
                " here: an audit needs the sources; run it in a clone");
}

}  // namespace

int Audit(const Command&, const Arguments& arguments) {
  const std::string script = Script().string();
  std::vector<std::string> words = {"python3", script};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execvp("python3", pointers.data());
  throw Problem(std::string("cannot run python3: ") + std::strerror(errno) + "; install it");
}

}  // namespace passport::cli
