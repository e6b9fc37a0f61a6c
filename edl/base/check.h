// PASSPORT_CHECK: stops the process on a bug. Never for outside data, which gets a Status.
#pragma once

namespace passport {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}

// The name of the file without its path, so that where the tree lies is no part of a program.
#define PASSPORT_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::passport::CheckFailed(#condition, __FILE_NAME__, __LINE__))
