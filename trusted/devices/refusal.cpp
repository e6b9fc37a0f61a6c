#include "trusted/devices/refusal.h"

#include <cstring>

namespace passport::devices {

std::string ErrorName(int error) {
  const char* name = strerrorname_np(error);
  return name == nullptr ? "error " + std::to_string(error) : name;
}

}  // namespace passport::devices
