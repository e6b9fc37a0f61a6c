// Programs that tests start: with what descriptors, as whom, and how they end.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace passport::boundary {

struct Ending {
  bool by_signal = false;
  int number = 0;
  bool operator==(const Ending&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Ending& ending);

// Runs `body` in a forked child, which ends with its return value, and waits.
Ending InChild(const std::function<int()>& body);

// Executes a program with the null device as 0 to 2 and fresh seqpacket ends as 3 and 4, and waits for its
// end.
Ending RunAsEnclave(const std::string& program, const std::vector<std::string>& arguments);

// Becomes the user for good: no other groups, no capabilities.
bool BecomeUser(uid_t uid);

}  // namespace passport::boundary
