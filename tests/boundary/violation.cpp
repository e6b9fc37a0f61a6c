// Locks itself in with the enclave's own code, then does the one thing its first argument names. Exit code 0:
// survived.
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netdb.h>
#include <pthread.h>
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

#include "trusted/crypto/aead.h"
#include "trusted/crypto/identity.h"
#include "trusted/crypto/rsa.h"
#include "trusted/platform/channel.h"
#include "trusted/platform/confine.h"
#include "trusted/platform/libraries.h"

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
void Fork() { fork(); }
void StartThread() {
  pthread_t thread;
  pthread_create(
      &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
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
void HandleSignal() { signal(SIGSYS, SIG_IGN); }

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
                         {"work", Work},
                         {"churn-memory", ChurnMemory}};

int Main(std::string_view name) {
  if (name == "work" && !platform::StartLibraries().ok()) return kNotLocked;
  platform::ConfinementRecord record;
  platform::Confine(record);
  if (!record.Applied(platform::Layer::kSeccomp)) return kNotLocked;
  for (const Act& act : kActs) {
    if (act.name != name) continue;
    act.run();
    return 0;
  }
  return kUnknownName;
}

}  // namespace
}  // namespace passport::boundary

int main(int argc, char** argv) { _exit(argc == 2 ? passport::boundary::Main(argv[1]) : 4); }
