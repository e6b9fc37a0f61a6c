#include "trusted/platform/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace passport::platform {
namespace {

constexpr std::size_t kGrain = std::size_t{2} << 20;  // sizes are multiples of it, and so of any page size
constexpr int kReadWrite = PROT_READ | PROT_WRITE;

struct Plan {
  std::uintptr_t stack;
  std::uintptr_t heap;
  std::size_t heap_bytes;
};

std::size_t HeapBytesFor(const Kernel& kernel) {
  std::uint64_t bytes =
      std::clamp<std::uint64_t>(kernel.MemoryBytes() / 2, kArenaHeapBytesMin, kArenaHeapBytesMax);
  const std::uint64_t limit = kernel.LockLimit();
  if (limit >= kArenaHeapBytesMin + kArenaStackBytes) bytes = std::min(bytes, limit - kArenaStackBytes);
  return bytes & ~(kGrain - 1);
}

// Address space that nobody may touch: guard, stack, guard, heap, guard. Less of it where there is less.
Result<Plan> Reserve(const Kernel& kernel, std::size_t heap_bytes) {
  for (; heap_bytes >= kArenaHeapBytesMin; heap_bytes = heap_bytes / 2 & ~(kGrain - 1)) {
    const std::intptr_t base =
        kernel.Map(0, 3 * kArenaGuardBytes + kArenaStackBytes + heap_bytes, PROT_NONE, -1, 0);
    if (base < 0) continue;
    const std::uintptr_t stack = static_cast<std::uintptr_t>(base) + kArenaGuardBytes;
    return Plan{stack, stack + kArenaStackBytes + kArenaGuardBytes, heap_bytes};
  }
  return Fail(Status::kBusy);
}

// 0, or the errno of the step that failed; then the places hold anything.
int MapSecret(const Kernel& kernel, const Plan& plan) {
  const int file = kernel.SecretFile(kArenaStackBytes + plan.heap_bytes);
  if (file < 0) return -file;
  std::intptr_t at = kernel.Map(plan.stack, kArenaStackBytes, kReadWrite, file, 0);
  if (at >= 0) at = kernel.Map(plan.heap, plan.heap_bytes, kReadWrite, file, kArenaStackBytes);
  kernel.Close(file);
  return at >= 0 ? 0 : static_cast<int>(-at);
}

int MapPrivate(const Kernel& kernel, const Plan& plan) {
  std::intptr_t at = kernel.Map(plan.stack, kArenaStackBytes, kReadWrite, -1, 0);
  if (at >= 0) at = kernel.Map(plan.heap, plan.heap_bytes, kReadWrite, -1, 0);
  return at >= 0 ? 0 : static_cast<int>(-at);
}

// All of it, or, under a limit that is smaller than the arena, the stack and the lowest part of the heap,
// which is used first.
void Lock(const Kernel& kernel, const Plan& plan, ArenaReport& report) {
  report.lock_error = -kernel.Lock(plan.stack, kArenaStackBytes);
  if (report.lock_error != 0) return;
  report.locked_bytes = kArenaStackBytes;
  report.lock_error = -kernel.Lock(plan.heap, plan.heap_bytes);
  std::size_t part = plan.heap_bytes;
  if (report.lock_error != 0) {
    const std::uint64_t limit = kernel.LockLimit();
    part = limit <= kArenaStackBytes ? 0 : (limit - kArenaStackBytes) & ~(kGrain - 1);
    if (part == 0 || part >= plan.heap_bytes || kernel.Lock(plan.heap, part) != 0) part = 0;
  }
  report.locked_bytes += part;
}

// Best effort, each by itself: the first refusal is reported. KSM that is not there merges nothing.
void Advise(const Kernel& kernel, const Plan& plan, bool secret, ArenaReport& report) {
  struct Advice {
    int which;
    bool wanted;
  };
  const Advice advices[] = {
      {MADV_DONTDUMP, true}, {MADV_DONTFORK, true}, {MADV_WIPEONFORK, !secret}, {MADV_UNMERGEABLE, true}};
  for (const Advice& advice : advices) {
    if (!advice.wanted) continue;
    for (const auto& [place, size] :
         {std::pair(plan.stack, kArenaStackBytes), std::pair(plan.heap, plan.heap_bytes)}) {
      const int outcome = kernel.Advise(place, size, advice.which);
      if (outcome == 0 || (advice.which == MADV_UNMERGEABLE && outcome == -EINVAL)) continue;
      if (report.advice_error == 0) report.advice_error = -outcome;
    }
  }
}

std::span<std::uint8_t> SpanOf(std::uintptr_t place, std::size_t size) {
  return {reinterpret_cast<std::uint8_t*>(place), size};
}

}  // namespace

Result<Arena> MapArena(const Kernel& kernel) {
  Result<Plan> plan = Reserve(kernel, HeapBytesFor(kernel));
  if (!plan.ok()) return Fail(plan.error());
  const Plan& place = plan.value();
  Arena arena;
  arena.report.bytes = kArenaStackBytes + place.heap_bytes;
  arena.report.secret_error = MapSecret(kernel, place);
  if (arena.report.secret_error == 0) {
    arena.report.locked_bytes = arena.report.bytes;
  } else {
    if (MapPrivate(kernel, place) != 0) return Fail(Status::kBusy);
    Lock(kernel, place, arena.report);
  }
  Advise(kernel, place, arena.report.secret_error == 0, arena.report);
  arena.stack = SpanOf(place.stack, kArenaStackBytes);
  arena.heap = SpanOf(place.heap, place.heap_bytes);
  return arena;
}

}  // namespace passport::platform
