// Starts the cryptographic libraries so that nothing of them needs a forbidden system call once the filter is
// on.
#pragma once

#include "edl/base/bytes.h"

namespace passport::platform {

// libsodium, libcrypto without configuration files, getrandom as libcrypto's only source of randomness, and
// one use of each algorithm the core needs (RSA-OAEP, P-256, AES-GCM, XChaCha20-Poly1305, Ed25519, X25519),
// each checked: a known-answer test and a warm-up at once. kInternal if any gives a wrong answer.
Result<Unit> StartLibraries();

}  // namespace passport::platform
