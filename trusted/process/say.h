// What passportd tells the operator: one line at a time on standard error, written whole.
#pragma once

#include <unistd.h>

#include <cstring>
#include <string>

namespace passport::process {

// Why passportd cannot go on, ending with what to do about it.
using Problem = std::string;

// Writes "passportd: <line>\n". Nothing can be done when standard error is gone: supervision goes on.
inline void Say(std::string_view line) {
  const std::string text = "passportd: " + std::string(line) + "\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

// "EACCES (Permission denied)".
inline std::string ErrorText(int error) {
  const char* name = strerrorname_np(error);
  return name == nullptr ? "error " + std::to_string(error)
                         : std::string(name) + " (" + strerrordesc_np(error) + ")";
}

}  // namespace passport::process
