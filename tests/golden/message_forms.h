// Every kind of message between cores, and how its body is read and written again.
#pragma once

#include <span>

#include "trusted/core/peer_message.h"

namespace passport::golden {

struct MessageForm {
  core::MessageKind kind;
  const char* name;
  Result<Bytes> (*again)(ByteSpan body);  // the encoding of what was read
};

std::span<const MessageForm> MessageForms();

}  // namespace passport::golden
