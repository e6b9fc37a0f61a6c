// Runs one target by name; tools/ct starts it under memcheck, or built with MemorySanitizer.
#include <cstdio>

#include "tests/ct/poison.h"
#include "tests/ct/target.h"

namespace passport::ct {

#ifdef PASSPORT_MSAN

bool HasSecretBits(const void* data, std::size_t size) { return __msan_test_shadow(data, size) >= 0; }
bool IsWatched() { return true; }

// Memory that was freed with a secret in it may come back to a library, whose writing MemorySanitizer does
// not see.
extern "C" void __sanitizer_malloc_hook(const volatile void* data, std::size_t size) {
  if (data != nullptr) __msan_unpoison(data, size);
}

#else

bool HasSecretBits(const void* data, std::size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < size; ++i) {
    unsigned char undefined = 0;
    if (VALGRIND_GET_VBITS(bytes + i, &undefined, 1) == 1 && undefined != 0) return true;
  }
  return false;
}
bool IsWatched() { return RUNNING_ON_VALGRIND != 0; }

#endif

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
    passport::ct::Require(passport::ct::IsWatched(), "it must run under valgrind: use tools/ct");
    target.run();
    return 0;
  }
  std::fprintf(stderr, "usage: %s --list | TARGET (under valgrind, see tools/ct)\n", argv[0]);
  return 2;
}
