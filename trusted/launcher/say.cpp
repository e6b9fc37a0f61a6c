#include "trusted/launcher/say.h"

#include <unistd.h>

#include <cstring>

namespace passport::launcher {

void Say(std::string_view line) {
  const std::string text = "passportd: " + std::string(line) + "\n";
  // Nothing can be done when standard error is gone; supervision goes on.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

std::string ErrorText(int error) {
  const char* name = strerrorname_np(error);
  const char* text = strerrordesc_np(error);
  if (name == nullptr || text == nullptr) return "error " + std::to_string(error);
  return std::string(name) + " (" + text + ")";
}

}  // namespace passport::launcher
