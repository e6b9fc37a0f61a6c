// Confinement from inside the enclave: checks what passportd prepared, adds what only the program itself can
// add.
#pragma once

#include <optional>

#include "trusted/platform/confinement_record.h"
#include "trusted/platform/exit_codes.h"

namespace passport::platform {

// What a program finds at its first instruction: no arguments but its name, no environment, descriptors 0 to
// 2 on the null device, 3 and 4 seqpacket sockets, none above. Returns the exit code of the first violation.
// Makes the process not dumpable if it still is, and notes in the record whether the image had already done
// that.
std::optional<Exit> CheckStart(int argument_count, char* const* environment, ConfinementRecord& record);

// Applies every layer from kNotDumpable on to this process for good, seccomp last, and fills in the record.
// After it returned only the calls of syscall_table.h are possible. The libraries must have been started. The
// layers of `without` are left out, which the record says. A sanitizer build applies the harmless layers and
// leaves kSeccomp off.
void Confine(ConfinementRecord& record, LayerSet without = {});

// The first of these layers, or of the indispensable ones, that does not hold. A sanitizer build in
// development runs without any.
std::optional<Layer> MissingLayer(const ConfinementRecord& record, LayerSet required, bool development);

}  // namespace passport::platform
