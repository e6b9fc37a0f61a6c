// Executes one system call in a child that is locked by the shipped filter, and says what became of it.
#pragma once

#include <array>
#include <string>

#include "edl/base/bytes.h"

namespace passport::boundary {

using Arguments = std::array<std::uint64_t, 6>;

// Memory and descriptors that every probed child has, so that an allowed call can succeed harmlessly: 3 and 4
// are ends of seqpacket pairs, 3 with a record waiting.
struct Ground {
  std::uint64_t buffer;  // 4096 bytes
};

// Holds the exported filter program and the ground that children inherit.
class Prober {
 public:
  explicit Prober(Bytes program);
  const Ground& ground() const { return ground_; }

  // "kill" for SIGSYS, "allow ok", "allow EINVAL" and so on for a call that ran, else "signal N".
  std::string Run(std::uint64_t number, const Arguments& arguments) const;
  // The same for getpid through the 32-bit entry of the kernel.
  std::string RunI386() const;

 private:
  template <class Call>
  std::string InChild(Call call) const;
  Bytes program_;
  Ground ground_;
};

}  // namespace passport::boundary
