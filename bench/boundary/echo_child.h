// A child process that answers every record with one of a fixed size, over a plain seqpacket pair: what the
// kernel alone costs.
#pragma once

#include <sys/types.h>

#include "edl/base/bytes.h"

namespace passport::bench {

// Keeps this process, and what it forks, on one core; a machine that has fewer is a bug of the caller.
void PinTo(int core);

class EchoChild {
 public:
  EchoChild(int core, std::size_t answer_bytes);
  ~EchoChild();
  EchoChild(const EchoChild&) = delete;
  EchoChild& operator=(const EchoChild&) = delete;

  int descriptor() const { return fd_; }

 private:
  int fd_ = -1;
  pid_t child_ = -1;
};

}  // namespace passport::bench
