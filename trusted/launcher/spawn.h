// Makes the two child processes: every step between clone and exec.
#pragma once

#include <sys/types.h>

#include <optional>

#include "trusted/launcher/image.h"
#include "trusted/launcher/options.h"

namespace passport::launcher {

struct Child {
  pid_t pid = -1;    // as passportd sees it, also for a child that is number 1 of its own namespace
  Descriptor pidfd;  // readable when it ended
};

// A user and group of the same number, or none when passportd cannot change to another.
using Identity = std::optional<uid_t>;

struct Enclave {
  Child child;
  Descriptor host_end;  // the host's end of the channel between host and enclave
  Descriptor launcher;  // passportd's end of the channel to the enclave
};

// Starts the image with nothing but its descriptors: no arguments, no environment, 0 to 2 on the null device.
// Before it becomes the image, the child sends its ConfinementRecord on descriptor 4.
Result<Enclave, Problem> SpawnEnclave(const Image& image, Identity identity);

// Starts the host with passportd's standard streams, `channel` as descriptor 3 and nothing else open. Of the
// environment it gets PASSPORT_*, which are its options, and language and time zone. Under its own identity
// it gets `data_dir`, if that is not empty.
Result<Child, Problem> SpawnHost(const Options& options, const Descriptor& program, const Descriptor& channel,
                                 Identity identity);

}  // namespace passport::launcher
