// Operator keys: Ed25519, kept offline in files, one per node's operator (rules.md 14).
#pragma once

#include "tools/cli/files.h"
#include "trusted/crypto/identity.h"

namespace passport::cli {

// Makes a key and writes it (mode 0600); an existing file is never overwritten.
crypto::SigningKey MakeOperatorKey(const fs::path& path);
// Throws a Problem if it is not a key file, or if others than its owner may read it.
crypto::SigningKey LoadOperatorKey(const fs::path& path);
// The public key that is the text itself (64 hex digits) or that is in the file of that name.
crypto::Ed25519PublicKey ParseOperatorPublicKey(const std::string& text_or_path);

}  // namespace passport::cli
