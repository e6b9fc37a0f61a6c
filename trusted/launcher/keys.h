// The keys an enclave gets from the root key, and the release that decides about them (boundary.md 4.1).
#pragma once

#include "trusted/launcher/roots.h"
#include "trusted/platform/launch_info.h"

namespace passport::launcher {

// The security version of an unsigned image; a signed one brings its own.
inline constexpr std::uint32_t kSvnUnsigned = 1;

// The release that the options name, if it is signed by the pinned key and is of this image; unsigned if they
// name none.
Result<platform::Release, Problem> CheckRelease(const Options& options, const Hash32& measurement);

// What the keys before were derived for, at today's security version: the records of both signers count
// theirs alike.
platform::Release ReleaseBefore(const Options& options, const platform::Release& now);

// HKDF-SHA256(root, "unique" || measurement): changes with every byte of the image.
crypto::SecretKey32 DeriveUniqueKey(const crypto::SecretKey32& root, const Hash32& measurement);

// The product key of one security version: the top of a chain comes from root, release signer and product id,
// each step down is HKDF(key above), so code of one version can make the keys below its own and never one
// above. svn is at most release::kSvnMax. Unsigned images share one product.
crypto::SecretKey32 DeriveProductKey(const crypto::SecretKey32& root, const platform::Release& release);

platform::SealingKeys DeriveKeys(const Root& root, const Hash32& measurement,
                                 const platform::Release& release, std::uint32_t key_epoch);

}  // namespace passport::launcher
