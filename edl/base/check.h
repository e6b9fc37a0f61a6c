// PASSPORT_CHECK: stops the process on a bug. Never for outside data, which gets a Status.
#pragma once

namespace passport {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}

#define PASSPORT_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::passport::CheckFailed(#condition, __FILE__, __LINE__))
