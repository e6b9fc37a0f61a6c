// The arena of this process: its whole heap, and the stack that its program runs on. Programs that link this
// module have no other malloc and no other operator new.
#pragma once

#include "trusted/platform/confinement_record.h"
#include "trusted/platform/exit_codes.h"

namespace passport::platform {

// In a sanitizer build, which needs its own heap and stack, the heap stays what it was, Run only calls the
// body and the claims are off.

// Says in the record what holds of this process's memory: kSecretMemory to kArenaStack and the sizes.
void ClaimArena(ConfinementRecord& record);

// Runs the body on the arena's stack and ends the process with what it returns: there is no way back, so
// nothing of it is ever on the stack that the kernel gave the program. Before the lock: it asks for the
// signal mask.
using ArenaBody = Exit (*)(void* context);
[[noreturn]] void RunOnArenaStack(ArenaBody body, void* context);

// Clears what functions that have returned left below the caller's frame. Cost grows with how deep they went.
void WipeArenaStack();

}  // namespace passport::platform
