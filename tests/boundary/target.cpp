// A process to be read: holds a known text, tells where, and waits for the end of its standard input. Words:
// "undumpable", "secret" (the text is in memfd_secret), "own-namespace" (a user namespace made after exec).
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/boundary/target.h"

namespace {

char plain_text[] = "text of the target";
static_assert(sizeof plain_text == passport::boundary::kTargetTextBytes);

// The text in memory that the kernel itself has no mapping of, or null.
char* InSecretMemory() {
#ifndef SYS_memfd_secret
  constexpr long kMemfdSecret = 447;
#else
  constexpr long kMemfdSecret = SYS_memfd_secret;
#endif
  const int file = static_cast<int>(syscall(kMemfdSecret, 0));
  if (file < 0 || ftruncate(file, 4096) != 0) return nullptr;
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (page == MAP_FAILED) return nullptr;
  std::memcpy(page, plain_text, sizeof plain_text);
  return static_cast<char*>(page);
}

}  // namespace

int main(int argc, char** argv) {
  char* text = plain_text;
  bool ready = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "undumpable") ready = ready && prctl(PR_SET_DUMPABLE, 0) == 0;
    if (word == "secret") text = InSecretMemory();
    if (word == "own-namespace") ready = ready && unshare(CLONE_NEWUSER) == 0;
  }
  const auto address = reinterpret_cast<std::uintptr_t>(ready ? text : nullptr);
  if (write(STDOUT_FILENO, &address, sizeof address) != sizeof address) return 1;
  char byte;
  return read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}
