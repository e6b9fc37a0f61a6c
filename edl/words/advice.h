// What is wrong and what to do next, for every code that a file, a node or its enclave is refused with: one
// table for the host's answers to operators and for all commands.
#pragma once

#include <string>
#include <string_view>

#include "edl/base/status.h"

namespace passport {

// A refusal in words.
struct Refusal {
  std::string wrong;
  std::string next;

  // "wrong; next".
  std::string Text() const { return next.empty() ? wrong : wrong + "; " + next; }
};

// What was refused, as far as it changes what a code means.
enum class About { kData, kManifest, kStatement, kBackup };

// Names a code only if no row knows it.
Refusal Explain(Status status, About about = About::kData);
// Its name in edl/base/status.h: "kDenied"; empty of one that no row knows.
std::string_view NameOf(Status status);

}  // namespace passport
