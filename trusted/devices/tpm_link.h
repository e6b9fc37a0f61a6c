// TpmLink: the descriptor through which libtss2 speaks to a TPM, and the only one it knows.
#pragma once

#include <tss2/tss2_tcti.h>

#include <memory>
#include <string_view>

#include "edl/base/bytes.h"
#include "trusted/devices/refusal.h"
#include "trusted/process/descriptor.h"

namespace passport::devices {

// Not one of libtss2's own TCTI modules: those are found by name and loaded at run time, connect again when
// they like, and wait for ever. This one opens nothing once it is made, so that the lock (lock.h) can name
// its descriptor.
class TpmLink {
 public:
  // `swtpm:path=SOCKET`, `swtpm:host=ADDRESS,port=N` (a number or localhost: no name is looked up),
  // `device:FILE`.
  static Result<process::Descriptor, Refusal> Open(std::string_view name);

  // Borrows a descriptor that Open made, or a duplicate of it.
  explicit TpmLink(int descriptor);

  TSS2_TCTI_CONTEXT* context() { return reinterpret_cast<TSS2_TCTI_CONTEXT*>(&context_); }
  // Whether an answer did not come or was none: what is read next could belong to an earlier question, so
  // nothing is sent any more.
  bool lost() const { return lost_; }

 private:
  // What libtss2 sees. `common` comes first: it casts between the two.
  struct Context {
    TSS2_TCTI_CONTEXT_COMMON_V1 common;
    TpmLink* link;
  };
  static TSS2_RC Transmit(TSS2_TCTI_CONTEXT* context, std::size_t size, const std::uint8_t* command);
  static TSS2_RC Receive(TSS2_TCTI_CONTEXT* context, std::size_t* size, std::uint8_t* response,
                         std::int32_t timeout_ms);

  bool Send(ByteSpan command);
  bool AwaitAnswer();

  int descriptor_;
  bool lost_ = false;
  Bytes answer_;  // read and not yet taken
  Context context_;
};

}  // namespace passport::devices
