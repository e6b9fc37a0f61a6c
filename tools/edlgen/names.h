// How names of the EDL become names of C++.
#pragma once

#include <string>
#include <string_view>

namespace passport::edlgen {

// peer_frame and PEER_FRAME become PeerFrame.
std::string CamelCase(std::string_view name);

// Lower-case words with single underscores, not a word of C++ nor of the generated code.
bool IsMessageName(std::string_view name);
// The same in upper case.
bool IsEnumeratorName(std::string_view name);
// Starts with a capital, letters and digits only.
bool IsTypeName(std::string_view name);

}  // namespace passport::edlgen
