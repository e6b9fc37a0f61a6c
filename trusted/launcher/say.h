// What passportd tells the operator: one line at a time on standard error, written whole.
#pragma once

#include <string>
#include <string_view>

namespace passport::launcher {

// Why passportd cannot go on, ending with what to do about it.
using Problem = std::string;

// Writes "passportd: <line>\n".
void Say(std::string_view line);

// "EACCES (Permission denied)".
std::string ErrorText(int error);

}  // namespace passport::launcher
