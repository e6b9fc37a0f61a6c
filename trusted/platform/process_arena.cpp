#include "trusted/platform/process_arena.h"

#include <ucontext.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include "trusted/platform/arena.h"
#include "trusted/platform/arena_stack.h"
#include "trusted/platform/heap.h"
#include "trusted/platform/randomness.h"

namespace passport::platform {
namespace {

// Of the process, because malloc has no argument to give it by. Nothing here is secret: addresses, and the
// canaries' key, which guards against mistakes.
struct ProcessArena {
  Heap heap;
  Arena arena;
  StackWord stack_word = 0;
  bool started = false;
};
constinit ProcessArena process;

[[noreturn]] void Leave(Exit code) { _exit(static_cast<int>(code)); }

// At the first request for memory, which comes before main.
void Start() {
  process.started = true;
  Result<Arena> arena = MapArena(RealKernel());
  if (!arena.ok()) Leave(Exit::kMemoryFull);
  process.arena = arena.value();
  std::uint64_t key = 0;
  FillRandomOrLeave(RealKernel(), {reinterpret_cast<std::uint8_t*>(&key), sizeof key});
  process.heap.Start(process.arena.heap, key);
  FillRandomOrLeave(RealKernel(), {reinterpret_cast<std::uint8_t*>(&process.stack_word), sizeof(StackWord)});
  FillStack(process.arena.stack, process.stack_word);
}

// nullptr only if there is no room.
void* TryAllocate(std::size_t bytes, std::size_t alignment = Heap::kAlignment) {
  if (!process.started) [[unlikely]]
    Start();
  void* const block = process.heap.Allocate(bytes, alignment);
  if (block == nullptr && process.heap.broken()) Leave(Exit::kMemoryBroken);
  return block;
}

// Ends the process where there is no room. Nothing acknowledged is lost by that: what the enclave keeps is in
// records that the host has committed, and an answer that was not sent acknowledges nothing.
void* Allocate(std::size_t bytes, std::size_t alignment = Heap::kAlignment) {
  void* const block = TryAllocate(bytes, alignment);
  if (block == nullptr) Leave(Exit::kMemoryFull);
  return block;
}

void Free(void* block) {
  if (block != nullptr && !process.heap.Free(block)) Leave(Exit::kMemoryBroken);
}

void* Resize(void* block, std::size_t bytes) {
  if (block == nullptr) return Allocate(bytes);
  if (process.heap.ResizeInPlace(block, bytes)) return block;
  const std::size_t before = process.heap.SizeOf(block);
  if (process.heap.broken()) Leave(Exit::kMemoryBroken);
  void* const moved = Allocate(bytes);
  std::memcpy(moved, block, before < bytes ? before : bytes);
  Free(block);
  return moved;
}

bool InStack(const void* place) {
  const std::span<std::uint8_t> stack = process.arena.stack;
  return place >= stack.data() && place < stack.data() + stack.size();
}

// That both ways to memory lead here is seen, not assumed: another malloc or operator new would be a mistake
// of the program's linking.
bool HeapIsArena() {
  void* const from_malloc = std::malloc(1);
  void* const from_new = ::operator new(1);
  const bool both = process.heap.Holds(from_malloc) && process.heap.Holds(from_new);
  std::free(from_malloc);
  ::operator delete(from_new);
  return both;
}

ArenaBody stack_body = nullptr;
void* stack_context = nullptr;
void BeginOnStack() { Leave(stack_body(stack_context)); }

}  // namespace

void ClaimArena(ConfinementRecord& record) {
  const ArenaReport& report = process.arena.report;
  record.SetOutcome(Layer::kSecretMemory, report.secret_error);
  record.SetOutcome(Layer::kArenaLocked, report.lock_error);
  record.SetOutcome(Layer::kArenaGuarded, report.advice_error);
  record.Set(Layer::kArenaHeap, HeapIsArena() ? State::kApplied : State::kOff);
  record.Set(Layer::kArenaStack, InStack(__builtin_frame_address(0)) ? State::kApplied : State::kOff);
  record.arena_bytes = report.bytes;
  record.arena_locked_bytes = report.locked_bytes;
}

void RunOnArenaStack(ArenaBody body, void* context) {
  if (!process.started) Start();
  stack_body = body;
  stack_context = context;
  ucontext_t next;
  if (getcontext(&next) != 0) Leave(Exit::kMemoryFull);
  next.uc_stack.ss_sp = process.arena.stack.data();
  next.uc_stack.ss_size = process.arena.stack.size();
  next.uc_link = nullptr;
  makecontext(&next, BeginOnStack, 0);
  setcontext(&next);
  Leave(Exit::kMemoryFull);
}

[[gnu::noinline]] void WipeArenaStack() {
  constexpr std::uintptr_t kRedZone = 128;  // below the stack pointer, still this function's
  std::uintptr_t stack_pointer;
  __asm__ volatile("mov %%rsp, %0" : "=r"(stack_pointer));
  if (InStack(reinterpret_cast<void*>(stack_pointer)))
    WipeStackBelow(process.arena.stack, stack_pointer - kRedZone, process.stack_word);
}

}  // namespace passport::platform

