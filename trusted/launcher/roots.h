// The root key: from a key file, a systemd credential, the TPM, or several of them (boundary.md 4.2).
#pragma once

#include <string>

#include "trusted/crypto/secret.h"
#include "trusted/launcher/options.h"

namespace passport::launcher {

inline constexpr std::string_view kRootSalt = "passport/launcher/v1";  // of every derivation

// Where a root key came from, one bit each; sealing/sealer.h has the same.
inline constexpr std::uint8_t kSourceKeyfile = 1;
inline constexpr std::uint8_t kSourceTpm2 = 2;
inline constexpr std::uint8_t kSourceCredential = 4;

inline constexpr std::size_t kBlobBytesMax = 4096;  // of what the TPM sealed

struct Root {
  crypto::SecretKey32 key;
  std::uint8_t source_mask = 0;
};

// Reads 32 bytes from a regular file of this user that nobody else can read. With `make`, a missing file is
// made first with fresh random bytes and mode 0400.
Result<crypto::SecretKey32, Problem> LoadRootKey(const std::string& path, bool make);

// From every source that is named; one that is not there is a failure. A key file alone is the root key
// itself; any other choice is HKDF over all of them, so that each is needed. `platform` answers for the TPM.
Result<Root, Problem> LoadRoot(const Sources& sources, Helper& platform);

// That what was the root key before is another one than it is now: else nothing would be sealed again, and a
// file that is still needed would be taken for an old one.
Result<Unit, Problem> CheckPrevious(const Sources& sources, const Root& now, const Root& before);

// Held by one passportd as long as the descriptor is open: two of them with one root key would run one node
// twice. Waits a moment for one that is about to end.
Result<Descriptor, Problem> LockRootKey(const std::string& path);
// The file that stands for a root key: its first source's.
std::string PathOfRoot(const Sources& sources);

}  // namespace passport::launcher
