// The root key file and the two keys an enclave gets from it (boundary.md 4.1).
#pragma once

#include <string>

#include "trusted/crypto/secret.h"
#include "trusted/launcher/descriptor.h"
#include "trusted/launcher/say.h"

namespace passport::launcher {

// The security version of this release's enclave: raised when a release must be kept from reading newer
// records.
inline constexpr std::uint32_t kSvn = 1;
// Where a root key came from, one bit each; sealing/sealer.h has the same.
inline constexpr std::uint8_t kSourceKeyfile = 1;

// Reads 32 bytes from a regular file of this user that nobody else can read. With `make`, a missing file is
// made first with fresh random bytes and mode 0400.
Result<crypto::SecretKey32, Problem> LoadRootKey(const std::string& path, bool make);

// Held by one passportd as long as the descriptor is open: two of them with one root key would run one node
// twice. Waits a moment for one that is about to end.
Result<Descriptor, Problem> LockRootKey(const std::string& path);

// HKDF-SHA256(root, "unique" || measurement): changes with every byte of the image.
crypto::SecretKey32 DeriveUniqueKey(const crypto::SecretKey32& root, const Hash32& measurement);

// The product key of one security version: the top of a chain comes from root and product id, each step down
// is HKDF(key above), so code of one version can make the keys below its own and never one above. svn is at
// most 1024.
crypto::SecretKey32 DeriveProductKey(const crypto::SecretKey32& root, std::uint32_t svn);

}  // namespace passport::launcher
