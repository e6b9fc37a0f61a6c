// The enclave that ships, as a child of this process, over its own socket: what comes back, and how it ends.
#pragma once

#include <sys/types.h>

#include <optional>

#include "edl/generated/node_host.h"

namespace passport::fuzz {

class EnclaveChild {
 public:
  // Starts the program in development mode, locked in as it locks itself, and waits until it is ready.
  explicit EnclaveChild(const char* program);
  ~EnclaveChild();
  EnclaveChild(const EnclaveChild&) = delete;
  EnclaveChild& operator=(const EnclaveChild&) = delete;

  // Sends one record.
  void Send(ByteSpan record) const;
  // The next record from it, nothing once it has ended. Stops this process if it says nothing for long.
  std::optional<Bytes> Receive() const;
  void CloseHostEnd();
  // Waits for its end: as waitpid says.
  int WaitForEnd();

 private:
  int host_ = -1;
  int launcher_ = -1;
  pid_t pid_ = -1;
};

}  // namespace passport::fuzz
