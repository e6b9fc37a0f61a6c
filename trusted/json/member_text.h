// The bytes of a member's value as they stand in a text, for what is signed over exactly these bytes.
#pragma once

#include <cstddef>

#include "edl/base/bytes.h"

namespace passport::json {

// `text` is one JSON object that Parse has accepted, `index` the place of a member in it, from 0. The value's
// bytes without the space around it, borrowed from text; empty if there is no such member.
ByteSpan MemberText(ByteSpan text, std::size_t index);

}  // namespace passport::json
