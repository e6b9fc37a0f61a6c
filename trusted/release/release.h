// A release: which enclave image is which product at which security version, signed by whoever makes
// releases.
#pragma once

#include <string>

#include "edl/base/bytes.h"
#include "trusted/crypto/identity.h"

namespace passport::release {

inline constexpr std::uint16_t kProductEnclave = 1;
inline constexpr std::uint32_t kSvnMax = 1024;  // sealing/svn_chain.h has the same
inline constexpr std::size_t kBuildTextMax = 64;
inline constexpr std::size_t kFileBytesMax = 512;

// One canonical text of six lines, each "name value", under a first line that names the format:
//   passport release 1
//   measurement 64 hex digits: SHA-256 of the image
//   product 1
//   svn 1
//   build 1 to 64 plain characters, no quotes and backslashes
//   signer 64 hex digits: Ed25519 public key
//   signature 128 hex digits: over all lines above it
struct Release {
  Hash32 measurement{};
  std::uint16_t product_id = kProductEnclave;
  std::uint32_t svn = 0;
  std::string build;
  crypto::Ed25519PublicKey signer{};
  crypto::Ed25519Signature signature{};
  bool operator==(const Release&) const = default;

  std::string Encode() const;
  // Exactly what Encode makes, else kMalformed. Says nothing about the signature.
  static Result<Release> Parse(std::string_view text);

  void Sign(const crypto::SigningKey& key);  // makes it the key's
  bool Verifies() const;                     // signed by `signer`
};

// The release that the text of a file says the image is of, if the pinned signer has signed it. Otherwise why
// not, ending with what to do; `path` is only named.
Result<Release, std::string> TakeRelease(std::string_view text, const std::string& path,
                                         const crypto::Ed25519PublicKey& pinned, const Hash32& measurement);

}  // namespace passport::release
