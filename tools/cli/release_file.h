// Release files: an enclave image measured and signed (trusted/release).
#pragma once

#include "tools/cli/files.h"
#include "trusted/release/release.h"

namespace passport::cli {

// SHA-256 of a file of any size. Throws a Problem that names it.
Hash32 MeasureFile(const fs::path& path);
// Throws a Problem if it is no release file; says nothing about the signature.
release::Release LoadRelease(const fs::path& path);

// The release of a devnet of root: the enclave signed by a key that was made for this devnet alone.
struct DevnetRelease {
  fs::path file;
  std::string signer;  // hex
};
// Makes DIR/release anew for this enclave. Throws a Problem if the network in DIR was made without one: its
// records are sealed under the keys of an unsigned enclave.
DevnetRelease SignDevnetRelease(const fs::path& devnet, const fs::path& enclave, bool fresh);

}  // namespace passport::cli
