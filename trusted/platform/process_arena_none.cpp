// A sanitizer build needs a heap and a stack of its own, so there is no arena, which the record says.
#include <unistd.h>

#include "trusted/platform/process_arena.h"

namespace passport::platform {

void ClaimArena(ConfinementRecord& record) {
  for (const Layer layer : {Layer::kSecretMemory, Layer::kArenaLocked, Layer::kArenaGuarded,
                            Layer::kArenaHeap, Layer::kArenaStack})
    record.Set(layer, State::kOff);
}

void RunOnArenaStack(ArenaBody body, void* context) { _exit(static_cast<int>(body(context))); }

void WipeArenaStack() {}

}  // namespace passport::platform
