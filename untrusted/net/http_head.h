// Whether every reader of a request would take its head for the same: the rules that Beast does not enforce.
#pragma once

#include <string_view>

namespace passport::host::net {

// `head` is the request line and all headers, with the empty line that ends them. False for anything but
// HTTP/1.0 and 1.1, folded headers, white space before a colon, a missing (1.1) or repeated Host, a repeated
// or non-decimal Content-Length, a Transfer-Encoding other than one "chunked", and both of these at once.
bool IsUnambiguous(std::string_view head);

}  // namespace passport::host::net
