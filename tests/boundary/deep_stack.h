// The deepest calls that an enclave makes, and what they leave on its stack.
#pragma once

namespace passport::boundary {

// A pair setup and a multiplication, both ends of each. Then the arena's stack is wiped, after which it must
// be as nobody has used it down to its end; a bug otherwise.
void WipeAfterProtocols();

}  // namespace passport::boundary
