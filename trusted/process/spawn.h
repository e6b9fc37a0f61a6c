// Makes the child processes: every step between clone and exec.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trusted/process/await.h"
#include "trusted/process/image.h"

namespace passport::process {

// A user and group of the same number, or none when passportd cannot change to another.
using Identity = std::optional<uid_t>;

// The enclave or the verifier.
struct Confined {
  Child child;
  Descriptor peer;      // the other end of its descriptor 3: for the host, or for requests to the verifier
  Descriptor launcher;  // passportd's end of its descriptor 4
};

// Starts the image with nothing but its descriptors: no arguments, no environment, 0 to 2 on the null device.
// Before it becomes the image, the child sends its ConfinementRecord on descriptor 4. Layers of `without` are
// left out, which the record says.
Result<Confined, Problem> SpawnConfined(const Image& image, Identity identity, platform::LayerSet without);

// A program without confinement by passportd.
struct Plan {
  std::string path;
  const Descriptor& program;  // what to execute, opened from `path`
  std::vector<std::string> arguments = {};
  bool is_host = false;  // gets standard output, and of the environment PASSPORT_*, language and time zone
  std::vector<int> channels = {};  // become descriptors 3 and on; there are no others but 0 to 2
  Identity identity = {};
  std::string data_dir = {};  // given to the identity, if there is one; empty: none
};
Result<Child, Problem> SpawnOpen(const Plan& plan);

// Two connected ends with buffers for whole answers, closed on exec.
bool MakePair(Descriptor& a, Descriptor& b);

}  // namespace passport::process
