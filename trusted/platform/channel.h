// Channel: whole records over one end of a SOCK_SEQPACKET pair.
#pragma once

#include "edl/base/frame.h"
#include "trusted/platform/kernel.h"

namespace passport::platform {

enum class ChannelError : std::uint8_t {
  kClosed,   // the other end is gone; a record of no bytes reads the same and means the same
  kTooLong,  // a record over kRecordBytesMax: the other side breaks the rules
  kBroken,   // the descriptor is not a working channel, or the kernel has had no memory for it for long
};

// Borrows the descriptor. Uses recvfrom and sendto with exactly the arguments that syscall_table.h allows. A
// call that was interrupted, or had no memory, is made again: it took or sent nothing, so no record is lost
// or comes twice.
class Channel {
 public:
  explicit Channel(int descriptor, const Kernel& kernel = RealKernel());

  // Waits for the next record and returns it, borrowed from the channel's buffer until the next call.
  Result<ByteSpan, ChannelError> Receive();
  // Waits until the record of 1 to kRecordBytesMax bytes is taken whole.
  Result<Unit, ChannelError> Send(ByteSpan record);
  // Overwrites what the last record left behind.
  void Wipe();

 private:
  int descriptor_;
  const Kernel& kernel_;
  Bytes buffer_;
};

}  // namespace passport::platform