// Every way to memory that libc, libstdc++ and libcrypto know, so that a static program takes none of theirs.
// clang-format off
using passport::platform::Allocate;
using passport::platform::Free;
using passport::platform::Resize;
using passport::platform::TryAllocate;

extern "C" {
void* malloc(std::size_t bytes) { return Allocate(bytes); }
void free(void* block) { Free(block); }
void* realloc(void* block, std::size_t bytes) { return Resize(block, bytes); }
void* calloc(std::size_t count, std::size_t each) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, each, &bytes)) return nullptr;
  return Allocate(bytes);  // every block is zero
}
void* memalign(std::size_t alignment, std::size_t bytes) { return Allocate(bytes, alignment); }
void* aligned_alloc(std::size_t alignment, std::size_t bytes) { return Allocate(bytes, alignment); }
int posix_memalign(void** out, std::size_t alignment, std::size_t bytes) {
  if (alignment < sizeof(void*) || (alignment & (alignment - 1)) != 0) return EINVAL;
  *out = Allocate(bytes, alignment);
  return 0;
}
std::size_t malloc_usable_size(void* block) {
  return block == nullptr ? 0 : passport::platform::process.heap.SizeOf(block);
}
}

void* operator new(std::size_t bytes) { return Allocate(bytes); }
void* operator new[](std::size_t bytes) { return Allocate(bytes); }
void* operator new(std::size_t bytes, std::align_val_t to) { return Allocate(bytes, static_cast<std::size_t>(to)); }
void* operator new[](std::size_t bytes, std::align_val_t to) { return Allocate(bytes, static_cast<std::size_t>(to)); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return TryAllocate(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return TryAllocate(bytes); }
void* operator new(std::size_t bytes, std::align_val_t to, const std::nothrow_t&) noexcept {
  return TryAllocate(bytes, static_cast<std::size_t>(to));
}
void* operator new[](std::size_t bytes, std::align_val_t to, const std::nothrow_t&) noexcept {
  return TryAllocate(bytes, static_cast<std::size_t>(to));
}
void operator delete(void* block) noexcept { Free(block); }
void operator delete[](void* block) noexcept { Free(block); }
void operator delete(void* block, std::size_t) noexcept { Free(block); }
void operator delete[](void* block, std::size_t) noexcept { Free(block); }
void operator delete(void* block, std::align_val_t) noexcept { Free(block); }
void operator delete[](void* block, std::align_val_t) noexcept { Free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { Free(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { Free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { Free(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { Free(block); }
void operator delete(void* block, std::align_val_t, const std::nothrow_t&) noexcept { Free(block); }
void operator delete[](void* block, std::align_val_t, const std::nothrow_t&) noexcept { Free(block); }
// clang-format on
