// Runs one target by name; tools/ct starts it under memcheck.
#include <cstdio>

#include "tests/ct/poison.h"
#include "tests/ct/target.h"

namespace passport::ct {

bool HasSecretBits(const void* data, std::size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < size; ++i) {
    unsigned char undefined = 0;
    if (VALGRIND_GET_VBITS(bytes + i, &undefined, 1) == 1 && undefined != 0) return true;
  }
  return false;
}

void Require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "target is broken: %.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(3);
}

void Keep(const void* data) { __asm__ volatile("" : : "r"(data) : "memory"); }

}  // namespace passport::ct

int main(int argc, char** argv) {
  const std::string_view wanted = argc == 2 ? argv[1] : "";
  if (wanted == "--list") {
    for (const auto& target : passport::ct::Targets()) std::printf("%s\n", target.name.data());
    return 0;
  }
  for (const auto& target : passport::ct::Targets()) {
    if (target.name != wanted) continue;
    passport::ct::Require(RUNNING_ON_VALGRIND != 0, "it must run under valgrind: use tools/ct");
    target.run();
    return 0;
  }
  std::fprintf(stderr, "usage: %s --list | TARGET (under valgrind, see tools/ct)\n", argv[0]);
  return 2;
}
