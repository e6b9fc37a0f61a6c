// Locks itself in with the enclave's own code, then does the one thing its first argument names. Exit code 0:
// survived.
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netdb.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "tests/boundary/deep_stack.h"
#include "trusted/crypto/aead.h"
#include "trusted/crypto/identity.h"
#include "trusted/crypto/rsa.h"
#include "trusted/platform/channel.h"
#include "trusted/platform/confine.h"
#include "trusted/platform/libraries.h"
#include "trusted/platform/process_arena.h"

namespace passport::boundary {
namespace {

constexpr int kNotLocked = 2;
constexpr int kUnknownName = 3;

void OpenFile() { open("/etc/passwd", O_RDONLY); }
void OpenWithStdio() { [[maybe_unused]] FILE* file = fopen("/etc/passwd", "r"); }
void MakeSocket() { socket(AF_INET, SOCK_STREAM, 0); }
void ResolveName() {
  addrinfo* out = nullptr;
  getaddrinfo("localhost", "80", nullptr, &out);
}
void Execute() {
  char name[] = "true";
  char* const arguments[] = {name, nullptr};
  execve("/bin/true", arguments, nullptr);
}
void Fork() { syscall(SYS_fork); }
void StartThread() {
  syscall(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, 0, 0, 0, 0);
}
void RunShell() { [[maybe_unused]] const int status = std::system("true"); }
void TraceMe() { ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }
void ReadOtherMemory() {
  char byte;
  const iovec place{&byte, 1};
  process_vm_readv(1, &place, 1, &place, 1, 0);
}
void KillProcess() { kill(1, 0); }
void WriteToStandardError() { [[maybe_unused]] const ssize_t size = write(STDERR_FILENO, "x", 1); }
void MapExecutable() { mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
void MapShared() { mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); }
void MakeMemoryExecutable() {
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
void Abort() { std::abort(); }
void MakeMemfd() { memfd_create("x", 0); }
void ReceiveWithDescriptors() {
  char control[64];
  msghdr message{};
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  recvmsg(3, &message, MSG_DONTWAIT);
}
void SendWithDescriptors() {
  const msghdr message{};
  sendmsg(3, &message, MSG_DONTWAIT);
}
void SendElsewhere() { send(2, "x", 1, MSG_NOSIGNAL); }
void SendToAddress() {
  const sockaddr address{};
  sendto(3, "x", 1, MSG_NOSIGNAL, &address, sizeof address);
}
void ListenToLauncher() {
  char byte;
  recv(4, &byte, 1, MSG_TRUNC);
}
void ReadClock() {
  timespec now;
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
}
void AskProcessId() { syscall(SYS_getpid); }
void MakeDumpable() { prctl(PR_SET_DUMPABLE, 1); }
void UseIoUring() {
  io_uring_params parameters{};
  syscall(SYS_io_uring_setup, 1, &parameters);
}
void GrowHeap() { syscall(SYS_brk, 0); }
void MapMemory() { mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
void UnmapMemory() { munmap(nullptr, 4096); }
void MoveMemory() { syscall(SYS_mremap, 0, 4096, 8192, MREMAP_MAYMOVE); }
void HandleSignal() { signal(SIGSYS, SIG_IGN); }

// What the heap notices at the next call that looks there. volatile: the compiler knows too well what malloc
// does.
void WriteBehindABlock() {
  const volatile std::size_t size = 40;
  auto* const block = static_cast<volatile char*>(std::malloc(size));
  block[size] = static_cast<char>(~block[size]);
  std::free(const_cast<char*>(block));
}
void GiveBackTwice() {
  void* volatile block = std::malloc(40);
  std::free(block);
  std::free(block);
}
void FillMemory() {
  for (;;) {
    [[maybe_unused]] void* volatile block = std::malloc(std::size_t{1} << 30);
  }
}
// Below the stack is a guard; the frames of this recursion are more than a page each.
[[gnu::noinline]] void GoDeep(int depth) {
  [[maybe_unused]] volatile char page[4096];
  page[0] = 1;
  if (depth > 0) GoDeep(depth - 1);
  page[1] = 1;
}
void ExhaustStack() { GoDeep(1 << 12); }

// Eight deep frames full of one byte, gone again.
[[gnu::noinline]] void DirtyStack(int depth) {
  volatile std::uint8_t frame[8192];
  for (volatile std::uint8_t& byte : frame) byte = 0x5a;
  if (depth > 0) DirtyStack(depth - 1);
}
bool StackIsDirty() {
  // Reads where those frames were. The function's own frame is small and above them. Whole words: the random
  // one that the stack is filled with may have the byte in it.
  const std::uintptr_t here =
      reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) & ~std::uintptr_t{7};
  int count = 0;
  for (std::uintptr_t offset = 2048; offset < 8 * 8192; offset += 8)
    count += *reinterpret_cast<const volatile std::uint64_t*>(here - offset) == 0x5a5a5a5a5a5a5a5aU ? 1 : 0;
  return count > 125;
}
void WipeStack() {
  DirtyStack(8);
  PASSPORT_CHECK(StackIsDirty());  // or the next line shows nothing
  platform::WipeArenaStack();
  PASSPORT_CHECK(!StackIsDirty());
}

// What the core does between two records: client envelopes, keys, and memory of all sizes.
void Work() {
  crypto::SystemRng rng;
  const crypto::EnvelopeKey key = crypto::EnvelopeKey::Generate();
  Result<Bytes> sealed = crypto::SealToEnvelope(key.public_spki(), AsBytes("secret"));
  PASSPORT_CHECK(sealed.ok() && key.Open(sealed.value()).ok());
  const crypto::SecretBytes der = key.EncodePrivate();
  PASSPORT_CHECK(crypto::EnvelopeKey::Parse(der.Expose()).ok());
  sealed.value()[7] ^= 1;
  PASSPORT_CHECK(!key.Open(sealed.value()).ok());
  const ByteArray<32> aes = rng.Array<32>();
  PASSPORT_CHECK(crypto::OpenAesGcm(aes, crypto::SealAesGcm(aes, Bytes(100'000), rng)).ok());
  const crypto::SigningKey identity = crypto::SigningKey::Generate(rng);
  PASSPORT_CHECK(crypto::VerifyEd25519(identity.public_key(), aes, identity.Sign(aes)));
  PASSPORT_CHECK(platform::StartLibraries().ok());
}

// Blocks of sizes from bytes to megabytes come and go in an order that fragments, grows and trims the heap.
void ChurnMemory() {
  crypto::SeededRng rng(7);
  std::vector<Bytes> blocks(256);
  for (int round = 0; round < 4'000; ++round) {
    const ByteArray<4> draw = rng.Array<4>();
    const std::size_t size = (std::size_t{draw[1]} + 1) << (draw[2] % 16);
    Bytes& block = blocks[draw[0]];
    if (draw[3] < 128) {
      block.resize(size);
    } else {
      block = Bytes(size);
    }
    void* raw = std::realloc(std::malloc(size), size * 2);
    std::free(raw);
  }
}

struct Act {
  std::string_view name;
  void (*run)();
};
constexpr Act kActs[] = {{"open", OpenFile},
                         {"fopen", OpenWithStdio},
                         {"socket", MakeSocket},
                         {"getaddrinfo", ResolveName},
                         {"execve", Execute},
                         {"fork", Fork},
                         {"thread", StartThread},
                         {"system", RunShell},
                         {"ptrace", TraceMe},
                         {"process_vm_readv", ReadOtherMemory},
                         {"kill", KillProcess},
                         {"write", WriteToStandardError},
                         {"mmap-executable", MapExecutable},
                         {"mmap-shared", MapShared},
                         {"mprotect", MakeMemoryExecutable},
                         {"abort", Abort},
                         {"memfd_create", MakeMemfd},
                         {"recvmsg", ReceiveWithDescriptors},
                         {"sendmsg", SendWithDescriptors},
                         {"send-elsewhere", SendElsewhere},
                         {"send-to-address", SendToAddress},
                         {"listen-to-launcher", ListenToLauncher},
                         {"clock_gettime", ReadClock},
                         {"getpid", AskProcessId},
                         {"prctl", MakeDumpable},
                         {"io_uring", UseIoUring},
                         {"signal", HandleSignal},
                         {"brk", GrowHeap},
                         {"mmap", MapMemory},
                         {"munmap", UnmapMemory},
                         {"mremap", MoveMemory},
                         {"write-behind-a-block", WriteBehindABlock},
                         {"give-back-twice", GiveBackTwice},
                         {"fill-memory", FillMemory},
                         {"exhaust-stack", ExhaustStack},
                         {"wipe-stack", WipeStack},
                         {"wipe-after-protocols", WipeAfterProtocols},
                         {"work", Work},
                         {"churn-memory", ChurnMemory}};

platform::Exit Run(std::string_view name) {
  const auto ended = [](int code) { return static_cast<platform::Exit>(code); };
  if (name == "work" && !platform::StartLibraries().ok()) return ended(kNotLocked);
  platform::ConfinementRecord record;
  platform::ClaimArena(record);
  platform::Confine(record);
  if (!record.Applied(platform::Layer::kSeccomp) || !record.Applied(platform::Layer::kArenaHeap) ||
      !record.Applied(platform::Layer::kArenaStack))
    return ended(kNotLocked);
  for (const Act& act : kActs) {
    if (act.name != name) continue;
    act.run();
    return platform::Exit::kOrderly;
  }
  return ended(kUnknownName);
}

}  // namespace
}  // namespace passport::boundary

int main(int argc, char** argv) {
  if (argc != 2) _exit(4);
  passport::platform::RunOnArenaStack(
      [](void* name) { return passport::boundary::Run(static_cast<const char*>(name)); }, argv[1]);
}
