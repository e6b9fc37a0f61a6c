// Waiting with an end: for descriptors and for children.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "trusted/process/descriptor.h"
#include "trusted/process/exit_reason.h"

namespace passport::process {

struct Child {
  pid_t pid = -1;    // as passportd sees it, also for a child that is number 1 of its own namespace
  Descriptor pidfd;  // readable when it ended
};

std::int64_t NowMs();  // of the monotonic clock

// The place in the list of the first descriptor that is readable or closed at its other end; -1 is passed
// over. Nothing after timeout_ms; a negative one never comes.
std::optional<std::size_t> FirstReadable(std::initializer_list<int> descriptors, std::int64_t timeout_ms);

// By descriptor, so that a number reused by another process is never hit.
void Signal(const Child& child, int number);

// Waits for the child's end, makes it come after grace_ms, and reaps it.
ExitReason AwaitEnd(Child& child, std::int64_t grace_ms);

}  // namespace passport::process
